import ApusRuntime
import Glibc
import LinuxKernel
import OCISpec
import SystemPackage

/// The folder that `--root` names, absolute.
func stateRoot(_ global: Arguments) throws(RuntimeError) -> String {
  guard let given = global[.root] else {
    return keepsThemInRun ? "/run/apus" : try ownStateRoot()
  }
  guard !given.isEmpty else {
    throw RuntimeError("option --root is empty: name a folder such as /run/apus")
  }
  let path =
    isAbsolute(given) ? given : "\(try absolute(".", "find the folder of --root"))/\(given)"
  // Each of its folders would be a container.
  guard clean(path) != "/" else {
    throw RuntimeError(
      "option --root \(given) is the root of the file system: name a folder such as /run/apus")
  }
  return path
}

/// Whether to keep containers in /run: not for who is root only in a user namespace of his own, as
/// runc sees it.
private var keepsThemInRun: Bool {
  guard geteuid() == 0 else { return false }
  guard let folder = getenv("XDG_RUNTIME_DIR"), folder[0] != 0 else { return true }
  if let name = getenv("USER"), strcmp(name, "root") == 0 { return true }
  return isInInitialUserNamespace()
}

/// Where a user keeps containers who can't write to /run. The usual place is made at login, which
/// some come around: by su, sudo or cron, who may even hand on another user's.
private func ownStateRoot() throws(RuntimeError) -> String {
  let uid = geteuid()
  if let given = getenv("XDG_RUNTIME_DIR"), given[0] != 0 {
    let path = String(cString: given)
    // One that isn't there is made with the first container.
    guard let found = try? status(of: path), found.st_uid != uid else { return "\(path)/apus" }
  }
  let usual = "/run/user/\(uid)"
  if let found = try? status(of: usual), found.st_uid == uid { return "\(usual)/apus" }
  // In /tmp anybody may have been faster. What is our own there stays so: /tmp is sticky.
  let own = "/tmp/apus-\(uid)"
  if mkdir(own, 0o1700) == 0 { return own }
  let found = try? status(of: own, followLinks: false)
  guard let found, found.isDirectory, found.st_uid == uid, found.st_mode & 0o077 == 0 else {
    throw RuntimeError(
      "find a folder to keep containers in: \(own) is not this user's alone; "
        + "set XDG_RUNTIME_DIR to one that is, or name it with --root")
  }
  return own
}

/// The folder that `--bundle` names, absolute and free of links.
func bundlePath(_ arguments: Arguments) throws(RuntimeError) -> String {
  try absolute(arguments[.bundle] ?? ".", "open the bundle")
}

/// A path that need not be there, from the current directory on.
func absolutePath(_ path: String) throws(RuntimeError) -> String {
  isAbsolute(path) ? path : "\(try absolute(".", "find the current directory"))/\(path)"
}

private func absolute(_ path: String, _ attempt: String) throws(RuntimeError) -> String {
  guard let real = realpath(path, nil) else {
    throw RuntimeError(attempt, KernelError(call: "open", subject: path, errno: .last))
  }
  defer { free(real) }
  return String(cString: real)
}
