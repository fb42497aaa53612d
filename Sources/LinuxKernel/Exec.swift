import CLinux
import Glibc
import SystemPackage

/// Replaces the program of this process; returns only when that failed (`execve(2)`).
public func replaceProcess(_ path: String, _ arguments: [String], _ environment: [String])
  -> KernelError
{
  var argv = arguments.map { strdup($0) } + [nil]
  var envp = environment.map { strdup($0) } + [nil]
  _ = apus_execveat(currentDirectory, path, &argv, &envp, 0)
  return KernelError(call: "exec", subject: path, errno: .last)
}

/// Finds a program as a shell does, by PATH unless the name has a slash. Throws ENOENT or EACCES.
public func findProgram(_ name: String, _ environment: [String]) throws(KernelError) -> String {
  func usable(_ path: String) throws(KernelError) -> String {
    let found = try status(of: path)
    guard !found.isDirectory else {
      throw KernelError(call: "exec", subject: path, errno: .isDirectory)
    }
    // By the effective rights, as exec judges: capabilities count. Whether the call itself is
    // allowed, a filter may say: then exec finds out.
    if faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0, errno == EACCES {
      throw KernelError(call: "exec", subject: path, errno: .permissionDenied)
    }
    return path
  }
  if name.utf8.contains(UInt8(ascii: "/")) {
    do throws(KernelError) {
      return try usable(name)
    } catch {
      // In the words of execve, by which engines know that it is there and no program (status 126).
      guard error.errno == .isDirectory else { throw error }
      throw KernelError(call: "exec the directory", subject: name, errno: .permissionDenied)
    }
  }
  let path =
    environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
    ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  var failure = KernelError(
    call: "executable file not found in $PATH:", subject: name, errno: .noSuchFileOrDirectory)
  for folder in path.split(separator: ":") {
    do throws(KernelError) {
      return try usable("\(folder)/\(name)")
    } catch {
      if error.errno == .permissionDenied { failure = error }
    }
  }
  throw failure
}

/// Brings the loopback device of this network namespace up, with an ioctl for which the kernel
/// makes its addresses by itself.
public func bringUpLoopback() throws(KernelError) {
  let socket = Descriptor(
    owning: try check("socket", "for lo") {
      Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | 0o2000000, 0)
    })
  var request = ifreq()
  apus_ifreq_set(&request, "lo", Int16(1 /* IFF_UP */))
  try check("ioctl SIOCSIFFLAGS up", "lo") { apus_ioctl_pointer(socket.number, 0x8914, &request) }
}
