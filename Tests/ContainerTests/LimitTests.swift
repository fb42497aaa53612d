import Glibc
import OCISpec
import Testing

/// Every limit of config.json, as the kernel's files show it: set at create, changed by update in
/// both directions, and taken away again.
@Suite struct LimitTests {
  @Test(arguments: limits.filter(\.file.isHere), Host.cgroupManagers)
  func aLimit(_ limit: Limit, by manager: String) throws {
    let first = limit.steps[0]
    let apus = try sandbox(first.resources, manager)
    // What a limit of the test has had handed down from the root of v2 would stay so.
    let handsDown = "/sys/fs/cgroup/unified/cgroup.subtree_control"
    let before = text(of: handsDown)
    defer { if before == "\n" { _ = try? shell("echo -hugetlb > \(handsDown)") } }
    #expect(try apus.create() == .silently)
    #expect(try limit.file.value(of: apus, line: limit.line) == first.expected)
    for step in limit.steps.dropFirst() {
      let updated = try apus.update(step.resources)
      if step.resources.cpu?.idle == 1, step.resources.cpu?.shares != nil {
        #expect(updated.status == 0 && updated.output.isEmpty)
        #expect(
          updated.errors.contains("level=warning")
            && updated.errors.contains(
              "/cpu/shares is left out: unable to apply both, for a cgroup that is idle (cpu.idle) has no"
            ))
      } else {
        #expect(updated == .silently)
      }
      #expect(
        try limit.file.value(of: apus, line: limit.line) == step.expected, "\(step.resources)")
    }
  }

  private func sandbox(_ resources: Spec.Linux.Resources, _ manager: String) throws -> Sandbox {
    let apus =
      try Host.isRoot ? Sandbox("/bin/sleep", "100") : RootlessTests().sandbox("/bin/sleep", "100")
    apus.cgroupManager = manager
    try apus.configure { $0.linux?.resources = resources }
    return apus
  }

  /// Which file takes it depends on the kernel's schedulers.
  @Test(arguments: Host.cgroupManagers) func weightOnBlockDevices(by manager: String) throws {
    let apus = try sandbox(.init(blockIO: .init(weight: 300)), manager)
    #expect(try apus.create() == .silently)
    #expect(try weights(of: apus).contains { $0 == ["300"] || $0 == ["2930"] })
    for (weight, ofV2) in [("500", "4950"), ("10", "1"), ("100", "910")] {
      #expect(try apus("update", "--blkio-weight", weight, apus.id) == .silently)
      #expect(try weights(of: apus).contains { $0 == [weight] || $0 == [ofV2] }, "\(weight)")
    }
  }

  /// A disk that is a file, with the scheduler that knows weights.
  @Test(.enabled(if: Host.isRoot, "gives a disk another scheduler")) func weightOnOneDevice() throws
  {
    let apus = try Sandbox("/bin/sleep", "100")
    let attached = try apus.script(
      """
      truncate -s 1M disk; device=$(losetup --find --show disk) || exit
      echo bfq > /sys/block/${device#/dev/}/queue/scheduler
      echo $device; cat /sys/block/${device#/dev/}/dev
      """)
    let words = attached.output.split(separator: "\n").map(String.init)
    try #require(attached.errors == "" && words.count == 2, "\(attached)")
    defer { _ = try? shell("losetup --detach \(words[0])") }
    let numbers = words[1].split(separator: ":").compactMap { Int64($0) }
    func resources(_ weight: UInt16) -> Spec.Linux.Resources {
      let device = Spec.Linux.Resources.BlockIO.WeightDevice(
        major: numbers[0], minor: numbers[1], weight: weight)
      return .init(blockIO: .init(weightDevice: [device]))
    }
    try apus.configure { $0.linux?.resources = resources(300) }
    #expect(try apus.create() == .silently)
    #expect(try weights(of: apus).contains([words[1], "300"]))
    for weight: UInt16 in [700, 20] {
      #expect(try apus.update(resources(weight)) == .silently)
      #expect(try weights(of: apus).contains([words[1], String(weight)]))
    }
  }

  /// The lines of all files of weights, "default 100" as "100" alone.
  private func weights(of apus: Sandbox) throws -> [[String]] {
    let folder = try #require(cgroupFolders(of: try apus.pid())[Host.isUnified ? "" : "blkio"])
    let files = [
      "blkio.weight", "blkio.bfq.weight", "blkio.bfq.weight_device", "io.bfq.weight", "io.weight",
    ]
    return files.flatMap { (file: String) -> [String] in lines(of: "\(folder)/\(file)") }.map {
      line in
      line.split(separator: " ").map(String.init).filter { $0 != "default" }
    }
  }

  @Test(.enabled(if: Host.isUnified)) func filesOfV2() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.linux?.resources = .init(unified: [
        "memory.high": "67108864", "memory.min": "1048576", "cpu.weight": "7",
      ])
    }
    #expect(try apus.create() == .silently)
    func value(_ file: String) throws -> String { try LimitFile(nil, file).value(of: apus) }
    #expect(try value("memory.high") == "67108864")
    #expect(try value("memory.min") == "1048576")
    #expect(try value("cpu.weight") == "7")
    #expect(
      try apus.update(.init(unified: ["memory.high": "max", "memory.min": "0"])) == .silently)
    #expect(try value("memory.high") == "max")
    #expect(try value("memory.min") == "0")
    #expect(try value("cpu.weight") == "7")
    expectRefusal(
      try apus.update(.init(unified: ["absent.max": "1"])), "/unified/absent.max",
      "has no controller absent")
  }

  @Test(.enabled(if: !Host.isUnified)) func filesOfV2AreRefusedOnV1() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources = .init(unified: ["memory.high": "67108864"])
    }
    expectRefusal(try apus.create(), "/linux/resources/unified", "v1")
    #expect(apus.leftovers() == [])
  }

  @Test func whatTheKernelRefuses() throws {
    let apus = try Sandbox("/bin/true") { $0.linux?.resources = .init(cpu: .init(period: 100)) }
    expectRefusal(try apus.create(), "(config.json /linux/resources/cpu/period)", "EINVAL")
    try apus.configure {
      $0.linux?.resources = .init(
        blockIO: .init(throttleReadBpsDevice: [.init(major: 4000, minor: 0, rate: 1)]))
    }
    expectRefusal(
      try apus.create(), "/linux/resources/blockIO/throttleReadBpsDevice/0", "no such device")
    try apus.configure {
      $0.linux?.resources = .init(rdma: ["apus0": .init(hcaHandles: 1)])
    }
    expectRefusal(try apus.create(), "/linux/resources/rdma/apus0")
    #expect(apus.leftovers() == [])
  }
}

/// A limit: its file, and values one after the other.
struct Limit: Sendable, CustomTestStringConvertible {
  struct Step: Sendable {
    let resources: Spec.Linux.Resources
    let v1: String
    let v2: String

    init(_ resources: Spec.Linux.Resources, _ v1: String, _ v2: String? = nil) {
      self.resources = resources
      self.v1 = v1
      self.v2 = v2 ?? v1
    }

    var expected: String { Host.isUnified ? v2 : v1 }
  }

  let name: String
  let file: LimitFile
  let line: String?
  let steps: [Step]

  init(_ name: String, _ file: LimitFile, line: String? = nil, _ steps: Step...) {
    (self.name, self.file, self.line, self.steps) = (name, file, line, steps)
  }

  var testDescription: String { name }
}

/// What v1 has for no limit of memory: the greatest number of whole pages.
private let none = "9223372036854771712"
private let MiB: Int64 = 1 << 20
private let cpus = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

private let limits: [Limit] =
  [
    Limit(
      "memory", LimitFile("memory.limit_in_bytes", "memory.max"),
      .init(.init(memory: .init(limit: 64 * MiB)), "67108864"),
      .init(.init(memory: .init(limit: 32 * MiB)), "33554432"),
      .init(.init(memory: .init(limit: 96 * MiB)), "100663296"),
      .init(.init(memory: .init(limit: -1)), none, "max")),
    Limit(
      "memory and swap", LimitFile("memory.memsw.limit_in_bytes", "memory.swap.max"),
      .init(.init(memory: .init(limit: 64 * MiB, swap: 96 * MiB)), "100663296", "33554432"),
      .init(.init(memory: .init(limit: 128 * MiB, swap: 256 * MiB)), "268435456", "134217728"),
      .init(.init(memory: .init(limit: 16 * MiB, swap: 32 * MiB)), "33554432", "16777216"),
      .init(.init(memory: .init(swap: 64 * MiB)), "67108864", "50331648"),
      .init(.init(memory: .init(swap: -1)), none, "max"),
      .init(.init(memory: .init(limit: 16 * MiB, swap: 16 * MiB)), "16777216", "0"),
      .init(.init(memory: .init(limit: -1)), none, "max")),
    Limit(
      "reservation", LimitFile("memory.soft_limit_in_bytes", "memory.low"),
      .init(.init(memory: .init(reservation: 32 * MiB)), "33554432"),
      .init(.init(memory: .init(reservation: 16 * MiB)), "16777216"),
      .init(.init(memory: .init(reservation: -1)), none, "max")),
    Limit(
      "swappiness", LimitFile("memory.swappiness", nil),
      .init(.init(memory: .init(swappiness: 10)), "10"),
      .init(.init(memory: .init(swappiness: 0)), "0"),
      .init(.init(memory: .init(swappiness: 60)), "60")),
    Limit(
      "OOM killer", LimitFile("memory.oom_control", nil), line: "oom_kill_disable",
      .init(.init(memory: .init(disableOOMKiller: true)), "oom_kill_disable 1"),
      .init(.init(memory: .init(disableOOMKiller: false)), "oom_kill_disable 0")),
    Limit(
      "TCP buffers", LimitFile("memory.kmem.tcp.limit_in_bytes", nil),
      .init(.init(memory: .init(kernelTCP: MiB)), "1048576"),
      .init(.init(memory: .init(kernelTCP: -1)), none)),
    Limit(
      "shares", LimitFile("cpu.shares", "cpu.weight"),
      .init(.init(cpu: .init(shares: 512)), "512", "59"),
      .init(.init(cpu: .init(shares: 2048)), "2048", "174"),
      .init(.init(cpu: .init(shares: 1024)), "1024", "100")),
    Limit(
      "quota", LimitFile("cpu.cfs_quota_us", "cpu.max"),
      .init(.init(cpu: .init(quota: 50_000, period: 200_000)), "50000", "50000 200000"),
      .init(.init(cpu: .init(quota: 20_000)), "20000", "20000 200000"),
      .init(.init(cpu: .init(quota: 600_000)), "600000", "600000 200000"),
      .init(.init(cpu: .init(quota: -1)), "-1", "max 200000")),
    Limit(
      "period", LimitFile("cpu.cfs_period_us", "cpu.max"),
      .init(.init(cpu: .init(quota: 20_000, period: 200_000)), "200000", "20000 200000"),
      .init(.init(cpu: .init(period: 50_000)), "50000", "20000 50000"),
      .init(.init(cpu: .init(quota: 900_000, period: 1_000_000)), "1000000", "900000 1000000"),
      .init(.init(cpu: .init(quota: 1_000, period: 10_000)), "10000", "1000 10000")),
    Limit(
      "burst", LimitFile("cpu.cfs_burst_us", "cpu.max.burst"),
      .init(.init(cpu: .init(quota: 50_000, burst: 40_000)), "40000"),
      .init(.init(cpu: .init(quota: 20_000, burst: 10_000)), "10000"),
      .init(.init(cpu: .init(quota: 90_000, burst: 80_000)), "80000"),
      .init(.init(cpu: .init(burst: 0)), "0")),
    Limit(
      "idle", LimitFile("cpu.idle", "cpu.idle"),
      .init(.init(cpu: .init(idle: 1)), "1"),
      .init(.init(cpu: .init(shares: 512, idle: 0)), "0"),
      .init(.init(cpu: .init(shares: 512, idle: 1)), "1"),
      .init(.init(cpu: .init(shares: 256, idle: 1)), "1"),
      .init(.init(cpu: .init(idle: 0)), "0")),
    Limit(
      "realtime", LimitFile("cpu.rt_runtime_us", nil),
      .init(.init(cpu: .init(realtimeRuntime: 2_000, realtimePeriod: 1_000_000)), "2000"),
      .init(.init(cpu: .init(realtimeRuntime: 100, realtimePeriod: 50_000)), "100"),
      .init(.init(cpu: .init(realtimeRuntime: 1_000, realtimePeriod: 900_000)), "1000")),
    Limit(
      "processors", LimitFile("cpuset.cpus", "cpuset.cpus"),
      .init(.init(cpu: .init(cpus: "0")), "0"),
      .init(.init(cpu: .init(cpus: "0-\(cpus - 1)")), cpus > 1 ? "0-\(cpus - 1)" : "0")),
    Limit(
      "memory nodes", LimitFile("cpuset.mems", "cpuset.mems"),
      .init(.init(cpu: .init(mems: "0")), "0")
    ),
    Limit(
      "tasks", LimitFile("pids.max", "pids.max"),
      .init(.init(pids: .init(limit: 50)), "50"),
      .init(.init(pids: .init(limit: 60)), "60"),
      .init(.init(pids: .init(limit: -1)), "max")),
    Limit(
      "huge pages", LimitFile("hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.max"),
      .init(.init(hugepageLimits: [.init(pageSize: "2MB", limit: 4 << 20)]), "4194304"),
      .init(.init(hugepageLimits: [.init(pageSize: "2MB", limit: 0)]), "0"),
      .init(.init(hugepageLimits: [.init(pageSize: "2MB", limit: 8 << 20)]), "8388608")),
    Limit(
      "class of packets", LimitFile("net_cls.classid", nil),
      .init(.init(network: .init(classID: 0x10_0001)), "1048577"),
      .init(.init(network: .init(classID: 0x10_0002)), "1048578")),
    Limit(
      "priorities of packets", LimitFile("net_prio.ifpriomap", nil), line: "lo",
      .init(.init(network: .init(priorities: [.init(name: "lo", priority: 5)])), "lo 5"),
      .init(.init(network: .init(priorities: [.init(name: "lo", priority: 0)])), "lo 0")),
  ] + throttles

private let throttles: [Limit] = disk.map { throttles(of: $0) } ?? []

private func throttles(of disk: String) -> [Limit] {
  let numbers = disk.split(separator: ":").compactMap { Int64($0) }
  typealias Change = WritableKeyPath<
    Spec.Linux.Resources.BlockIO, [Spec.Linux.Resources.BlockIO.ThrottleDevice]?
  >
  func throttle(_ name: String, _ v2: String, _ list: Change) -> Limit {
    func step(_ rate: UInt64) -> Limit.Step {
      var io = Spec.Linux.Resources.BlockIO()
      io[keyPath: list] = [.init(major: numbers[0], minor: numbers[1], rate: rate)]
      let words = ["rbps", "wbps", "riops", "wiops"].map {
        $0 == v2 ? "\($0)=\(rate)" : "\($0)=max"
      }
      return Limit.Step(
        .init(blockIO: io), rate == 0 ? "" : "\(disk) \(rate)",
        rate == 0 ? "" : "\(disk) \(words.joined(separator: " "))")
    }
    return Limit(
      name, LimitFile("blkio.throttle.\(name)_device", "io.max"), line: disk, step(1_000_000),
      step(500_000), step(2_000_000), step(0))
  }
  return [
    throttle("read_bps", "rbps", \.throttleReadBpsDevice),
    throttle("write_bps", "wbps", \.throttleWriteBpsDevice),
    throttle("read_iops", "riops", \.throttleReadIOPSDevice),
    throttle("write_iops", "wiops", \.throttleWriteIOPSDevice),
  ]
}
