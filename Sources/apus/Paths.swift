import ApusRuntime
import Glibc
import LinuxKernel
import SystemPackage

/// The folder that `--root` names, absolute.
func stateRoot(_ global: Arguments) throws(RuntimeError) -> String {
  guard let given = global[.root] else {
    // Another user than root can't write to /run.
    guard geteuid() != 0, let own = getenv("XDG_RUNTIME_DIR") else { return "/run/apus" }
    return String(cString: own) + "/apus"
  }
  guard !given.isEmpty else {
    throw RuntimeError("option --root is empty: name a folder such as /run/apus")
  }
  if isAbsolute(given) { return given }
  return "\(try absolute(".", "find the folder of --root"))/\(given)"
}

/// The folder that `--bundle` names, absolute and free of links.
func bundlePath(_ arguments: Arguments) throws(RuntimeError) -> String {
  try absolute(arguments[.bundle] ?? ".", "open the bundle")
}

private func absolute(_ path: String, _ attempt: String) throws(RuntimeError) -> String {
  guard let real = realpath(path, nil) else {
    throw RuntimeError(attempt, KernelError(call: "open", subject: path, errno: .last))
  }
  defer { free(real) }
  return String(cString: real)
}
