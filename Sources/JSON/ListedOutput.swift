/// An array that is being written, element by element.
struct ListedOutput: UnkeyedEncodingContainer {
  private let writer: JSONWriter
  private let depth: Int
  private(set) var count = 0

  /// Opens an array; with `continuing`, or goes on in the one that a value at that depth has opened
  /// before.
  init(writer: JSONWriter, continuing depth: Int? = nil) {
    self.writer = writer
    self.depth = writer.open(.array, depth: depth)
  }

  var codingPath: [any CodingKey] { [] }

  private mutating func begin() -> JSONWriter {
    writer.beginElement(depth: depth)
    count += 1
    return writer
  }

  mutating func encodeNil() { begin().write(ascii: "null") }
  mutating func encode<T: Encodable>(_ value: T) throws { try begin().encode(value) }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    KeyedEncodingContainer(KeyedOutput<NestedKey>(writer: begin()))
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    ListedOutput(writer: begin())
  }

  mutating func superEncoder() -> any Encoder { ValueEncoder(writer: begin()) }

  // Every scalar by itself: the protocol asks for them one by one.

  mutating func encode(_ value: Bool) { begin().write(ascii: value ? "true" : "false") }
  mutating func encode(_ value: String) { begin().write(string: value) }
  mutating func encode(_ value: Double) { begin().write(number: value) }
  mutating func encode(_ value: Float) { begin().write(number: Double("\(value)") ?? 0) }
  mutating func encode(_ value: Int) { begin().write(number: value) }
  mutating func encode(_ value: Int8) { begin().write(number: value) }
  mutating func encode(_ value: Int16) { begin().write(number: value) }
  mutating func encode(_ value: Int32) { begin().write(number: value) }
  mutating func encode(_ value: Int64) { begin().write(number: value) }
  mutating func encode(_ value: UInt) { begin().write(number: value) }
  mutating func encode(_ value: UInt8) { begin().write(number: value) }
  mutating func encode(_ value: UInt16) { begin().write(number: value) }
  mutating func encode(_ value: UInt32) { begin().write(number: value) }
  mutating func encode(_ value: UInt64) { begin().write(number: value) }
}
