import CLinux

/// A kind of resource limit (`getrlimit(2)`), named as config.json names it.
public enum ResourceLimit: Int32, CaseIterable, Sendable {
  case cpu, fsize, data, stack, core, rss, nproc, nofile, memlock, `as`, locks, sigpending, msgqueue,
    nice, rtprio, rttime

  /// "RLIMIT_NOFILE".
  public var name: String { "RLIMIT_" + String(describing: self).uppercased() }

  /// By config.json's name.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}

/// Sets a limit of a process (`prlimit(2)`); 0 is this one.
public func setLimit(_ limit: ResourceLimit, soft: UInt64, hard: UInt64, of pid: Int32 = 0)
  throws(KernelError)
{
  try check("prlimit \(limit.name) soft \(soft) hard \(hard)") {
    apus_prlimit(pid, limit.rawValue, soft, hard)
  }
}
