import Cgroups
import OCISpec
import Testing

/// What limits come to: files of cgroups, and what is written to them.
struct CgroupLimitsTests {
  private typealias Resources = Spec.Linux.Resources

  /// "FILE=VALUE" of each write, in the folder of its controller.
  private func writes(_ resources: Resources?, legacy: Bool) -> [String] {
    let paths =
      legacy
      ? CgroupPaths(
        directories: ["name=systemd", "memory", "cpu", "cpuset", "pids", "devices", ""].map {
          ($0, "/cg/\($0)")
        })
      : CgroupPaths(directories: [("", "/cg")])
    return paths.writes(for: resources).map { write in
      #expect(write.directory == (legacy ? "/cg/\(write.file.prefix { $0 != "." })" : "/cg"))
      #expect(write.pointer.hasPrefix("/linux/resources/"))
      return "\(write.file)=\(write.value)"
    }
  }

  @Test(arguments: cases)
  func limits(_ limit: LimitCase) {
    #expect(writes(limit.resources, legacy: true) == limit.legacy)
    #expect(writes(limit.resources, legacy: false) == limit.unified)
  }

  @Test func pointers() {
    let resources = Resources(
      memory: .init(limit: 1, reservation: 1, swap: 2),
      cpu: .init(shares: 2, quota: 1, period: 1, cpus: "0", mems: "0"), pids: .init(limit: 1))
    func pointers(_ paths: CgroupPaths) -> [String] {
      paths.writes(for: resources).map { String($0.pointer.dropFirst("/linux/resources".count)) }
    }
    #expect(
      pointers(
        CgroupPaths(directories: ["memory", "cpu", "cpuset", "pids"].map { ($0, "/\($0)") }))
        == [
          "/memory/limit", "/memory/swap", "/memory/reservation", "/cpu/shares", "/cpu/period",
          "/cpu/quota", "/cpu/cpus", "/cpu/mems", "/pids/limit",
        ])
    #expect(
      pointers(CgroupPaths(directories: [("", "/cg")])) == [
        "/memory/limit", "/memory/reservation", "/memory/swap", "/cpu/shares", "/cpu/quota",
        "/cpu/cpus", "/cpu/mems", "/pids/limit",
      ])
  }

  @Test func whatTheHostHasNoControllerForIsLeftOut() {
    let paths = CgroupPaths(directories: [("memory", "/cg/memory")])
    let resources = Resources(
      devices: [.init(allow: false, access: "rwm")], memory: .init(limit: 1), pids: .init(limit: 1))
    #expect(paths.writes(for: resources).map(\.file) == ["memory.limit_in_bytes"])
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
      cpu: .init(shares: 0, quota: 0, period: 0, cpus: "", mems: "")),
    legacy: [], unified: []),
  // Swap includes memory in v1, where it can't be less, and doesn't in v2.
  LimitCase(
    .init(memory: .init(limit: 64 << 20, reservation: 32 << 20, swap: 96 << 20)),
    legacy: [
      "memory.limit_in_bytes=67108864", "memory.memsw.limit_in_bytes=100663296",
      "memory.soft_limit_in_bytes=33554432",
    ],
    unified: ["memory.max=67108864", "memory.low=33554432", "memory.swap.max=33554432"]),
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
    unified: ["memory.max=max", "memory.low=max", "memory.swap.max=max"]),
  // 0 says something here: never swap, and no exception from being killed.
  LimitCase(
    .init(memory: .init(swappiness: 0, disableOOMKiller: true)),
    legacy: ["memory.swappiness=0", "memory.oom_control=1"], unified: []),
  // Without a limit of memory there is nothing to take off.
  LimitCase(
    .init(memory: .init(swap: 4096)), legacy: ["memory.memsw.limit_in_bytes=4096"], unified: []),

  LimitCase(
    .init(cpu: .init(shares: 1024)), legacy: ["cpu.shares=1024"], unified: ["cpu.weight=39"]),
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
]
