import CLinux
import Glibc

/// How many characters a terminal shows (`ioctl_tty(2)`).
public struct WindowSize: Equatable, Sendable {
  /// Lines.
  public var rows: UInt16
  /// Characters in a line.
  public var columns: UInt16

  /// A size.
  public init(rows: UInt16, columns: UInt16) {
    self.rows = rows
    self.columns = columns
  }

  /// The size of a terminal.
  public init(of terminal: Int32) throws(KernelError) {
    var size = winsize()
    try check("ioctl TIOCGWINSZ", "the terminal") {
      apus_ioctl_pointer(terminal, UInt(TIOCGWINSZ), &size)
    }
    self.init(rows: size.ws_row, columns: size.ws_col)
  }

  /// Gives it to a terminal, whose foreground processes are sent SIGWINCH if it is a new one.
  public func apply(to terminal: Int32) throws(KernelError) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try check("ioctl TIOCSWINSZ", "the terminal") {
      apus_ioctl_pointer(terminal, UInt(TIOCSWINSZ), &size)
    }
  }
}

/// What a terminal does to the bytes that pass through it (`termios(3)`).
public struct TerminalSettings: Sendable {
  private var attributes: termios

  /// Those of a terminal. Throws ENOTTY for anything else.
  public init(of terminal: Int32) throws(KernelError) {
    var attributes = termios()
    try check("tcgetattr", "descriptor \(terminal)") { tcgetattr(terminal, &attributes) }
    self.attributes = attributes
  }

  /// Gives them to a terminal at once, whatever it has yet to print or hand out.
  public func apply(to terminal: Int32) throws(KernelError) {
    var attributes = self.attributes
    try check("tcsetattr", "descriptor \(terminal)") { tcsetattr(terminal, TCSANOW, &attributes) }
  }

  /// Passes every key on as it is typed, unechoed. Output is still processed, so that "\n" begins
  /// a line.
  public var rawInput: TerminalSettings {
    var settings = self
    cfmakeraw(&settings.attributes)
    settings.attributes.c_oflag |= tcflag_t(OPOST)
    return settings
  }

  /// Leaves "\n" as it is. (Linux makes new pseudo-terminals turn it into "\r\n".)
  public var plainNewlines: TerminalSettings {
    var settings = self
    settings.attributes.c_oflag &= ~tcflag_t(ONLCR)
    return settings
  }

  /// Whether keys wait for the end of the line before they are passed on.
  public var isLineBuffered: Bool { attributes.c_lflag & tcflag_t(ICANON) != 0 }
}

/// Whether a descriptor is a terminal's.
public func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

/// Whether this process belongs to a job that its shell has put into the background, which must
/// leave the terminal's settings alone.
public func isInBackground(of terminal: Int32) -> Bool {
  let foreground = tcgetpgrp(terminal)
  return foreground > 0 && foreground != getpgrp()
}
