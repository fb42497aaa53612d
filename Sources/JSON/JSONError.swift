/// Why a JSON text could not be read, and where.
public struct JSONError: Error, Equatable, Sendable {
  /// The value concerned, as a JSON pointer (RFC 6901); empty for the whole text and for errors of
  /// syntax.
  public var pointer: String
  /// The line of an error of syntax, from 1; nil for errors of type.
  public var line: Int?
  /// The column of an error of syntax in bytes, from 1; nil for errors of type.
  public var column: Int?
  /// What is wrong: `expected a string, found a number`.
  public var reason: String

  /// Makes an error from its parts.
  public init(pointer: String = "", line: Int? = nil, column: Int? = nil, reason: String) {
    self.pointer = pointer
    self.line = line
    self.column = column
    self.reason = reason
  }
}

extension JSONError: CustomStringConvertible {
  /// The error on one line: `/process/args/0: expected a string, found a number` or `line 3,
  /// column 7: expected ',' or '}'`.
  public var description: String {
    if let line, let column { return "line \(line), column \(column): \(reason)" }
    return pointer.isEmpty ? reason : "\(pointer): \(reason)"
  }
}
