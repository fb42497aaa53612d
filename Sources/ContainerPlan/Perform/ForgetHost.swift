import Glibc
import LinuxKernel

extension ContainerPerformer {
  /// Gives up what is the host's and came with the clone, before anything in the container can see
  /// this process: with CAP_SYS_PTRACE it may take a copy of any descriptor, and read all memory
  /// (CVE-2016-9962).
  mutating func forgetHost() {
    // The lock of the container's folder is among them: a copy would hold it after the runtime's
    // death.
    closeDescriptors(
      from: 3 + Int32(plan.program.preservedDescriptors),
      but: [runtime.number, fifo?.number ?? -1, entered?.number ?? -1])
    forgetEnvironment()
    forgetArguments()
  }

  /// The environment of whoever called, which may hold secrets.
  private func forgetEnvironment() {
    var entry = Glibc.environ
    while let variable = entry.pointee {
      memset(variable, 0, strlen(variable))
      entry += 1
    }
    clearenv()
  }

  /// The command line, which everybody may read: paths of the host, variables of other users'
  /// programs. Whoever looks for the container's processes on the host still finds its name.
  private func forgetArguments() {
    let arguments = CommandLine.unsafeArgv
    guard let first = arguments[0], let last = arguments[Int(CommandLine.argc) - 1] else { return }
    let start = first + strlen(first) + 1
    let end = last + strlen(last)
    guard start < end else { return }
    memset(start, 0, end - start)
    strncpy(start, state.id, end - start)
  }
}
