import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// What a host can't do, and that all of it is told at once.
struct ObstacleTests {
  @Test func aHostThatHasEverythingIsNoObstacle() {
    var spec = Spec.default()
    spec.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [.init(names: ["read", "arm_fadvise64_64"], action: "SCMP_ACT_ALLOW")])
    spec.linux?.resources?.memory = .init(limit: 1, swap: 0)
    spec.process?.rlimits = [.init(type: "RLIMIT_NOFILE", hard: .max, soft: 1)]
    spec.process?.oomScoreAdj = -1000
    #expect(spec.obstacles(on: everything, plan: draft(spec)) == [])
  }

  @Test(arguments: obstacles) func isTold(obstacle: Obstacle) {
    var spec = Spec.default()
    var host = everything
    obstacle.change(&spec, &host)
    let found = spec.obstacles(on: host, plan: draft(spec))
    #expect(found.map(\.pointer) == [obstacle.pointer], "\(found)")
    #expect(found.map(\.level) == [obstacle.level])
    #expect(found.first?.message.contains(obstacle.words) == true, "\(found)")
  }

  @Test func aSlipOfThePenInAnOptionIsGuessed() {
    var spec = Spec.default()
    spec.mounts?[1].options = ["nosiud", "siz=1k", "quite-another"]
    let found = spec.obstacles(on: everything, plan: draft(spec))
    #expect(
      found.map(\.advice) == [
        "write \"nosuid\" if that is meant", "write \"size\" if that is meant", nil,
      ])
  }

  @Test func mappersAreNeededForMoreThanOneself() {
    var spec = Spec.default(rootless: true, uid: 1000, gid: 1000)
    var host = everything
    host.missingMappers = ["newuidmap", "newgidmap"]
    func found() -> [Finding] {
      spec.obstacles(on: host, plan: draft(spec) { $0.ordinaryUser = (uid: 1000, gid: 1000) })
    }
    #expect(found() == [])
    spec.linux?.uidMappings?.append(.init(containerID: 1, hostID: 100000, size: 65536))
    #expect(found().map(\.pointer) == ["/linux/uidMappings"])
    #expect(found().first?.message.hasPrefix("only newuidmap and newgidmap can map") == true)
  }

  @Test func aDraftKeepsAllRefusals() {
    var spec = minimal
    spec.process?.apparmorProfile = "x"
    spec.process?.selinuxLabel = "y"
    spec.linux?.cgroupsPath = "/"
    spec.mounts = ["/proc/1", "/data", "/proc/2"].map { .init(destination: $0, type: "tmpfs") }
    spec.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ERRNO", flags: ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"])
    let plan = draft(spec)
    #expect(
      plan.refusals.map(\.pointer) == [
        "/linux/cgroupsPath", "/mounts/0/destination", "/mounts/2/destination",
        "/process/apparmorProfile", "/process/selinuxLabel", "/linux/seccomp/flags/0",
      ])
    let first = #expect(throws: PlanError.self) { try ContainerPlanTests.plan(for: spec) }
    #expect(first == plan.refusals.first)
  }
}

struct Obstacle: CustomTestStringConvertible, Sendable {
  let pointer: String
  let words: String
  let level: Finding.Level
  let change: @Sendable (inout Spec, inout HostAbilities) -> Void

  init(
    _ pointer: String, _ words: String, _ level: Finding.Level = .error,
    change: @escaping @Sendable (inout Spec, inout HostAbilities) -> Void
  ) {
    self.pointer = pointer
    self.words = words
    self.level = level
    self.change = change
  }

  var testDescription: String { "\(pointer): \(words)" }
}

private func draft(_ spec: Spec, facts given: (inout Plan.Facts) -> Void = { _ in }) -> Plan {
  var facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
  given(&facts)
  return Plan(drafting: spec, facts: facts)
}

private let everything: HostAbilities = {
  var host = HostAbilities()
  host.controllers = ["cpu", "cpuset", "hugetlb", "io", "memory", "pids", "rdma"]
  host.filesystems = ["proc", "tmpfs", "devpts", "mqueue", "sysfs"]
  host.processors = [0, 1, 2, 3]
  host.memoryNodes = [0]
  return host
}()

private let obstacles: [Obstacle] = [
  Obstacle("/linux/namespaces/0", "no pid namespaces") { $1.namespaces.remove(.pid) },
  Obstacle("/linux/namespaces/2", "no ipc namespace may be made") {
    $1.namespaceBars[.ipc] = "/proc/sys/user/max_ipc_namespaces to more than 0"
  },
  Obstacle("/mounts/4/type", "no file system \"mqueue\"") { $1.filesystems?.remove("mqueue") },
  Obstacle("/mounts/4/type", "no file system \"mqueue\"", .warning) {
    $1.filesystems?.remove("mqueue")
    $1.loadsModules = true
  },
  Obstacle("/mounts/7/type", "no file system \"fuse.sshfs\"") { spec, _ in
    spec.mounts?.append(.init(destination: "/f", type: "fuse.sshfs"))
  },
  Obstacle("/mounts/7/type", "no file system \"none\"") { spec, _ in
    spec.mounts?.append(.init(destination: "/f", type: "none", source: "/srv"))
  },
  Obstacle("/mounts/1/options/0", "\"nosiud\" is not known as an option of tmpfs", .warning) {
    spec, _ in spec.mounts?[1].options?[0] = "nosiud"
  },
  Obstacle("/mounts/2/options/6", "\"mod=1\" is not known as an option of devpts", .warning) {
    spec, _ in spec.mounts?[2].options?.append("mod=1")
  },
  Obstacle("/process/rlimits/0/hard", "can't be raised above the runtime's own, 100") {
    $1.hardLimits[.nofile] = 100
    $1.capabilities.remove("CAP_SYS_RESOURCE")
  },
  Obstacle("/process/rlimits/0/hard", "more than the kernel allows anybody, 1000") {
    $1.descriptorLimit = 1000
  },
  Obstacle("/process/oomScoreAdj", "below the runtime's own, 0") {
    $0.process?.oomScoreAdj = -1
    $1.oomScoreAdj = 0
    $1.capabilities.remove("CAP_SYS_RESOURCE")
  },
  Obstacle("/process/apparmorProfile", "no profile \"mine\" is loaded") {
    $0.process?.apparmorProfile = "mine"
    $1.appArmorProfiles = ["other"]
  },
  Obstacle("/process/capabilities/effective", "itself has no CAP_KILL") {
    $1.capabilities.remove("CAP_KILL")
  },
  Obstacle("/linux/seccomp", "no filters of system calls") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ERRNO")
    $1.hasSeccomp = false
  },
  Obstacle("/linux/seccomp/flags/0", "knows no SECCOMP_FILTER_FLAG_LOG") {
    $0.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ERRNO", flags: ["SECCOMP_FILTER_FLAG_LOG"])
    $1.seccompFlags.remove(.log)
  },
  Obstacle("/linux/seccomp/architectures", "no system calls of SCMP_ARCH_RISCV64", .note) {
    spec, _ in
    spec.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_RISCV64"])
  },
  Obstacle("/linux/seccomp/syscalls/0/names", "doesn't know nope: SCMP_ACT_ERRNO stays", .note) {
    spec, _ in
    spec.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [.init(names: ["read", "nope"], action: "SCMP_ACT_ALLOW")])
  },
  Obstacle("/linux/seccomp/syscalls/0/names", "doesn't know nope: SCMP_ACT_ALLOW", .warning) {
    spec, _ in
    spec.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [.init(names: ["nope"], action: "SCMP_ACT_ERRNO")])
  },
  Obstacle("/linux/resources/memory/limit", "no controller \"memory\"") {
    $0.linux?.resources?.memory = .init(limit: 1 << 20)
    $1.controllers.remove("memory")
  },
  Obstacle("/linux/resources/memory/swap", "counts no swap") {
    $0.linux?.resources?.memory = .init(swap: 1 << 20)
    $1.limitsSwap = false
  },
  Obstacle("/linux/resources/pids/limit", "no controller \"pids\"") {
    $0.linux?.resources?.pids = .init(limit: 5)
    $1.controllers.remove("pids")
  },
  Obstacle("/linux/resources/cpu/cpus", "no processor 4 here; the last one is 3") {
    spec, _ in spec.linux?.resources?.cpu = .init(cpus: "0-9")
  },
  Obstacle("/linux/resources/cpu/mems", "no memory node 1 here") {
    spec, _ in spec.linux?.resources?.cpu = .init(mems: "1")
  },
]

extension CapabilitySet {
  fileprivate mutating func remove(_ name: String) {
    if let number = Self.number(of: name) { bits &= ~(1 << UInt64(number)) }
  }
}
