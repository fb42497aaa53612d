/// Reads a value of GLib's text format: `'text'`, `true`, `-5`, `uint64 5`, `['a', 'b']`, `@as []`.
/// A number without a type is of 32 bits. Nil for what is none, or of a type that isn't known here.
public func parseVariant(_ text: String) -> Value? {
  var parser = VariantParser(rest: Array(text.utf8)[...])
  guard let value = parser.value(of: nil) else { return nil }
  parser.skipSpace()
  return parser.rest.isEmpty ? value : nil
}

private struct VariantParser {
  var rest: ArraySlice<UInt8>

  private static let types = [
    "boolean": "b", "byte": "y", "int32": "i", "uint32": "u", "int64": "x", "uint64": "t",
    "string": "s", "objectpath": "o",
  ]

  mutating func skipSpace() {
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard let first = rest.first, first == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  /// - Parameter type: what it has to be; nil for what it looks like.
  mutating func value(of type: String?) -> Value? {
    skipSpace()
    switch rest.first {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return quoted(type)
    case UInt8(ascii: "["): return array(type)
    case UInt8(ascii: "@"):
      rest.removeFirst()
      let word = word()
      guard type == nil || type == word else { return nil }
      return value(of: word)
    default:
      let word = word()
      if let named = Self.types[word] {
        guard type == nil || type == named else { return nil }
        return value(of: named)
      }
      return plain(word, type)
    }
  }

  private mutating func word() -> String {
    let word = rest.prefix {
      $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "]")
    }
    rest = rest.dropFirst(word.count)
    return String(decoding: word, as: UTF8.self)
  }

  private func plain(_ word: String, _ type: String?) -> Value? {
    let isHexadecimal = word.hasPrefix("0x")
    func number<Number: FixedWidthInteger>() -> Number? {
      isHexadecimal ? Number(word.dropFirst(2), radix: 16) : Number(word)
    }
    switch type ?? (word == "true" || word == "false" ? "b" : "i") {
    case "b": return word == "true" ? .bool(true) : word == "false" ? .bool(false) : nil
    case "y": return number().map { .byte($0) }
    case "i": return number().map { .int32($0) }
    case "u": return number().map { .uint32($0) }
    case "x": return number().map { .int64($0) }
    case "t": return number().map { .uint64($0) }
    default: return nil
    }
  }

  private mutating func quoted(_ type: String?) -> Value? {
    let quote = rest.removeFirst()
    var bytes: [UInt8] = []
    while true {
      guard let byte = rest.popFirst() else { return nil }  // without a closing quote
      if byte == quote { break }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "t"): bytes.append(UInt8(ascii: "\t"))
      case let other?: bytes.append(other)
      case nil: return nil
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      return nil
    }
    switch type ?? "s" {
    case "s": return .string(text)
    case "o": return .objectPath(text)
    default: return nil
    }
  }

  private mutating func array(_ type: String?) -> Value? {
    rest.removeFirst()
    var element: String?
    if let type {
      guard type.hasPrefix("a") else { return nil }
      element = String(type.dropFirst())
    }
    var values: [Value] = []
    while !take("]") {
      if !values.isEmpty, !take(",") { return nil }
      guard let value = value(of: element) else { return nil }
      element = element ?? value.signature
      values.append(value)
    }
    // What an empty array is of can't be told.
    guard let element else { return nil }
    return .array(of: element, values)
  }
}
