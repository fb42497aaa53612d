import LinuxKernel
import OCISpec

extension Plan {
  /// How the process competes for processors, disks and memory, and what machine it sees: while it
  /// still has the rights to raise itself.
  mutating func planAttributes(_ process: Spec.Process, _ linux: Spec.Linux?) throws(PlanError) {
    if let scheduler = process.scheduler {
      add(.setScheduling(try Scheduling(scheduler)), "/process/scheduler")
    }
    if let priority = process.ioPriority {
      add(.setIOPriority(try IOPriority(priority)), "/process/ioPriority")
    }
    if let personality = linux?.personality {
      let pointer = "/linux/personality"
      let domains = ["LINUX": Personality.linux, "LINUX32": .linux32]
      add(
        .setPersonality(try find(personality.domain, in: domains, "\(pointer)/domain")), pointer)
    }
    if let policy = linux?.memoryPolicy {
      add(.setMemoryPolicy(try MemoryPolicy(policy)), "/linux/memoryPolicy")
    }
  }
}

/// What a word of config.json stands for.
private func find<Value>(_ word: String, in values: [String: Value], _ pointer: String)
  throws(PlanError) -> Value
{
  guard let value = values[word] else { throw PlanError(pointer, "unknown: \"\(word)\"") }
  return value
}

extension Scheduling {
  init(_ spec: Spec.Process.Scheduler) throws(PlanError) {
    let pointer = "/process/scheduler"
    self.init(
      try find(
        spec.policy,
        in: [
          "SCHED_OTHER": .other, "SCHED_FIFO": .fifo, "SCHED_RR": .roundRobin,
          "SCHED_BATCH": .batch, "SCHED_ISO": .iso, "SCHED_IDLE": .idle,
          "SCHED_DEADLINE": .deadline,
        ], "\(pointer)/policy"))
    let known: [String: Flags] = [
      "SCHED_FLAG_RESET_ON_FORK": .resetOnFork, "SCHED_FLAG_RECLAIM": .reclaim,
      "SCHED_FLAG_DL_OVERRUN": .deadlineOverrun, "SCHED_FLAG_KEEP_POLICY": .keepPolicy,
      "SCHED_FLAG_KEEP_PARAMS": .keepParameters, "SCHED_FLAG_UTIL_CLAMP_MIN": .utilClampMinimum,
      "SCHED_FLAG_UTIL_CLAMP_MAX": .utilClampMaximum,
    ]
    for (index, flag) in (spec.flags ?? []).enumerated() {
      flags.insert(try find(flag, in: known, "\(pointer)/flags/\(index)"))
    }
    nice = spec.nice ?? 0
    priority = UInt32(clamping: spec.priority ?? 0)
    runtime = spec.runtime ?? 0
    deadline = spec.deadline ?? 0
    period = spec.period ?? 0
  }
}

extension IOPriority {
  init(_ spec: Spec.Process.IOPriority) throws(PlanError) {
    let classes: [String: Class] = [
      "IOPRIO_CLASS_RT": .realTime, "IOPRIO_CLASS_BE": .bestEffort, "IOPRIO_CLASS_IDLE": .idle,
    ]
    self.init(
      try find(spec.class, in: classes, "/process/ioPriority/class"),
      level: UInt32(clamping: spec.priority))
  }
}

extension MemoryPolicy {
  /// Reads that of config.json.
  public init(_ spec: Spec.Linux.MemoryPolicy) throws(PlanError) {
    let pointer = "/linux/memoryPolicy"
    let mode: Mode = try find(
      spec.mode,
      in: [
        "MPOL_DEFAULT": .default, "MPOL_PREFERRED": .preferred, "MPOL_BIND": .bind,
        "MPOL_INTERLEAVE": .interleave, "MPOL_LOCAL": .local,
        "MPOL_PREFERRED_MANY": .preferredMany, "MPOL_WEIGHTED_INTERLEAVE": .weightedInterleave,
      ], "\(pointer)/mode")
    var flags: Flags = []
    let known: [String: Flags] = [
      "MPOL_F_STATIC_NODES": .staticNodes, "MPOL_F_RELATIVE_NODES": .relativeNodes,
      "MPOL_F_NUMA_BALANCING": .balancing,
    ]
    for (index, flag) in (spec.flags ?? []).enumerated() {
      flags.insert(try find(flag, in: known, "\(pointer)/flags/\(index)"))
    }
    self.init(mode, flags: flags, nodes: try NumberSet(spec.nodes, "\(pointer)/nodes"))
  }
}

extension NumberSet {
  /// Reads a list like `0-3,7`.
  init(_ list: String?, _ pointer: String) throws(PlanError) {
    guard let list, !list.isEmpty else {
      self.init([])
      return
    }
    guard let ranges = numbers(in: list) else {
      throw PlanError(pointer, "\"\(list)\" is not a list of numbers; write it like 0-3,7")
    }
    self.init(ranges)
  }
}

extension Plan {
  /// On which processors exec begins, for the runtime and what it makes; none given: where it likes.
  mutating func planInitialAffinity(_ process: Spec.Process) throws(PlanError) {
    try planAffinity(process.execCPUAffinity?.initial, "/process/execCPUAffinity/initial")
  }

  /// On which processors its process goes on, once it is in the container's cgroup.
  mutating func planFinalAffinity(_ process: Spec.Process) throws(PlanError) {
    try planAffinity(process.execCPUAffinity?.final, "/process/execCPUAffinity/final")
  }

  private mutating func planAffinity(_ list: String?, _ pointer: String) throws(PlanError) {
    let processors = try NumberSet(list, pointer)
    if processors != NumberSet([]) { add(.setAffinity(processors), pointer) }
  }

  /// Network devices of the host that become the container's.
  mutating func planNetworkDevices(_ linux: Spec.Linux?) {
    for (name, device) in (linux?.netDevices ?? [:]).sorted(by: { $0.key < $1.key }) {
      let inside = device.name.flatMap { $0.isEmpty ? nil : $0 } ?? name
      add(.moveNetworkDevice(name, to: inside), entry(name, of: "/linux/netDevices"))
    }
  }
}
