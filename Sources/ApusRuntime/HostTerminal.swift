import LinuxKernel

/// The terminal that this program was started from. Its settings are put back when the value goes
/// away, however that comes about.
package struct HostTerminal: ~Copyable {
  private let descriptor: Descriptor
  private let before: TerminalSettings
  private var isRaw = false

  /// Finds it: the first of the standard streams that is a terminal, else the controlling one.
  /// To be called before anything is made. Throws when there is none.
  /// - Parameter place: what asks for a terminal.
  package init(for place: String = "config.json /process/terminal", streams: [Int32] = [2, 1, 0])
    throws(RuntimeError)
  {
    do throws(KernelError) {
      let found =
        if let stream = streams.first(where: isTerminal) {
          try duplicate(stream)
        } else {
          try open("/dev/tty", [.readWrite, .noControllingTerminal])
        }
      before = try TerminalSettings(of: found.number)
      descriptor = found
    } catch {
      throw RuntimeError(
        "\(place): there is no terminal to show it on: neither a standard stream nor /dev/tty "
          + "(\(error.errno.named)) is one; do without, or detach and use --console-socket")
    }
  }

  deinit {
    guard isRaw, !isInBackground(of: descriptor.number) else { return }
    try? before.apply(to: descriptor.number)
  }

  /// How large it is; nil when it doesn't know.
  var size: WindowSize? {
    guard let size = try? WindowSize(of: descriptor.number), size.rows > 0, size.columns > 0 else {
      return nil
    }
    return size
  }

  /// Has every key passed on as it is typed: the container's terminal is the one that edits lines,
  /// echoes, and makes a signal of ^C. A job in the background leaves the terminal to its shell.
  mutating func makeRaw() throws(RuntimeError) {
    let number = descriptor.number
    guard !isInBackground(of: number) else { return }
    let settings = before.rawInput
    try attempt("make the terminal raw") { () throws(KernelError) in
      try settings.apply(to: number)
    }
    isRaw = true
  }
}
