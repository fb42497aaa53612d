// Protocol Buffers, as far as CRIU's messages need them (protobuf.dev, Encoding). A whole library would
// weigh more than this runtime.

/// A message in the making.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// Adds a number; a negative one is as long as 64 bits are.
  mutating func add(_ field: UInt64, _ number: Int32?) {
    if let number { add(field, UInt64(truncatingIfNeeded: number)) }
  }

  /// Adds a truth value.
  mutating func add(_ field: UInt64, _ isSo: Bool?) {
    if let isSo { add(field, isSo ? 1 : 0 as UInt64) }
  }

  /// Adds a number without a sign.
  mutating func add(_ field: UInt64, _ number: UInt32?) {
    if let number { add(field, UInt64(number)) }
  }

  /// Adds a text, byte by byte.
  mutating func add(_ field: UInt64, _ text: String?) {
    if let text { add(field, Array(text.utf8)) }
  }

  /// Adds a message.
  mutating func add(_ field: UInt64, _ fill: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    fill(&message)
    add(field, message.bytes)
  }

  private mutating func add(_ field: UInt64, _ number: UInt64) {
    appendNumber(field << 3)
    appendNumber(number)
  }

  private mutating func add(_ field: UInt64, _ content: [UInt8]) {
    appendNumber(field << 3 | 2)
    appendNumber(UInt64(content.count))
    bytes += content
  }

  /// Seven bits to a byte, the lowest first; all bytes but the last have the eighth.
  private mutating func appendNumber(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The fields of a message that was received, one after the other.
struct ProtobufReader {
  /// What a field holds.
  enum Value: Equatable {
    case number(UInt64)
    /// A text, or a message.
    case content(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(Array(bytes)) }

  /// The next field; nil at the end, and where the bytes are no message.
  mutating func next() -> (field: UInt64, value: Value)? {
    guard let key = number() else { return nil }
    switch key & 7 {
    case 0: return number().map { (key >> 3, .number($0)) }
    case 1: return take(8).map { (key >> 3, .content($0)) }
    case 2:
      guard let count = number(), count <= UInt64(rest.count) else { return nil }
      return take(Int(count)).map { (key >> 3, .content($0)) }
    case 5: return take(4).map { (key >> 3, .content($0)) }
    default: return nil
    }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func number() -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
    }
    return nil
  }
}

extension ProtobufReader.Value {
  /// The number, cut to 32 bits.
  var int32: Int32 {
    if case .number(let number) = self { Int32(truncatingIfNeeded: number) } else { 0 }
  }

  var isTrue: Bool { if case .number(let number) = self { number != 0 } else { false } }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var bytes: ArraySlice<UInt8> {
    if case .content(let bytes) = self { bytes } else { [] }
  }
}
