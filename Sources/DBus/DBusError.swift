import LinuxKernel

/// Why something over D-Bus did not come about.
public enum DBusError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kernel refused.
  case kernel(KernelError)
  /// The bus wouldn't let this process in; what it said.
  case refused(String)
  /// What came is no message of D-Bus; why.
  case malformed(String)
  /// No answer came in time; what was waited for, and for how many seconds.
  case late(String, seconds: Int)
  /// The bus closed the connection.
  case closed
  /// The callee answered with an error; its name and what it says.
  case answer(name: String, message: String)

  /// Why, as half a sentence.
  public var description: String {
    switch self {
    case .kernel(let error): error.description
    case .refused(let words): "the bus refuses this process: \(words)"
    case .malformed(let reason): "what came over the bus is no message: \(reason)"
    case .late(let call, let seconds): "nothing was heard of \(call) in \(seconds) s"
    case .closed: "the bus has closed the connection"
    case .answer(let name, let message): message.isEmpty ? name : "\(message) (\(name))"
    }
  }
}
