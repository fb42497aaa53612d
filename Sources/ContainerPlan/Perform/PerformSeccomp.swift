import Glibc
import LinuxKernel

extension ContainerPerformer {
  /// Loads the filter, and has its listener handed on.
  func load(_ filter: SeccompFilter) throws(KernelError) {
    let listener = try loadSeccompFilter(filter.program.instructions, flags: filter.program.flags)
    guard filter.listener != nil else { return }
    // From here on a call may wait for an answer of who has the listener; only write may not be one.
    try runtime.send(Message.listener.bytes(listener))
    var answer: UInt8 = 0
    _ = Glibc.read(runtime.number, &answer, 1)
    close(listener)
  }
}
