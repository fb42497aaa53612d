import ApusRuntime
import Glibc
import LinuxKernel

/// Where messages go, one by one, so that those of several processes don't mix.
enum LogDestination: Sendable {
  case standardError
  case file(Int32)
  /// journald's own socket, and the field ID of the entries; as crun's.
  case journal(Int32, id: String)
  /// That of syslog(3), and what lines begin with.
  case syslog(Int32, tag: String)

  /// What `--log` names: FILE, file:FILE, journald:[ID] or syslog:[TAG].
  init(_ text: String) throws(RuntimeError) {
    do throws(KernelError) {
      if let id = text.rest(after: "journald:") {
        self = .journal(try Self.socket("/run/systemd/journal/socket"), id: escaped(id))
      } else if let tag = text.rest(after: "syslog:") {
        self = .syslog(try Self.socket("/dev/log"), tag: tag.isEmpty ? "apus" : escaped(tag))
      } else {
        let path = text.rest(after: "file:") ?? text
        // Released, because it stays open to the end of the process.
        self = .file(try open(path, [.writeOnly, .create, .append], mode: 0o644).release())
      }
    } catch {
      throw RuntimeError("open the log --log \(text)", error)
    }
  }

  private static func socket(_ path: String) throws(KernelError) -> Int32 {
    try UnixSocket(connecting: .datagram, to: path).release()
  }
}

extension LogLevel {
  /// As syslog(3) counts: the less, the graver.
  var severity: Int {
    switch self {
    case .error: 3
    case .warning: 4
    case .info: 6
    case .debug: 7
    }
  }
}

/// An entry as journald's native protocol has it: a line for each field. A value of several lines
/// would need another form, so none has any.
func journalEntry(_ level: LogLevel, _ message: String, id: String) -> [UInt8] {
  var text = "PRIORITY=\(level.severity)\nMESSAGE=\(message)\nSYSLOG_IDENTIFIER=apus\n"
  if !id.isEmpty { text += "ID=\(id)\n" }
  return Array(text.utf8)
}

/// A line of RFC 3164 as syslog(3) sends it to the host's own daemon: without the host's name.
func syslogLine(_ level: LogLevel, _ message: String, tag: String) -> [UInt8] {
  let user = 1 << 3
  return Array("<\(user | level.severity)>\(localTime("%b %e %T")) \(tag): \(message)".utf8)
}

/// The local time in strftime's words.
func localTime(_ format: String) -> String {
  var seconds = time(nil)
  var parts = tm()
  localtime_r(&seconds, &parts)
  let capacity = 32
  return String(unsafeUninitializedCapacity: capacity) { buffer in
    buffer.withMemoryRebound(to: CChar.self) { characters in
      characters.baseAddress.map { strftime($0, capacity, format, &parts) } ?? 0
    }
  }
}

extension String {
  /// What follows a prefix; nil where that is not there.
  fileprivate func rest(after prefix: StaticString) -> String? {
    let count = prefix.utf8CodeUnitCount
    guard prefix == utf8.prefix(count) else { return nil }
    return String(Substring(utf8.dropFirst(count)))
  }
}
