import LinuxKernel

/// Where the master end of the container's terminal goes.
struct TerminalDestination: ~Copyable {
  /// To the owner of a socket, or to nobody.
  private var socket: ConsoleSocket?
  /// To the caller's own terminal.
  private var host: HostTerminal?

  /// For a process that has no terminal.
  static func none() -> TerminalDestination { TerminalDestination(socket: nil, host: nil) }

  /// Finds it before anything is made: the console socket, or the terminal that we were started from.
  static func find(
    consoleSocket path: String?, hasTerminal: Bool, isDetached: Bool,
    origin: ProcessOrigin = .configuration(options: [:])
  ) throws(RuntimeError) -> TerminalDestination {
    if let path {
      return TerminalDestination(socket: try ConsoleSocket(connectingTo: path), host: nil)
    }
    guard hasTerminal, !isDetached else { return none() }
    return TerminalDestination(
      socket: nil, host: try HostTerminal(for: origin.place("/process/terminal")))
  }

  /// Takes the master in, before the program runs: nothing that it prints is changed half-way.
  mutating func receive(_ master: consuming Descriptor) throws(RuntimeError) -> TerminalRelay? {
    if let host = host.take() { return try TerminalRelay(host, master: master) }
    try socket?.send(master: master)
    return nil
  }
}
