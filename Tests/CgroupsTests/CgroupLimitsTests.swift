import Cgroups
import OCISpec
import Testing

/// What limits come to: files of cgroups, and what is written to them.
struct CgroupLimitsTests {
  private typealias Resources = Spec.Linux.Resources

  private static let legacy = CgroupPaths(
    directories: [
      "name=systemd", "memory", "cpu", "cpuset", "pids", "devices", "blkio", "hugetlb", "net_cls",
      "net_prio", "rdma", "",
    ].map { ($0, "/cg/\($0)") })
  private static let unified = CgroupPaths(directories: [("", "/cg")])

  /// "FILE=VALUE" of each write, in the folder of its controller.
  private func writes(_ resources: Resources?, legacy: Bool, isUpdate: Bool = false) throws
    -> [String]
  {
    let paths = legacy ? Self.legacy : Self.unified
    return try paths.writes(for: resources, isUpdate: isUpdate).map { write in
      #expect(write.directory == (legacy ? "/cg/\(write.file.prefix { $0 != "." })" : "/cg"))
      #expect(write.pointer.hasPrefix("/linux/resources/"))
      return "\(write.file)=\(write.value)"
    }
  }

  @Test(arguments: cases)
  func limits(_ limit: LimitCase) throws {
    #expect(try writes(limit.resources, legacy: true) == limit.legacy)
    #expect(try writes(limit.resources, legacy: false) == limit.unified)
  }

  @Test func whatOnlyOneVersionHas() throws {
    let ofV1 = Resources(
      cpu: .init(realtimeRuntime: 1, realtimePeriod: 2),
      network: .init(classID: 0x10_0001, priorities: [.init(name: "eth0", priority: 5)]))
    #expect(
      try writes(ofV1, legacy: true) == [
        "cpu.rt_period_us=2", "cpu.rt_runtime_us=1", "net_cls.classid=1048577",
        "net_prio.ifpriomap=eth0 5",
      ])
    let ofV2 = Resources(
      unified: ["memory.high": "1", "io.max": "8:0 rbps=1\n8:16 rbps=2\n", "cgroup.freeze": ""])
    #expect(
      try writes(ofV2, legacy: false) == [
        "cgroup.freeze=", "io.max=8:0 rbps=1", "io.max=8:16 rbps=2", "memory.high=1",
      ])
  }

  @Test(arguments: refusals) func refused(_ refusal: LimitRefusal) {
    let paths = refusal.isUnified ? Self.unified : Self.legacy
    let error = #expect(throws: LimitError.self) { try paths.writes(for: refusal.resources) }
    #expect(error?.pointer == "/linux/resources\(refusal.pointer)")
    #expect(error?.problem.contains(refusal.problem) == true, "\(error?.problem ?? "")")
  }

  /// A new cgroup has it off.
  @Test func anUpdateTurnsTheOOMKillerOnAgain() throws {
    let resources = Resources(memory: .init(disableOOMKiller: false))
    #expect(try writes(resources, legacy: true) == [])
    #expect(try writes(resources, legacy: true, isUpdate: true) == ["memory.oom_control=0"])
    #expect(try writes(resources, legacy: false, isUpdate: true) == [])
  }

  /// What v2 has is used where v1 has no tree for it.
  @Test func aControllerOfTheOtherVersionInAHybridLayout() throws {
    let paths = CgroupPaths(directories: [("memory", "/cg/memory"), ("", "/cg/unified")])
    let writes = try paths.writes(
      for: Resources(
        memory: .init(limit: 1), hugepageLimits: [.init(pageSize: "2MB", limit: 4096)]))
    #expect(
      writes.map(\.path) == [
        "/cg/memory/memory.limit_in_bytes", "/cg/unified/hugetlb.2MB.max",
        "/cg/unified/hugetlb.2MB.rsvd.max",
      ])
  }

  @Test func whichValuesTheKernelHoldsAgainstEachOther() throws {
    let resources = Resources(
      memory: .init(limit: 1, reservation: 1, swap: 2),
      cpu: .init(
        shares: 2, quota: 1, burst: 1, period: 1, realtimeRuntime: 1, realtimePeriod: 1, cpus: "0",
        idle: 0))
    func ties(_ paths: CgroupPaths, _ resources: Resources) throws -> [String] {
      try paths.writes(for: resources).filter(\.isTiedToNext).map(\.file)
    }
    #expect(
      try ties(Self.legacy, resources) == [
        "memory.limit_in_bytes", "cpu.cfs_period_us", "cpu.cfs_quota_us",
        "cpu.rt_period_us",
      ])
    let ofV2 = Resources(
      memory: resources.memory, cpu: .init(shares: 2, quota: 1, burst: 1, period: 1, idle: 0))
    #expect(try ties(Self.unified, ofV2) == ["memory.max", "cpu.max"])
  }

  @Test func filesThatNotEveryKernelHas() throws {
    let resources = Resources(
      memory: .init(limit: -1),
      blockIO: .init(weight: 500, weightDevice: [.init(major: 8, minor: 0, weight: 10)]),
      hugepageLimits: [.init(pageSize: "2MB", limit: 1), .init(pageSize: "1GB", limit: 0)])
    func others(_ paths: CgroupPaths) throws -> [String: CgroupWrite.IfMissing] {
      let writes = try paths.writes(for: resources).filter { $0.ifMissing != .fail }
      return Dictionary(writes.map { ("\($0.file)=\($0.value)", $0.ifMissing) }) { $1 }
    }
    #expect(
      try others(Self.legacy) == [
        "memory.memsw.limit_in_bytes=-1": .skip,
        "blkio.weight=500": .write(file: "blkio.bfq.weight", value: "500"),
        "blkio.weight_device=8:0 10": .write(file: "blkio.bfq.weight_device", value: "8:0 10"),
        "hugetlb.2MB.rsvd.limit_in_bytes=1": .skip, "hugetlb.1GB.limit_in_bytes=0": .skip,
        "hugetlb.1GB.rsvd.limit_in_bytes=0": .skip,
      ])
    #expect(
      try others(Self.unified) == [
        "memory.swap.max=max": .skip, "io.bfq.weight=500": .write(file: "io.weight", value: "4950"),
        "io.bfq.weight=8:0 10": .write(file: "io.weight", value: "8:0 1"),
        "hugetlb.2MB.rsvd.max=1": .skip, "hugetlb.1GB.max=0": .skip,
        "hugetlb.1GB.rsvd.max=0": .skip,
      ])
  }

  @Test(
    arguments: [
      (0, 1), (2, 1), (3, 2), (10, 4), (102, 17), (512, 59), (1024, 100), (2048, 174), (4096, 303),
      (262_143, 10_000),
      (262_144, 10_000), (.max, 10_000),
    ] as [(UInt64, UInt64)])
  func weights(_ shares: UInt64, _ weight: UInt64) { #expect(cpuWeight(shares: shares) == weight) }

  @Test(
    arguments: [(0, 1), (10, 1), (100, 910), (500, 4950), (1000, 10_000)] as [(UInt16, UInt64)])
  func weightsOfDevices(_ v1: UInt16, _ v2: UInt64) { #expect(ioWeight(v1) == v2) }

  @Test func whatIsLeftOut() {
    let resources = Resources(
      memory: .init(
        limit: 1, kernel: 1, kernelTCP: 1, swappiness: 0, disableOOMKiller: true,
        useHierarchy: false))
    func leftOut(_ paths: CgroupPaths) -> [String] {
      paths.leftOut(of: resources).map {
        String($0.pointer.dropFirst("/linux/resources/memory/".count))
      }
    }
    #expect(leftOut(Self.legacy) == ["kernel", "useHierarchy"])
    #expect(
      leftOut(Self.unified) == [
        "kernel", "useHierarchy", "kernelTCP", "swappiness", "disableOOMKiller",
      ])
    #expect(
      Self.unified.leftOut(
        of: Resources(
          memory: .init(kernel: 0, kernelTCP: 0, disableOOMKiller: false, useHierarchy: true)))
        == [])
  }

  @Test("an idle cgroup takes no weight, and that is said")
  func idleTakesNoWeight() throws {
    func check(_ resources: Resources, _ pointer: String?, _ written: [String]) throws {
      let leftOut = Self.unified.leftOut(of: resources)
      #expect(leftOut.map(\.pointer) == (pointer.map { [$0] } ?? []))
      #expect(leftOut.allSatisfy { $0.reason.hasPrefix("unable to apply both") })
      let writes = try Self.unified.writes(for: resources).map { "\($0.file)=\($0.value)" }
      #expect(writes == written)
    }
    try check(
      Resources(cpu: .init(shares: 200, idle: 1)), "/linux/resources/cpu/shares", ["cpu.idle=1"])
    try check(Resources(cpu: .init(shares: 2, idle: 0)), nil, ["cpu.idle=0", "cpu.weight=1"])
    try check(
      Resources(unified: ["cpu.idle": "1", "cpu.weight": "8"]),
      "/linux/resources/unified/cpu.weight", ["cpu.idle=1"])
    try check(
      Resources(unified: ["cpu.idle": "0", "cpu.weight": "8"]), nil,
      ["cpu.idle=0", "cpu.weight=8"])
  }

  @Test("under systemd a quota is written as systemd would write it again")
  func wholePercentsUnderSystemd() throws {
    func written(_ quota: Int64, _ period: UInt64) throws -> [String] {
      try Self.unified.writes(
        for: Resources(cpu: .init(quota: quota, period: period)), bySystemd: true
      ).map(\.value)
    }
    #expect(try written(500_000, 900_000) == ["504000 900000"])
    #expect(try written(50_000, 100_000) == ["50000 100000"])
    #expect(try written(-1, 50_000) == ["max 50000"])
    #expect(try written(.max, 100_000) == ["\(Int64.max) 100000"])
    let unified = Resources(unified: ["cpu.max": "1001 100000"])
    #expect(
      try Self.unified.writes(for: unified, bySystemd: true).map(\.value) == ["2000 100000"])
    #expect(try Self.unified.writes(for: unified).map(\.value) == ["1001 100000"])
  }

  @Test func pointers() throws {
    let resources = Resources(
      memory: .init(limit: 1, reservation: 1, swap: 2),
      cpu: .init(shares: 2, quota: 1, period: 1, cpus: "0", mems: "0"), pids: .init(limit: 1))
    func pointers(_ paths: CgroupPaths) throws -> [String] {
      try paths.writes(for: resources).map {
        String($0.pointer.dropFirst("/linux/resources".count))
      }
    }
    #expect(
      try pointers(
        CgroupPaths(directories: ["memory", "cpu", "cpuset", "pids"].map { ($0, "/\($0)") }))
        == [
          "/memory/limit", "/memory/swap", "/memory/reservation", "/cpu/shares", "/cpu/period",
          "/cpu/quota", "/cpu/cpus", "/cpu/mems", "/pids/limit",
        ])
    #expect(
      try pointers(CgroupPaths(directories: [("", "/cg")])) == [
        "/memory/limit", "/memory/swap", "/memory/reservation", "/cpu/shares", "/cpu/quota",
        "/cpu/cpus", "/cpu/mems", "/pids/limit",
      ])
  }

  @Test func aControllerThatTheHostLacks() throws {
    let paths = CgroupPaths(directories: [("memory", "/cg/memory")])
    let error = #expect(throws: LimitError.self) {
      try paths.writes(for: Resources(memory: .init(limit: 1), pids: .init(limit: 1)))
    }
    #expect(error?.pointer == "/linux/resources/pids/limit")
    #expect(error?.problem == "this host has no cgroup controller pids")
    // That it shall be nothing of each size is what engines write for what nobody asked for.
    #expect(
      try paths.writes(for: Resources(hugepageLimits: [.init(pageSize: "2MB", limit: 0)])) == [])
  }

  // Devices.

  /// "FILE=VALUE" of each write.
  private func deviceWrites(_ resources: Resources?) -> [String] {
    CgroupPaths(directories: [("memory", "/cg/memory"), ("devices", "/cg/devices")])
      .deviceWrites(for: resources).map { write in
        #expect(write.directory == "/cg/devices")
        return "\(write.file)=\(write.value)"
      }
  }

  private func rules(_ rules: Resources.DeviceRule...) -> [String] {
    deviceWrites(Resources(devices: rules))
  }

  @Test func rulesForV1OnlyWhereItHasTheController() {
    for directories in [[("", "/cg")], [("memory", "/cg/memory"), ("", "/cg/unified")]] {
      #expect(CgroupPaths(directories: directories).deviceWrites(for: nil) == [])
    }
  }

  @Test func deviceRulesInTheirOrder() {
    let written = rules(
      .init(allow: false, access: "rwm"),
      .init(allow: true, type: "c", major: 1, minor: 3, access: "rw"),
      .init(allow: true, type: "b", major: 8, access: "r"),
      .init(allow: true, type: "c", major: -1, minor: 5, access: "m"),
      .init(allow: false, type: "c", major: 10, minor: 229, access: "rwm"))
    #expect(
      written.prefix(5) == [
        "devices.deny=a", "devices.allow=c 1:3 rw", "devices.allow=b 8:* r",
        "devices.allow=c *:5 m", "devices.deny=c 10:229 rwm",
      ])
  }

  @Test func devicesThatEveryContainerMayUse() {
    let written = rules(.init(allow: false, access: "rwm"))
    #expect(
      written.dropFirst() == [
        "devices.allow=c *:* m", "devices.allow=b *:* m", "devices.allow=c 1:3 rwm",
        "devices.allow=c 1:5 rwm", "devices.allow=c 1:7 rwm", "devices.allow=c 1:8 rwm",
        "devices.allow=c 1:9 rwm", "devices.allow=c 5:0 rwm", "devices.allow=c 5:2 rwm",
        "devices.allow=c 136:* rwm", "devices.allow=c 10:200 rwm",
      ])
  }

  @Test func pointersOfDeviceRules() {
    func pointers(_ rules: [Resources.DeviceRule]?) -> [String] {
      CgroupPaths(directories: [("devices", "/cg")]).deviceWrites(for: Resources(devices: rules))
        .map(\.pointer)
    }
    let list = "/linux/resources/devices"
    let one = Resources.DeviceRule(allow: true, type: "c", major: 1, minor: 11, access: "r")
    let all = Resources.DeviceRule(allow: false, access: "rwm")
    #expect(pointers([all, one]).prefix(3) == ["\(list)/0", "\(list)/1", list])
    #expect(pointers([one]).prefix(3) == [list, "\(list)/0", list])
    #expect(Set(pointers(nil)) == [""])
  }

  /// As in runc: what nobody allows is denied, even where no rule says so.
  @Test func withoutARuleForAllTheyAreDenied() {
    let byDefault = rules(.init(allow: false, access: "rwm"))
    #expect(deviceWrites(nil) == byDefault)
    #expect(deviceWrites(Resources()) == byDefault)
    #expect(deviceWrites(Resources(devices: [])) == byDefault)
    #expect(
      rules(.init(allow: true, type: "c", major: 1, minor: 11, access: "r")).prefix(3)
        == ["devices.deny=a", "devices.allow=c 1:11 r", "devices.allow=c *:* m"])
  }

  @Test(arguments: [nil, "", "a"])
  func aRuleForAllDevices(_ type: String?) {
    #expect(rules(.init(allow: true, type: type, access: "rwm")).first == "devices.allow=a")
    #expect(
      rules(.init(allow: true, type: type, major: 5, minor: 3, access: "r")).first
        == "devices.allow=a")
  }
}

/// Limits, and what they come to with either kind of cgroups.
struct LimitCase: Sendable, CustomTestStringConvertible {
  let resources: Spec.Linux.Resources?
  let legacy: [String]
  let unified: [String]

  init(_ resources: Spec.Linux.Resources?, legacy: [String], unified: [String]) {
    self.resources = resources
    self.legacy = legacy
    self.unified = unified
  }

  var testDescription: String { "\(legacy) or \(unified)" }
}

private let cases: [LimitCase] = [
  LimitCase(nil, legacy: [], unified: []),
  // Engines write 0 for what nobody asked for.
  LimitCase(
    .init(
      memory: .init(limit: 0, reservation: 0, swap: 0, disableOOMKiller: false),
      cpu: .init(shares: 0, quota: 0, period: 0, cpus: "", mems: ""),
      blockIO: .init(weight: 0, weightDevice: []), hugepageLimits: [],
      network: .init(classID: 0, priorities: []), rdma: [:], unified: [:]),
    legacy: [], unified: []),
  // Swap includes memory in v1, where it can't be less, and doesn't in v2.
  LimitCase(
    .init(memory: .init(limit: 64 << 20, reservation: 32 << 20, swap: 96 << 20)),
    legacy: [
      "memory.limit_in_bytes=67108864", "memory.memsw.limit_in_bytes=100663296",
      "memory.soft_limit_in_bytes=33554432",
    ],
    unified: ["memory.max=67108864", "memory.swap.max=33554432", "memory.low=33554432"]),
  LimitCase(
    .init(memory: .init(limit: 4096, swap: 4096)),
    legacy: ["memory.limit_in_bytes=4096", "memory.memsw.limit_in_bytes=4096"],
    unified: ["memory.max=4096", "memory.swap.max=0"]),
  LimitCase(
    .init(memory: .init(limit: -1, reservation: -1, swap: -1)),
    legacy: [
      "memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1",
      "memory.soft_limit_in_bytes=-1",
    ],
    unified: ["memory.max=max", "memory.swap.max=max", "memory.low=max"]),
  // 0 says something here: never swap, and no exception from being killed.
  LimitCase(
    .init(memory: .init(swappiness: 0, disableOOMKiller: true)),
    legacy: ["memory.swappiness=0", "memory.oom_control=1"], unified: []),
  LimitCase(
    .init(memory: .init(limit: -1)),
    legacy: ["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1"],
    unified: ["memory.max=max", "memory.swap.max=max"]),
  LimitCase(
    .init(memory: .init(limit: -1, swap: 4096)),
    legacy: ["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=4096"],
    unified: ["memory.max=max", "memory.swap.max=4096"]),
  LimitCase(
    .init(memory: .init(swap: -1)), legacy: ["memory.memsw.limit_in_bytes=-1"],
    unified: ["memory.swap.max=max"]),
  LimitCase(
    .init(memory: .init(kernel: 4096, kernelTCP: 8192, useHierarchy: true)),
    legacy: ["memory.kmem.tcp.limit_in_bytes=8192"], unified: []),

  LimitCase(
    .init(cpu: .init(shares: 1024)), legacy: ["cpu.shares=1024"], unified: ["cpu.weight=100"]),
  LimitCase(.init(cpu: .init(shares: 2)), legacy: ["cpu.shares=2"], unified: ["cpu.weight=1"]),
  LimitCase(.init(cpu: .init(shares: 1)), legacy: ["cpu.shares=1"], unified: ["cpu.weight=1"]),
  LimitCase(
    .init(cpu: .init(shares: 262_144)), legacy: ["cpu.shares=262144"], unified: ["cpu.weight=10000"]
  ),
  LimitCase(
    .init(cpu: .init(shares: .max)), legacy: ["cpu.shares=18446744073709551615"],
    unified: ["cpu.weight=10000"]),
  LimitCase(
    .init(cpu: .init(quota: 50_000, period: 200_000)),
    legacy: ["cpu.cfs_period_us=200000", "cpu.cfs_quota_us=50000"],
    unified: ["cpu.max=50000 200000"]),
  LimitCase(
    .init(cpu: .init(quota: 50_000)), legacy: ["cpu.cfs_quota_us=50000"],
    unified: ["cpu.max=50000 100000"]),
  LimitCase(
    .init(cpu: .init(period: 200_000)), legacy: ["cpu.cfs_period_us=200000"],
    unified: ["cpu.max=max 200000"]),
  LimitCase(
    .init(cpu: .init(quota: -1)), legacy: ["cpu.cfs_quota_us=-1"], unified: ["cpu.max=max 100000"]),
  LimitCase(
    .init(cpu: .init(cpus: "0-1,3", mems: "0")),
    legacy: ["cpuset.cpus=0-1,3", "cpuset.mems=0"], unified: ["cpuset.cpus=0-1,3", "cpuset.mems=0"]),

  LimitCase(.init(pids: .init(limit: 7)), legacy: ["pids.max=7"], unified: ["pids.max=7"]),
  LimitCase(.init(pids: .init(limit: -1)), legacy: ["pids.max=max"], unified: ["pids.max=max"]),
  LimitCase(.init(pids: .init(limit: 0)), legacy: ["pids.max=1"], unified: ["pids.max=1"]),

  LimitCase(
    .init(cpu: .init(shares: 2, idle: 0)), legacy: ["cpu.idle=0", "cpu.shares=2"],
    unified: ["cpu.idle=0", "cpu.weight=1"]),
  LimitCase(
    .init(cpu: .init(shares: 2, idle: 1)), legacy: ["cpu.idle=1"], unified: ["cpu.idle=1"]),
  LimitCase(.init(cpu: .init(idle: 0)), legacy: ["cpu.idle=0"], unified: ["cpu.idle=0"]),
  LimitCase(
    .init(cpu: .init(quota: 2, burst: 1)), legacy: ["cpu.cfs_quota_us=2", "cpu.cfs_burst_us=1"],
    unified: ["cpu.max=2 100000", "cpu.max.burst=1"]),
  LimitCase(
    .init(cpu: .init(burst: 0)), legacy: ["cpu.cfs_burst_us=0"], unified: ["cpu.max.burst=0"]),
  LimitCase(
    .init(cpu: .init(realtimeRuntime: 0, realtimePeriod: 0)), legacy: [], unified: []),

  LimitCase(
    .init(
      blockIO: .init(
        weight: 1000, weightDevice: [.init(major: 8, minor: 16, weight: 20)],
        throttleReadBpsDevice: [.init(major: 8, minor: 0, rate: 1)],
        throttleWriteBpsDevice: [
          .init(major: 8, minor: 0, rate: .max), .init(major: 7, minor: 1, rate: 0),
        ],
        throttleReadIOPSDevice: [.init(major: 8, minor: 0, rate: 3)],
        throttleWriteIOPSDevice: [.init(major: 8, minor: 0, rate: 4)])),
    legacy: [
      "blkio.weight=1000", "blkio.weight_device=8:16 20", "blkio.throttle.read_bps_device=8:0 1",
      "blkio.throttle.write_bps_device=8:0 18446744073709551615",
      "blkio.throttle.write_bps_device=7:1 0", "blkio.throttle.read_iops_device=8:0 3",
      "blkio.throttle.write_iops_device=8:0 4",
    ],
    unified: [
      "io.bfq.weight=1000", "io.bfq.weight=8:16 20", "io.max=8:0 rbps=1",
      "io.max=8:0 wbps=18446744073709551615", "io.max=7:1 wbps=max", "io.max=8:0 riops=3",
      "io.max=8:0 wiops=4",
    ]),
  LimitCase(
    .init(hugepageLimits: [.init(pageSize: "2MB", limit: 4), .init(pageSize: "1GB", limit: 0)]),
    legacy: [
      "hugetlb.2MB.limit_in_bytes=4", "hugetlb.2MB.rsvd.limit_in_bytes=4",
      "hugetlb.1GB.limit_in_bytes=0", "hugetlb.1GB.rsvd.limit_in_bytes=0",
    ],
    unified: [
      "hugetlb.2MB.max=4", "hugetlb.2MB.rsvd.max=4", "hugetlb.1GB.max=0", "hugetlb.1GB.rsvd.max=0",
    ]),
  LimitCase(
    .init(rdma: ["mlx5_1": .init(hcaHandles: 3, hcaObjects: 0), "mlx4_0": .init(hcaObjects: 7)]),
    legacy: ["rdma.max=mlx4_0 hca_object=7", "rdma.max=mlx5_1 hca_handle=3 hca_object=0"],
    unified: ["rdma.max=mlx4_0 hca_object=7", "rdma.max=mlx5_1 hca_handle=3 hca_object=0"]),
]

/// Limits that only v1 has, or only v2, or neither as they stand.
struct LimitRefusal: Sendable, CustomTestStringConvertible {
  let resources: Spec.Linux.Resources
  let isUnified: Bool
  let pointer: String
  let problem: String

  var testDescription: String { pointer }
}

private let refusals = [
  LimitRefusal(
    resources: .init(memory: .init(swap: 4096)), isUnified: true, pointer: "/memory/swap",
    problem: "give /linux/resources/memory/limit"),
  LimitRefusal(
    resources: .init(memory: .init(limit: 4097, swap: 4096)), isUnified: true,
    pointer: "/memory/swap", problem: "4096 is less than the limit of memory alone, 4097"),
  LimitRefusal(
    resources: .init(cpu: .init(realtimeRuntime: 1)), isUnified: true,
    pointer: "/cpu/realtimeRuntime", problem: "cgroup v2 has no limits of realtime tasks"),
  LimitRefusal(
    resources: .init(blockIO: .init(leafWeight: 10)), isUnified: true,
    pointer: "/blockIO/leafWeight", problem: "cgroup v2 has no weights of leaves"),
  LimitRefusal(
    resources: .init(network: .init(classID: 1)), isUnified: true, pointer: "/network/classID",
    problem: "cgroup v2 has no classes of packets"),
  LimitRefusal(
    resources: .init(network: .init(priorities: [.init(name: "eth0", priority: 1)])),
    isUnified: true, pointer: "/network/priorities", problem: "cgroup v2 has no priorities"),
  LimitRefusal(
    resources: .init(unified: ["memory.high": "1"]), isUnified: false, pointer: "/unified",
    problem: "this host has v1"),
]
