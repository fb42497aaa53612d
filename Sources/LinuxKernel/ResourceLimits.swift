import CLinux

/// A kind of resource limit (`getrlimit(2)`), named as config.json names it.
public enum ResourceLimit: Int32, CaseIterable, Sendable {
  case cpu, fsize, data, stack, core, rss, nproc, nofile, memlock, `as`, locks, sigpending,
    msgqueue,
    nice, rtprio, rttime

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
