/// Something in config.json that breaks a rule, or that its author should know.
public struct Violation: Sendable, Equatable {
  /// Where: a JSON pointer (RFC 6901) into config.json.
  public var pointer: String
  /// What is wrong, in a few words.
  public var problem: String
  /// What to do about it, where that is known.
  public var hint: String?

  /// Makes a violation from its parts.
  public init(pointer: String, problem: String, hint: String? = nil) {
    self.pointer = pointer
    self.problem = problem
    self.hint = hint
  }
}

extension Violation: CustomStringConvertible {
  /// The violation on one line: `/process/cwd: must be an absolute path (write it from / on)`.
  public var description: String {
    let place = pointer.isEmpty ? "config.json" : pointer
    return "\(place): \(advice)"
  }

  /// What is wrong and what to do, without the place: `must be an absolute path (write it from / on)`.
  public var advice: String { problem + (hint.map { " (\($0))" } ?? "") }
}
