/// Encodes a value as JSON, byte for byte as Go's encoding/json would.
///
/// Keys stand in the order in which they are encoded, those of dictionaries sorted by their bytes;
/// strings are escaped as Go does by default (`<`, `>`, `&`, U+2028 and U+2029 too). Numbers that
/// aren't finite become `null`. No line break follows the value.
///
/// - Precondition: the value's `encode(to:)` doesn't throw, and writes to no container that it has
///   left for its parent.
@_disfavoredOverload
public func encodeJSON<T: Encodable>(_ value: T, style: JSONStyle) -> [UInt8] {
  let writer = JSONWriter(style: style)
  do {
    try writer.encode(value)
  } catch {
    preconditionFailure("\(T.self) could not be encoded: \(error)")
  }
  return writer.finish()
}

extension JSONWriter {
  /// Writes one value; the commonest types without a container of their own.
  func encode<T: Encodable>(_ value: T) throws {
    // The casts can't fail, the types being equal; `as!` would cost a look-up each time.
    if T.self == String.self { return write(string: unsafeBitCast(value, to: String.self)) }
    if T.self == [String].self { return write(strings: unsafeBitCast(value, to: [String].self)) }
    let encoder = ValueEncoder(writer: self)
    try value.encode(to: encoder)
    settle(depth: encoder.depth)
  }

  private func write(strings: [String]) {
    let depth = open(.array)
    for string in strings {
      beginElement(depth: depth)
      write(string: string)
    }
    settle(depth: depth - 1)
  }
}

/// The type of key with which the standard library encodes dictionaries, which isn't public.
let dictionaryKeyType: Any.Type = {
  let probe = DictionaryKeyProbe()
  try? [String: Bool]().encode(to: probe)
  return probe.keyType
}()

private final class DictionaryKeyProbe: Encoder {
  var keyType: Any.Type = Never.self
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    keyType = type
    // Not through `ValueEncoder`, which would ask for `dictionaryKeyType` while it is being made.
    let output = KeyedOutput<Key>(writer: JSONWriter(style: .compact), bracket: .object)
    return KeyedEncodingContainer(output)
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    ValueEncoder(writer: JSONWriter(style: .compact)).unkeyedContainer()
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    ValueEncoder(writer: JSONWriter(style: .compact))
  }
}
