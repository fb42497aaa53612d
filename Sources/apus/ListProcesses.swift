import ApusRuntime
import CLinux
import Glibc
import LinuxKernel
import SystemPackage

/// Runs ps(1) with these options and returns what it prints.
func listProcesses(_ options: [String]) throws(RuntimeError) -> String {
  let status: Termination
  let printed: [UInt8]
  do throws(KernelError) {
    (status, printed) = try collect("ps", ["ps"] + options)
  } catch {
    throw RuntimeError("list processes with ps", error)
  }
  let text = String(decoding: printed, as: UTF8.self)
  guard status == .exited(0) else {
    throw RuntimeError("list processes with ps: it \(status): \(text)")
  }
  return text
}

/// Runs a program and returns how it ended and what it printed, errors included.
private func collect(_ program: String, _ arguments: [String]) throws(KernelError) -> (
  Termination, [UInt8]
) {
  var ends: [Int32] = [-1, -1]
  try check("pipe") { apus_pipe(&ends) }
  let reading = Descriptor(owning: ends[0])
  let pid = try spawn(program, arguments, printingTo: Descriptor(owning: ends[1]))
  let printed = try readAll(reading.number, path: "the output of \(program)")
  var status: Int32 = 0
  try check("wait4", program) { waitpid(pid, &status, 0) }
  return (Termination(waitStatus: status), printed)
}

private func spawn(_ program: String, _ arguments: [String], printingTo end: consuming Descriptor)
  throws(KernelError) -> pid_t
{
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for output: Int32 in 1...2 { posix_spawn_file_actions_adddup2(&actions, end.number, output) }
  let words = arguments.map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  var pid: pid_t = 0
  let failure = posix_spawnp(&pid, program, &actions, nil, words, apus_environ())
  guard failure == 0 else {
    throw KernelError(call: "exec", subject: program, errno: Errno(rawValue: failure))
  }
  return pid
}
