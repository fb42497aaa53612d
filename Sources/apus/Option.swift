/// An option: all that the parser and the help know of it, and all that shell completions and a
/// manual page need.
struct Option: Sendable {
  /// What follows an option; the text stands for it in the help.
  enum Value {
    /// Nothing: it is there or not.
    case none
    case text(StaticString)
    /// A whole number, not negative.
    case number(StaticString)
  }

  let name: StaticString
  let short: StaticString?
  let value: Value
  let help: StaticString
  /// Whether every one counts, not only the last.
  let repeats: Bool
  /// Accepted for the sake of old callers, and not shown.
  let isHidden: Bool

  init(
    _ name: StaticString, short: StaticString? = nil, _ value: Value = .none, repeats: Bool = false,
    isHidden: Bool = false, help: StaticString
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.repeats = repeats
    self.isHidden = isHidden
    self.help = help
  }

  /// Whether a word spells its name, or the short one, in full.
  func isNamed(_ word: Substring.UTF8View) -> Bool {
    name == word || short.map { $0 == word } ?? false
  }
}

extension Option: Equatable {
  static func == (a: Option, b: Option) -> Bool { a.name == b.name }
}

extension StaticString {
  /// The words of the tables are ASCII.
  static func == (a: StaticString, b: some Collection<UInt8>) -> Bool {
    a.withUTF8Buffer { $0.elementsEqual(b) }
  }

  static func == (a: StaticString, b: StaticString) -> Bool {
    b.withUTF8Buffer { a == $0 }
  }
}

// What more than one command takes.
extension Option {
  static let help = Option("help", short: "h", help: "show this help")

  static let bundle = Option(
    "bundle", short: "b", .text("DIR"), help: "the bundle's folder (default: the current one)")
  static let consoleSocket = Option(
    "console-socket", .text("SOCKET"),
    help: "an AF_UNIX socket that is sent the master end of the terminal")
  static let pidFile = Option(
    "pid-file", .text("FILE"), help: "write the process number into this file")
  static let pidfdSocket = Option(
    "pidfd-socket", .text("SOCKET"), help: "an AF_UNIX socket that is sent a pidfd of the process")
  static let preserveFDs = Option(
    "preserve-fds", .number("N"),
    help: "pass on N descriptors besides stdio and those of $LISTEN_FDS (default: 0)")
  static let detach = Option(
    "detach", short: "d", help: "return as soon as the program runs, don't wait for its end")
  static let noSubreaper = Option(
    "no-subreaper", help: "don't reap what the program leaves behind")
}
