import ContainerPlan
import JSON
import LinuxKernel
import OCISpec

extension SeccompFilter.Listener {
  /// Sends the listener to the socket, with what its owner has to know.
  func send(
    _ descriptor: borrowing Descriptor, of process: Int32, in state: OCIState, _ purpose: String
  ) throws(RuntimeError) {
    let about = ContainerProcessState(
      ociVersion: state.ociVersion, fds: ["seccompFd"], pid: Int(process),
      metadata: metadata.isEmpty ? nil : metadata, state: state)
    let place = "(config.json /linux/seccomp/listenerPath)"
    let socket = try attempt("\(purpose): failed to connect with seccomp agent \(place)") {
      () throws(KernelError) in try UnixSocket(connecting: .stream, to: path)
    }
    let number = descriptor.number
    try attempt("\(purpose): send the seccomp listener to \(path) \(place)") {
      () throws(KernelError) in
      try socket.send(encodeJSON(about, style: .compact), descriptors: [number])
    }
  }
}
