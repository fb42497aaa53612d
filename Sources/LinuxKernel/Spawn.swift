import CLinux
import Glibc
import SystemPackage

/// Runs a program to its end, from a process that may have threads (`posix_spawnp(3)`).
/// - Parameters:
///   - program: a path, or a name in PATH.
///   - descriptor: one of ours that the program has as `number`.
public func spawn(
  _ program: String, _ arguments: [String], passing descriptor: Int32, as number: Int32
) throws(KernelError) -> Termination {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  // To itself, too: that takes close-on-exec away.
  posix_spawn_file_actions_adddup2(&actions, descriptor, number)
  var argv = arguments.map { strdup($0) } + [nil]
  defer { for word in argv { free(word) } }
  var pid: pid_t = 0
  let code = posix_spawnp(&pid, program, &actions, nil, &argv, Glibc.environ)
  guard code == 0 else {
    throw KernelError(call: "run", subject: program, errno: Errno(rawValue: code))
  }
  var status: Int32 = 0
  try check("waitpid", program) { waitpid(pid, &status, 0) }
  return Termination(waitStatus: status)
}
