/// A signal, by its number on this system (`signal(7)`).
public struct Signal: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number.
  public let rawValue: Int32

  /// A signal by number, without a check.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// A signal as a person writes it: "KILL", "SIGKILL", "sigkill", "9", "RTMIN+3". Nil when there
  /// is none.
  public init?(_ text: String) {
    if let number = Int32(text) {
      guard (1...64).contains(number) else { return nil }
      self.init(rawValue: number)
      return
    }
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let index = Self.names.firstIndex(of: name) {
      self.init(rawValue: Int32(index) + 1)
    } else if let alias = Self.aliases[name] {
      self.init(rawValue: alias)
    } else if name.hasPrefix("RTMIN"), let offset = Self.offset(name.dropFirst(5)),
      (0...30).contains(offset)
    {
      self.init(rawValue: 34 + offset)
    } else if name.hasPrefix("RTMAX"), let offset = Self.offset(name.dropFirst(5)),
      (-30...0).contains(offset)
    {
      self.init(rawValue: 64 + offset)
    } else {
      return nil
    }
  }

  /// "SIGKILL", "SIGRTMIN+3".
  public var description: String {
    switch Int(rawValue) {
    case 1...Self.names.count: "SIG" + Self.names[Int(rawValue) - 1]
    case 34: "SIGRTMIN"
    case 35...63: "SIGRTMIN+\(rawValue - 34)"
    case 64: "SIGRTMAX"
    default: "signal \(rawValue)"
    }
  }

  /// SIGKILL, which can't be caught or ignored, but by the init of another PID namespace.
  public static let kill = Signal(rawValue: 9)
  /// SIGTERM.
  public static let terminate = Signal(rawValue: 15)

  private static func offset(_ text: Substring) -> Int32? { text.isEmpty ? 0 : Int32(text) }

  // Numbers 1 to 31, the same on x86-64 and aarch64.
  private static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
  ]
  private static let aliases: [String: Int32] = ["IOT": 6, "CLD": 17, "POLL": 29]
}
