/// An object that is being written, key by key.
struct KeyedOutput<Key: CodingKey>: KeyedEncodingContainerProtocol {
  private let writer: JSONWriter
  private let depth: Int

  /// Opens an object; with `continuing`, or goes on in the one that a value at that depth has opened
  /// before.
  init(writer: JSONWriter, continuing depth: Int? = nil) {
    let bracket: JSONWriter.Bracket = Key.self == dictionaryKeyType ? .dictionary : .object
    self.init(writer: writer, bracket: bracket, continuing: depth)
  }

  init(writer: JSONWriter, bracket: JSONWriter.Bracket, continuing depth: Int? = nil) {
    self.writer = writer
    self.depth = writer.open(bracket, depth: depth)
  }

  var codingPath: [any CodingKey] { [] }

  private func begin(_ key: String) -> JSONWriter {
    writer.beginMember(depth: depth, key: key)
    return writer
  }

  mutating func encodeNil(forKey key: Key) { begin(key.stringValue).write(ascii: "null") }

  mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try begin(key.stringValue).encode(value)
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    KeyedEncodingContainer(KeyedOutput<NestedKey>(writer: begin(key.stringValue)))
  }

  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    ListedOutput(writer: begin(key.stringValue))
  }

  mutating func superEncoder() -> any Encoder { ValueEncoder(writer: begin("super")) }

  mutating func superEncoder(forKey key: Key) -> any Encoder {
    ValueEncoder(writer: begin(key.stringValue))
  }
}

// Every scalar by itself: the protocol asks for them one by one.
extension KeyedOutput {
  mutating func encode(_ value: Bool, forKey key: Key) {
    begin(key.stringValue).write(ascii: value ? "true" : "false")
  }

  mutating func encode(_ value: String, forKey key: Key) {
    begin(key.stringValue).write(string: value)
  }

  mutating func encode(_ value: Double, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: Float, forKey key: Key) {
    begin(key.stringValue).write(number: Double("\(value)") ?? 0)
  }

  mutating func encode(_ value: Int, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: Int8, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: Int16, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: Int32, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: Int64, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: UInt, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: UInt8, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: UInt16, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: UInt32, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }

  mutating func encode(_ value: UInt64, forKey key: Key) {
    begin(key.stringValue).write(number: value)
  }
}
