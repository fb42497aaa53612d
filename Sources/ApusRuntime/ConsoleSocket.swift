import LinuxKernel
import SystemPackage

/// The socket of `--console-socket`, whose owner is sent the terminal's master.
package struct ConsoleSocket: ~Copyable {
  private let receiver: DescriptorReceiver

  /// Connects. To be called before anything is made, so that a wrong path leaves nothing behind.
  package init(connectingTo path: String) throws(RuntimeError) {
    receiver = try DescriptorReceiver("--console-socket", path)
  }

  /// Sends the master, whose name in the container goes with it.
  package func send(master: borrowing Descriptor) throws(RuntimeError) {
    try receiver.send(master.number, named: "/dev/ptmx", what: "the terminal")
  }
}

/// The socket of `--pidfd-socket`, whose owner is sent a pidfd of the process.
package struct ProcessSocket: ~Copyable {
  private let receiver: DescriptorReceiver

  /// Connects, before anything is made.
  package init(connectingTo path: String) throws(RuntimeError) {
    receiver = try DescriptorReceiver("--pidfd-socket", path)
  }

  /// What the process is.
  package enum Role: String, Sendable {
    /// The container's first one.
    case initial = "standard"
    /// One that entered it.
    case entered = "setns"
  }

  /// Sends the pidfd.
  package func send(_ process: borrowing ProcessDescriptor, as role: Role) throws(RuntimeError) {
    try receiver.send(process.number, named: role.rawValue, what: "the pidfd")
  }
}

/// Who is sent one descriptor, in one message.
private struct DescriptorReceiver: ~Copyable {
  private let socket: UnixSocket
  private let name: String

  init(_ option: String, _ path: String) throws(RuntimeError) {
    let name = "\(option) \(path)"
    do throws(KernelError) {
      socket = try UnixSocket(connecting: .stream, to: path)
      self.name = name
    } catch {
      let advice =
        switch error.errno {
        case .noSuchFileOrDirectory: "; whoever receives the descriptor has to make it first"
        case .connectionRefused: "; nobody listens there"
        case .notSocket: "; it has to be a socket"
        case .protocolWrongTypeForSocket: "; it has to be of type SOCK_STREAM"
        case .resourceTemporarilyUnavailable: "; its owner has accepted nobody for 10 s"
        default: ""
        }
      throw RuntimeError("connect to \(name): \(error.errno.named)\(advice)")
    }
  }

  func send(_ descriptor: Int32, named: String, what: String) throws(RuntimeError) {
    do throws(KernelError) {
      try socket.send(Array(named.utf8), descriptors: [descriptor])
    } catch {
      throw RuntimeError("send \(what) to \(name): \(error.errno.named)")
    }
  }
}
