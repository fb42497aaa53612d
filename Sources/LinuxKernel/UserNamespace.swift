import CLinux
import Glibc

/// A range of users or groups of a user namespace, and what they are outside (`user_namespaces(7)`).
public struct IDRange: Equatable, Sendable {
  /// The first one inside.
  public let inside: UInt32
  /// The first one outside.
  public let outside: UInt32
  public let count: UInt32

  /// Describes a range.
  public init(inside: UInt32, outside: UInt32, count: UInt32) {
    self.inside = inside
    self.outside = outside
    self.count = count
  }
}

extension [IDRange] {
  /// What an ID inside is outside; nil for one that isn't mapped.
  public func outside(of id: UInt32) -> UInt32? {
    for range in self where id >= range.inside && id - range.inside < range.count {
      let (result, overflow) = range.outside.addingReportingOverflow(id - range.inside)
      return overflow ? nil : result
    }
    return nil
  }

  /// The lines of uid_map and gid_map, which the kernel takes in one write only.
  fileprivate var lines: String {
    map { "\($0.inside) \($0.outside) \($0.count)\n" }.joined()
  }
}

/// Gives the new user namespace of a process its users and groups: once, and from outside.
public func mapIDs(of pid: Int32, users: [IDRange], groups: [IDRange]) throws(KernelError) {
  try writeFile("/proc/\(pid)/gid_map", groups.lines)
  try writeFile("/proc/\(pid)/uid_map", users.lines)
}

/// A user namespace with these users and groups in which nobody is: what an ID-mapped mount takes.
public func makeUserNamespace(users: [IDRange], groups: [IDRange]) throws(KernelError) -> Descriptor
{
  let parent = getpid()
  switch try clone(into: [.user]) {
  case .child:
    // It lives until the namespace is held by a descriptor, or its parent dies.
    _ = apus_prctl(1 /* PR_SET_PDEATHSIG */, UInt(SIGKILL), 0, 0, 0)
    while getppid() == parent { pause() }
    _exit(0)
  case .parent(let process):
    let made: Descriptor
    do throws(KernelError) {
      try mapIDs(of: process.pid, users: users, groups: groups)
      made = try open("/proc/\(process.pid)/ns/user", .readOnly)
    } catch {
      try? process.send(.kill)
      _ = try? process.reap()
      throw error
    }
    try process.send(.kill)
    _ = try process.reap()
    return made
  }
}

/// Becomes root of the user namespace that this process has come into, where it is nobody yet.
public func becomeRoot() throws(KernelError) {
  try check("setgroups", "to none") { apus_setgroups(0, nil) }
  try check("setresgid", "0") { apus_setresgid(0) }
  try check("setresuid", "0") { apus_setresuid(0) }
}
