/// How far a clock of a time namespace is from the host's (`time_namespaces(7)`).
public struct ClockOffset: Equatable, Sendable {
  /// A clock that a time namespace can move.
  public enum Clock: String, Sendable {
    /// CLOCK_MONOTONIC, and those made of it.
    case monotonic
    /// CLOCK_BOOTTIME, which counts the time asleep, too.
    case boottime
  }

  /// The clock that is moved.
  public let clock: Clock
  /// Whole seconds; below 0 for an earlier time.
  public let seconds: Int64
  /// Added to the seconds, less than a second.
  public let nanoseconds: UInt32

  /// Describes an offset.
  public init(_ clock: Clock, seconds: Int64, nanoseconds: UInt32 = 0) {
    self.clock = clock
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}

/// Moves the clocks of the time namespace that the children of a process will be born in, which the
/// kernel allows until the first of them is there.
public func setClockOffsets(_ offsets: [ClockOffset], of pid: Int32) throws(KernelError) {
  let lines = offsets.map { "\($0.clock.rawValue) \($0.seconds) \($0.nanoseconds)\n" }
  try writeFile("/proc/\(pid)/timens_offsets", lines.joined())
}
