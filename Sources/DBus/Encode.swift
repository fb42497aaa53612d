/// Values in the bytes of a message (D-Bus Specification, Marshaling), in this machine's order,
/// which a message names in its first byte.
struct Encoder {
  private(set) var bytes: [UInt8] = []

  /// Fills up to a boundary, counted from the beginning of the message.
  mutating func align(to boundary: Int) {
    while bytes.count % boundary != 0 { bytes.append(0) }
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    align(to: number.bitWidth / 8)
    withUnsafeBytes(of: number) { bytes += $0 }
  }

  mutating func append(_ value: Value) {
    switch value {
    case .byte(let number): bytes.append(number)
    case .bool(let truth): append(UInt32(truth ? 1 : 0))
    case .int32(let number): append(number)
    case .uint32(let number): append(number)
    case .int64(let number): append(number)
    case .uint64(let number): append(number)
    case .string(let text), .objectPath(let text):
      append(UInt32(text.utf8.count))
      bytes += text.utf8
      bytes.append(0)
    case .type(let signature): append(signature: signature)
    case .structure(let members):
      align(to: 8)
      for member in members { append(member) }
    case .variant(let value):
      append(signature: value.signature)
      append(value)
    case .array(let element, let values):
      append(UInt32(0))
      let place = bytes.count - 4
      // The gap before the first element doesn't count, and is there even if no element is.
      align(to: alignment(of: element.utf8.first ?? 0))
      let begin = bytes.count
      for value in values { append(value) }
      replace(at: place, UInt32(bytes.count - begin))
    }
  }

  private mutating func append(signature: String) {
    bytes.append(UInt8(signature.utf8.count))
    bytes += signature.utf8
    bytes.append(0)
  }

  private mutating func replace(at place: Int, _ number: UInt32) {
    withUnsafeBytes(of: number) { bytes.replaceSubrange(place..<place + 4, with: $0) }
  }
}

/// The boundary that a value of a type begins on, by the first character of its signature.
func alignment(of type: UInt8) -> Int {
  switch type {
  case UInt8(ascii: "y"), UInt8(ascii: "g"), UInt8(ascii: "v"): 1
  case UInt8(ascii: "n"), UInt8(ascii: "q"): 2
  case UInt8(ascii: "x"), UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "("),
    UInt8(ascii: "{"):
    8
  default: 4
  }
}
