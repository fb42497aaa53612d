import CLinux

/// How a process competes for processors (`sched_setattr(2)`).
public struct Scheduling: Equatable, Sendable {
  /// A policy, by its number.
  public enum Policy: UInt32, Sendable {
    case other = 0
    case fifo, roundRobin, batch
    /// Reserved by the kernel, which has none.
    case iso
    case idle, deadline
  }

  /// Flags (`sched_setattr(2)`).
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let resetOnFork = Flags(rawValue: 0x01)
    public static let reclaim = Flags(rawValue: 0x02)
    public static let deadlineOverrun = Flags(rawValue: 0x04)
    public static let keepPolicy = Flags(rawValue: 0x08)
    public static let keepParameters = Flags(rawValue: 0x10)
    public static let utilClampMinimum = Flags(rawValue: 0x20)
    public static let utilClampMaximum = Flags(rawValue: 0x40)
  }

  public var policy: Policy
  public var flags: Flags = []
  public var nice: Int32 = 0
  public var priority: UInt32 = 0
  /// Nanoseconds, for the policy deadline.
  public var runtime: UInt64 = 0
  public var deadline: UInt64 = 0
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
    try check("sched_setattr") { apus_sched_setattr(&attributes) }
  }
}

/// A priority for access to disks (`ioprio_set(2)`).
public struct IOPriority: Equatable, Sendable {
  /// A class, by its number.
  public enum Class: UInt32, Sendable {
    case realTime = 1
    case bestEffort, idle
  }

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
