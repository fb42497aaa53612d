/// A value as D-Bus knows it (D-Bus Specification, Type System), of the types that systemd uses.
public indirect enum Value: Equatable, Sendable {
  /// An unsigned number of 8 bits.
  case byte(UInt8)
  /// A truth value.
  case bool(Bool)
  /// A number of 32 bits.
  case int32(Int32)
  /// An unsigned number of 32 bits.
  case uint32(UInt32)
  /// A number of 64 bits.
  case int64(Int64)
  /// An unsigned number of 64 bits.
  case uint64(UInt64)
  /// Text.
  case string(String)
  /// The path of an object.
  case objectPath(String)
  /// A type, or a row of them.
  case type(String)
  /// Values of one type, whose signature stands here because there may be none of them.
  case array(of: String, [Value])
  /// Values that belong together.
  case structure([Value])
  /// A value that brings its type along.
  case variant(Value)

  /// Its type, as a signature.
  public var signature: String {
    switch self {
    case .byte: "y"
    case .bool: "b"
    case .int32: "i"
    case .uint32: "u"
    case .int64: "x"
    case .uint64: "t"
    case .string: "s"
    case .objectPath: "o"
    case .type: "g"
    case .array(let element, _): "a\(element)"
    case .structure(let members): "(" + members.map(\.signature).joined() + ")"
    case .variant: "v"
    }
  }

  /// Its text, if it is a text.
  public var text: String? {
    switch self {
    case .string(let text), .objectPath(let text): text
    case .variant(let value): value.text
    default: nil
    }
  }

  /// An array of texts.
  public static func strings(_ texts: [String]) -> Value {
    .array(of: "s", texts.map { .string($0) })
  }

  /// An array of bytes.
  public static func bytes(_ bytes: [UInt8]) -> Value {
    .array(of: "y", bytes.map { .byte($0) })
  }
}
