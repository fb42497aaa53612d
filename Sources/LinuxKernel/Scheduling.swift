import CLinux

/// How a process competes for processors (`sched_setattr(2)`).
public struct Scheduling: Equatable, Sendable {
  /// A policy, by its number.
  public enum Policy: UInt32, Sendable {
    /// SCHED_OTHER: shares of time, by ``nice``.
    case other = 0
    /// SCHED_FIFO: real time, until it gives way.
    case fifo
    /// SCHED_RR: real time, in turn with those of its priority.
    case roundRobin
    /// SCHED_BATCH: like other, for what nobody waits for.
    case batch
    /// Reserved by the kernel, which has none.
    case iso
    /// SCHED_IDLE: when nothing else wants to run.
    case idle
    /// SCHED_DEADLINE: some time within each period.
    case deadline
  }

  /// Flags (`sched_setattr(2)`).
  public struct Flags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt64
    /// From its bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// SCHED_FLAG_RESET_ON_FORK: children begin with the default policy.
    public static let resetOnFork = Flags(rawValue: 0x01)
    /// SCHED_FLAG_RECLAIM: may use time that other deadline processes leave.
    public static let reclaim = Flags(rawValue: 0x02)
    /// SCHED_FLAG_DL_OVERRUN: SIGXCPU when it takes more than its time.
    public static let deadlineOverrun = Flags(rawValue: 0x04)
    /// SCHED_FLAG_KEEP_POLICY: the policy stays as it is.
    public static let keepPolicy = Flags(rawValue: 0x08)
    /// SCHED_FLAG_KEEP_PARAMS: nice, priority and times stay as they are.
    public static let keepParameters = Flags(rawValue: 0x10)
    /// SCHED_FLAG_UTIL_CLAMP_MIN: a least utilization is given.
    public static let utilClampMinimum = Flags(rawValue: 0x20)
    /// SCHED_FLAG_UTIL_CLAMP_MAX: a greatest utilization is given.
    public static let utilClampMaximum = Flags(rawValue: 0x40)
  }

  /// By which rule it competes.
  public var policy: Policy
  /// What goes with the policy.
  public var flags: Flags = []
  /// From -20, the most favoured, to 19, for the policies other and batch.
  public var nice: Int32 = 0
  /// From 1, the lowest, to 99, for the policies fifo and roundRobin.
  public var priority: UInt32 = 0
  /// Nanoseconds, for the policy deadline.
  public var runtime: UInt64 = 0
  /// Nanoseconds from a period's beginning, within which it gets its runtime.
  public var deadline: UInt64 = 0
  /// Nanoseconds; 0: the same as the deadline.
  public var period: UInt64 = 0

  /// A policy without anything else.
  public init(_ policy: Policy) { self.policy = policy }

  /// Makes it this process's.
  public func apply() throws(KernelError) {
    var attributes = apus_sched_attr()
    attributes.size = UInt32(MemoryLayout<apus_sched_attr>.size)
    attributes.policy = policy.rawValue
    attributes.flags = flags.rawValue
    attributes.nice = nice
    attributes.priority = priority
    attributes.runtime = runtime
    attributes.deadline = deadline
    attributes.period = period
    do throws(KernelError) {
      try check("sched_setattr") { apus_sched_setattr(&attributes) }
    } catch {
      guard error.errno == .notPermitted, policy == .deadline else { throw error }
      throw KernelError(
        call:
          "sched_setattr (a deadline process scheduler can't be used together with AllowedCPUs: "
          + "it wants all processors in /linux/resources/cpu/cpus, and CAP_SYS_NICE)",
        subject: "", errno: error.errno)
    }
  }
}

/// A priority for access to disks (`ioprio_set(2)`).
public struct IOPriority: Equatable, Sendable {
  /// A class, by its number.
  public enum Class: UInt32, Sendable {
    /// IOPRIO_CLASS_RT: before all others.
    case realTime = 1
    /// IOPRIO_CLASS_BE: by level.
    case bestEffort
    /// IOPRIO_CLASS_IDLE: when nobody else wants the disk.
    case idle
  }

  /// Before which others it comes.
  public let `class`: Class
  /// From 0, the highest, to 7.
  public let level: UInt32

  /// Describes a priority.
  public init(_ class: Class, level: UInt32) {
    self.class = `class`
    self.level = level
  }

  /// Makes it this process's.
  public func apply() throws(KernelError) {
    try check("ioprio_set") { apus_ioprio_set(`class`.rawValue << 13 | level) }
  }
}

/// Restricts a process to some processors (`sched_setaffinity(2)`); 0 is this one.
public func setAffinity(_ processors: NumberSet, of pid: Int32) throws(KernelError) {
  try check("sched_setaffinity", "to \(processors)") {
    processors.words.withUnsafeBytes { apus_sched_setaffinity(pid, $0.count, $0.baseAddress) }
  }
}

/// Lets this process run on all processors that its cgroup has.
public func liftAffinity() throws(KernelError) {
  // As many as the kernel can be built for; it leaves out those that there are not.
  let all = [UInt](repeating: .max, count: 8192 / UInt.bitWidth)
  try check("sched_setaffinity", "to all") {
    all.withUnsafeBytes { apus_sched_setaffinity(0, $0.count, $0.baseAddress) }
  }
}
