import JSON

/// Something about a config.json that its author should know.
public struct Finding: Sendable, Equatable {
  /// How much it matters.
  public enum Level: String, Sendable, CaseIterable {
    /// No container can be made of it, or not here.
    case error
    /// A container can be, but hardly one that is wanted.
    case warning
    /// Good to know.
    case note
  }

  /// What it is about.
  public enum Subject: String, Sendable {
    /// It is no JSON, or not of the types that the specification has.
    case syntax
    /// It breaks a rule of the specification, or the specification advises against it.
    case specification
    /// A key that means nothing.
    case unknownKey = "unknown-key"
    /// This kernel, user or host can't do what is asked for.
    case host
    /// The container is less isolated than it could be.
    case isolation
  }

  /// How much it matters.
  public var level: Level
  /// What it is about.
  public var subject: Subject
  /// Where: a JSON pointer (RFC 6901) into config.json; empty for the whole of it.
  public var pointer: String
  /// What was found, in one sentence.
  public var message: String
  /// What to do about it, where that is known.
  public var advice: String?
  /// The line of an error of syntax, from 1.
  public var line: Int?
  /// The column of an error of syntax in bytes, from 1.
  public var column: Int?

  /// Makes a finding from its parts.
  public init(
    _ level: Level, _ subject: Subject, _ pointer: String, _ message: String, advice: String? = nil
  ) {
    self.level = level
    self.subject = subject
    self.pointer = pointer
    self.message = message
    self.advice = advice
  }

  /// What breaks a rule, or what its author should know.
  public init(_ level: Level, _ violation: Violation) {
    self.init(
      level, .specification, violation.pointer, violation.problem, advice: violation.hint)
  }
}

extension Finding: CustomStringConvertible {
  /// The finding on one line: `error: /process/cwd: "x" must be an absolute path (write it from / on)`.
  public var description: String {
    var place = pointer.isEmpty ? "" : "\(pointer): "
    if let line, let column { place = "line \(line), column \(column): " }
    return "\(level.rawValue): \(place)\(message)" + (advice.map { " (\($0))" } ?? "")
  }
}

extension Finding: JSONWritable {
  /// Writes it.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("level", level.rawValue)
      $0.member("subject", subject.rawValue)
      $0.member("pointer", pointer)
      $0.member("line", line)
      $0.member("column", column)
      $0.member("message", message)
      $0.member("advice", advice)
    }
  }
}
