import CLinux

/// A kind of resource limit (`getrlimit(2)`), named as config.json names it.
public enum ResourceLimit: Int32, CaseIterable, Sendable {
  /// Seconds of processor time.
  case cpu
  /// Bytes of a file that is written.
  case fsize
  /// Bytes of data, the heap among them.
  case data
  /// Bytes of the stack.
  case stack
  /// Bytes of a core dump.
  case core
  /// Bytes in memory; Linux takes no notice of it.
  case rss
  /// Threads of the user.
  case nproc
  /// One more than the highest number of a descriptor.
  case nofile
  /// Bytes locked into memory.
  case memlock
  /// Bytes of the address space.
  case `as`
  /// Locks on files; Linux takes no notice of it.
  case locks
  /// Signals queued for the user.
  case sigpending
  /// Bytes in the user's POSIX message queues.
  case msgqueue
  /// 20 less the lowest nice value.
  case nice
  /// The highest real-time priority.
  case rtprio
  /// Microseconds of processor time between two waits, for real-time processes.
  case rttime

  /// "RLIMIT_NOFILE".
  public var name: String { Self.names[Int(rawValue)] }

  /// By config.json's name.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: Int32(index))
  }

  // Each at its number. Not by reflection of the cases, which takes longer than all other planning.
  private static let names = [
    "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS",
    "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS",
    "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
  ]
}

/// Sets a limit of a process (`prlimit(2)`); 0 is this one.
public func setLimit(_ limit: ResourceLimit, soft: UInt64, hard: UInt64, of pid: Int32 = 0)
  throws(KernelError)
{
  try check("prlimit \(limit.name) soft \(soft) hard \(hard)") {
    apus_prlimit(pid, limit.rawValue, soft, hard)
  }
}
