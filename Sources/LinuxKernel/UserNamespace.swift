import CLinux
import Glibc

/// A range of users or groups of a user namespace, and what they are outside (`user_namespaces(7)`).
public struct IDRange: Equatable, Sendable {
  /// The first one inside.
  public let inside: UInt32
  /// The first one outside.
  public let outside: UInt32
  /// How many there are.
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

/// The ranges that are mapped in a user namespace, by a process's uid_map or gid_map.
public func idRanges(in path: String) throws(KernelError) -> [IDRange] {
  let text = String(decoding: try readFile(path), as: UTF8.self)
  return text.split(separator: "\n").compactMap { line in
    let numbers = line.split(separator: " ").compactMap { UInt32($0) }
    guard numbers.count == 3 else { return nil }
    return IDRange(inside: numbers[0], outside: numbers[1], count: numbers[2])
  }
}

/// With whose rights a user namespace gets its users and groups (`user_namespaces(7)`).
public enum IDMapper: String, Sendable {
  /// Root's, who may map anybody.
  case root
  /// The owner's, who may map nobody else, and no groups that others want to be kept out by.
  case owner
  /// Those of the programs newuidmap and newgidmap, who know what /etc/subuid grants to whom.
  case helpers
}

/// Gives the new user namespace of a process its users and groups: once, and from outside.
public func mapIDs(
  of pid: Int32, users: [IDRange], groups: [IDRange], by mapper: IDMapper = .root
) throws(KernelError) {
  switch mapper {
  case .root: break
  case .owner: try writeFile("/proc/\(pid)/setgroups", "deny")
  case .helpers:
    try run("newgidmap", pid, groups)
    return try run("newuidmap", pid, users)
  }
  try writeFile("/proc/\(pid)/gid_map", groups.lines)
  try writeFile("/proc/\(pid)/uid_map", users.lines)
}

private func run(_ helper: String, _ pid: Int32, _ ranges: [IDRange]) throws(KernelError) {
  let path: String
  do throws(KernelError) {
    path = try findProgram(helper, [])
  } catch {
    throw KernelError(
      call: "find \(helper), which maps other IDs than one's own: install it (Debian's uidmap);",
      subject: error.subject, errno: error.errno)
  }
  let numbers = ranges.flatMap { ["\($0.inside)", "\($0.outside)", "\($0.count)"] }
  let outcome = try Program(path: path, arguments: [helper, "\(pid)"] + numbers).run()
  guard outcome.termination != .exited(0) else { return }
  var words = outcome.output.split(whereSeparator: \.isNewline).joined(separator: " ")
  if words.isEmpty { words = helper }
  if words.hasSuffix("not allowed") {
    let (own, file) = helper == "newuidmap" ? (getuid(), "subuid") : (getgid(), "subgid")
    let lines = ranges.filter { $0.count > 1 || $0.outside != own }
      .map { "\(getuid()):\($0.outside):\($0.count)" }
    words += "; it is with the line \(lines.joined(separator: " and ")) in /etc/\(file)"
  }
  throw KernelError(call: words, subject: "", errno: .notPermitted)
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
  try check("setresgid", "0") { apus_setresgid(0) }
  try check("setresuid", "0") { apus_setresuid(0) }
}

/// Whether this process has its rights on the whole host.
public func isInInitialUserNamespace() -> Bool {
  // PROC_USER_INIT_INO
  (try? status(of: "/proc/self/ns/user").st_ino) == 0xeffffffd
}

/// Whether this process is the host's root, and not merely that of a user namespace.
public func isHostsRoot() -> Bool { geteuid() == 0 && isInInitialUserNamespace() }
