/// One place for a value, as the standard library's `Encodable` wants it.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
  let writer: JSONWriter
  /// How many containers are open around the value.
  let depth: Int

  init(writer: JSONWriter) {
    self.writer = writer
    self.depth = writer.depth
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedOutput<Key>(writer: writer, continuing: depth))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    ListedOutput(writer: writer, continuing: depth)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { writer.write(ascii: "null") }
  func encode<T: Encodable>(_ value: T) throws { try writer.encode(value) }
  func encode(_ value: Bool) { writer.write(ascii: value ? "true" : "false") }
  func encode(_ value: String) { writer.write(string: value) }
  func encode(_ value: Double) { writer.write(number: value) }
  func encode(_ value: Float) { writer.write(number: Double("\(value)") ?? 0) }
  func encode(_ value: Int) { writer.write(number: value) }
  func encode(_ value: Int8) { writer.write(number: value) }
  func encode(_ value: Int16) { writer.write(number: value) }
  func encode(_ value: Int32) { writer.write(number: value) }
  func encode(_ value: Int64) { writer.write(number: value) }
  func encode(_ value: UInt) { writer.write(number: value) }
  func encode(_ value: UInt8) { writer.write(number: value) }
  func encode(_ value: UInt16) { writer.write(number: value) }
  func encode(_ value: UInt32) { writer.write(number: value) }
  func encode(_ value: UInt64) { writer.write(number: value) }
}
