import ApusRuntime
import JSON
import LinuxKernel

/// Where messages go, and how they look there: as lines of logrus, which callers of runc read.
struct Log: Sendable {
  enum Format: String { case text, json }

  private var destination = LogDestination.standardError
  private var format = Format.text
  private var least = LogLevel.info

  /// Text on the standard error.
  init() {}

  /// The log that the global options ask for.
  init(_ arguments: Arguments) throws(RuntimeError) {
    if let name = arguments[.logFormat], !name.isEmpty {
      guard let format = Format(rawValue: name) else {
        throw RuntimeError("invalid log format \"\(name)\": give text or json")
      }
      self.format = format
    }
    if let name = arguments[.logLevel], !name.isEmpty {
      guard let level = LogLevel(rawValue: name) else {
        throw RuntimeError("invalid log level \"\(name)\": give error, warning, info or debug")
      }
      least = level
    }
    if arguments.has(.debug) { least = .debug }
    if let name = arguments[.log], !name.isEmpty { destination = try LogDestination(name) }
  }

  /// Whether it wants to know all.
  var isDebugging: Bool { least == .debug }

  /// Writes a message, at once, so that those of several processes don't mix.
  func write(_ level: LogLevel, _ message: String) {
    guard level.severity <= least.severity else { return }
    let message = shortened(message)
    // There is nobody to tell that a message is lost.
    switch destination {
    case .standardError: try? LinuxKernel.write(line(level, message), to: 2)
    case .file(let file): try? LinuxKernel.write(line(level, message), to: file)
    case .journal(let socket, let id):
      try? LinuxKernel.write(journalEntry(level, escaped(message), id: id), to: socket)
    case .syslog(let socket, let tag):
      try? LinuxKernel.write(syslogLine(level, escaped(message), tag: tag), to: socket)
    }
  }

  private func line(_ level: LogLevel, _ message: String) -> [UInt8] {
    let time = now()
    return switch format {
    case .json:
      encodeJSON(Line(level: level.rawValue, msg: message, time: time), style: .compact)
        + [UInt8(ascii: "\n")]
    case .text:
      Array("time=\"\(time)\" level=\(level.rawValue) msg=\(quoted(message))\n".utf8)
    }
  }

  /// Writes why a command failed, for the caller's eyes on the standard error too.
  func fail(_ message: String) {
    write(.error, message)
    if case .standardError = destination { return }
    try? LinuxKernel.write(Array("\(escaped(shortened(message)))\n".utf8), to: 2)
  }
}

private struct Line: JSONWritable {
  let level: String
  let msg: String
  let time: String

  func write(to json: JSONWriter) {
    json.object {
      $0.member("level", level)
      $0.member("msg", msg)
      $0.member("time", time)
    }
  }
}

/// The local time as RFC 3339 has it.
private func now() -> String {
  let text = localTime("%Y-%m-%dT%H:%M:%S%z")
  // strftime's zone is +hhmm.
  if text.hasSuffix("+0000") { return "\(text.dropLast(5))Z" }
  return "\(text.dropLast(2)):\(text.suffix(2))"
}

/// A message without the middle of what is longer than any path: a name in config.json may have any
/// length, and engines read a line of some kilobytes.
private func shortened(_ message: String) -> String {
  let half = 4096
  guard message.utf8.count > 2 * half else { return message }
  return "\(message.prefix(half))…\(message.suffix(half))"
}

/// A message in quotes, so that it is one line and moves no cursor.
private func quoted(_ message: String) -> String { "\"\(escaped(message, inQuotes: true))\"" }

/// A message that is one line and moves no cursor, whatever an image has for names.
func escaped(_ message: String, inQuotes: Bool = false) -> String {
  var escaped = ""
  for scalar in message.unicodeScalars {
    switch scalar {
    case "\"" where inQuotes: escaped += "\\\""
    case "\\" where inQuotes: escaped += "\\\\"
    case "\n": escaped += "\\n"
    case "\r": escaped += "\\r"
    case "\t": escaped += "\\t"
    case "\0"..<" ", "\u{7f}"..."\u{9f}":
      let digits = String(scalar.value, radix: 16)
      escaped += scalar.isASCII ? "\\x" : "\\u00"
      escaped += (digits.utf8.count == 1 ? "0" : "") + digits
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
