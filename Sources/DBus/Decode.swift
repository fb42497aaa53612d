/// Reads values from the bytes of a message. What comes is not trusted: every length is checked, and
/// so is the depth.
struct Decoder {
  let bytes: [UInt8]
  private(set) var place: Int
  private let isSwapped: Bool

  /// - Parameter isSwapped: whether the sender's byte order is not this machine's.
  init(_ bytes: [UInt8], from place: Int = 0, isSwapped: Bool = false) {
    self.bytes = bytes
    self.place = place
    self.isSwapped = isSwapped
  }

  mutating func align(to boundary: Int) throws(DBusError) {
    let next = (place + boundary - 1) / boundary * boundary
    guard next <= bytes.count else { throw .malformed("it ends too early") }
    place = next
  }

  private mutating func take(_ count: Int) throws(DBusError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - place else { throw .malformed("it ends too early") }
    defer { place += count }
    return bytes[place..<place + count]
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(DBusError) -> Number {
    let size = Number.bitWidth / 8
    try align(to: size)
    var result: Number = 0
    let taken = try take(size)
    withUnsafeMutableBytes(of: &result) { $0.copyBytes(from: taken) }
    return isSwapped ? result.byteSwapped : result
  }

  private mutating func text(length: Int) throws(DBusError) -> String {
    let taken = try take(length)
    guard try take(1).first == 0, let text = String(validating: taken, as: UTF8.self) else {
      throw .malformed("a text in it is none")
    }
    return text
  }

  private mutating func signature() throws(DBusError) -> String {
    try text(length: Int(try number(UInt8.self)))
  }

  /// The values of a whole signature.
  mutating func values(of signature: String) throws(DBusError) -> [Value] {
    var rest = signature.utf8[...]
    var result: [Value] = []
    while !rest.isEmpty { result.append(try value(of: &rest, depth: 0)) }
    return result
  }

  private mutating func value(of signature: inout Substring.UTF8View, depth: Int)
    throws(DBusError) -> Value
  {
    // The specification's limit for arrays and structures together.
    guard depth < 64, let type = signature.popFirst() else {
      throw .malformed("a signature in it is none")
    }
    switch type {
    case UInt8(ascii: "y"): return .byte(try number(UInt8.self))
    case UInt8(ascii: "b"): return .bool(try number(UInt32.self) != 0)
    case UInt8(ascii: "n"): return .int32(Int32(try number(Int16.self)))
    case UInt8(ascii: "q"): return .uint32(UInt32(try number(UInt16.self)))
    case UInt8(ascii: "i"): return .int32(try number(Int32.self))
    case UInt8(ascii: "u"), UInt8(ascii: "h"): return .uint32(try number(UInt32.self))
    case UInt8(ascii: "x"): return .int64(try number(Int64.self))
    case UInt8(ascii: "t"), UInt8(ascii: "d"): return .uint64(try number(UInt64.self))
    case UInt8(ascii: "s"): return .string(try text(length: Int(try number(UInt32.self))))
    case UInt8(ascii: "o"): return .objectPath(try text(length: Int(try number(UInt32.self))))
    case UInt8(ascii: "g"): return .type(try self.signature())
    case UInt8(ascii: "v"):
      var inner = try self.signature().utf8[...]
      let value = try value(of: &inner, depth: depth + 1)
      guard inner.isEmpty else { throw .malformed("a variant in it has two values") }
      return .variant(value)
    case UInt8(ascii: "("), UInt8(ascii: "{"):
      try align(to: 8)
      var members: [Value] = []
      let end = type == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}")
      while let next = signature.first, next != end {
        members.append(try value(of: &signature, depth: depth + 1))
      }
      guard signature.popFirst() != nil else { throw .malformed("a signature in it is none") }
      return .structure(members)
    case UInt8(ascii: "a"):
      return try array(of: &signature, depth: depth)
    default:
      throw .malformed("a signature in it is none")
    }
  }

  private mutating func array(of signature: inout Substring.UTF8View, depth: Int)
    throws(DBusError) -> Value
  {
    let element = try completeType(signature, depth: depth)
    signature = signature.dropFirst(element.count)
    let length = Int(try number(UInt32.self))
    try align(to: alignment(of: element.first ?? 0))
    let end = place + length
    guard end <= bytes.count else { throw .malformed("it ends too early") }
    var values: [Value] = []
    while place < end {
      var type = element
      values.append(try value(of: &type, depth: depth + 1))
    }
    guard place == end else { throw .malformed("an array in it has no end") }
    return .array(of: String(Substring(element)), values)
  }

  /// The first complete type of a signature.
  private func completeType(_ signature: Substring.UTF8View, depth: Int) throws(DBusError)
    -> Substring.UTF8View
  {
    var open = 0
    for index in signature.indices {
      switch signature[index] {
      case UInt8(ascii: "a"): continue
      case UInt8(ascii: "("), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: ")"), UInt8(ascii: "}"): open -= 1
      default: break
      }
      if open == 0 { return signature[...index] }
    }
    throw .malformed("a signature in it is none")
  }
}
