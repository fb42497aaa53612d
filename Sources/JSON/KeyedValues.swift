/// An object of a text, read key by key.
struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let text: JSONText
  private let node: Int
  /// Of objects with many keys: where their values are. A search for each key of a dictionary would
  /// be quadratic.
  private let valuesByKey: [String: Int]?

  init(text: JSONText, node: Int) throws {
    guard text.nodes[node].kind == .object else { throw text.mismatch("an object", node) }
    self.text = text
    self.node = node
    text.ask(node)
    var keyCount = 0
    text.forEachKey(of: node) { _ in keyCount += 1 }
    if keyCount > 32 {
      var values: [String: Int] = [:]
      values.reserveCapacity(keyCount)
      text.forEachKey(of: node) { key in
        // An earlier key of the same name is as good as asked for.
        if let earlier = values.updateValue(key + 1, forKey: text.string(key)) {
          text.ask(earlier - 1)
        }
      }
      valuesByKey = values
    } else {
      valuesByKey = nil
    }
  }

  private func value(_ key: Key) -> Int? {
    guard let valuesByKey else { return text.value(of: node, named: key.stringValue) }
    guard let value = valuesByKey[key.stringValue] else { return nil }
    text.ask(value - 1)
    return value
  }

  private func required(_ key: Key) throws -> Int {
    guard let value = value(key) else { throw text.missing(key.stringValue, in: node) }
    return value
  }

  /// A key's value; nil if it is missing or null.
  private func present(_ key: Key) -> Int? {
    guard let value = value(key), text.nodes[value].kind != .null else { return nil }
    return value
  }

  var codingPath: [any CodingKey] { text.codingPath(to: node) }

  var allKeys: [Key] {
    if let valuesByKey {
      for value in valuesByKey.values { text.ask(value - 1) }
      return valuesByKey.keys.compactMap { Key(stringValue: $0) }
    }
    var keys: [Key] = []
    text.forEachKey(of: node) { key in
      text.ask(key)
      let name = text.string(key)
      if let key = Key(stringValue: name), !keys.contains(where: { $0.stringValue == name }) {
        keys.append(key)
      }
    }
    return keys
  }

  func contains(_ key: Key) -> Bool { value(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { text.nodes[try required(key)].kind == .null }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try text.decode(type, at: required(key))
  }

  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
    guard let value = present(key) else { return nil }
    return try text.decode(type, at: value)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    KeyedDecodingContainer(try KeyedValues<NestedKey>(text: text, node: required(key)))
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try ListedValues(text: text, node: required(key))
  }

  func superDecoder() throws -> any Decoder {
    guard let value = text.value(of: node, named: "super") else {
      throw text.missing("super", in: node)
    }
    return ValueDecoder(text: text, node: value)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    ValueDecoder(text: text, node: try required(key))
  }
}

// Every scalar by itself: the protocol asks for them one by one.
extension KeyedValues {
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try text.readBool(required(key))
  }

  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try text.readString(required(key))
  }

  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try text.readFloat(required(key), as: Double.self)
  }

  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try text.readFloat(required(key), as: Float.self)
  }

  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    try text.readInteger(required(key), as: Int.self)
  }

  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
    try text.readInteger(required(key), as: Int8.self)
  }

  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
    try text.readInteger(required(key), as: Int16.self)
  }

  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
    try text.readInteger(required(key), as: Int32.self)
  }

  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
    try text.readInteger(required(key), as: Int64.self)
  }

  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
    try text.readInteger(required(key), as: UInt.self)
  }

  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
    try text.readInteger(required(key), as: UInt8.self)
  }

  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
    try text.readInteger(required(key), as: UInt16.self)
  }

  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
    try text.readInteger(required(key), as: UInt32.self)
  }

  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    try text.readInteger(required(key), as: UInt64.self)
  }

  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
    try present(key).map { try text.readBool($0) }
  }

  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try present(key).map { try text.readString($0) }
  }

  func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
    try present(key).map { try text.readFloat($0, as: Double.self) }
  }

  func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
    try present(key).map { try text.readFloat($0, as: Float.self) }
  }

  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    try present(key).map { try text.readInteger($0, as: Int.self) }
  }

  func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
    try present(key).map { try text.readInteger($0, as: Int8.self) }
  }

  func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
    try present(key).map { try text.readInteger($0, as: Int16.self) }
  }

  func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
    try present(key).map { try text.readInteger($0, as: Int32.self) }
  }

  func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
    try present(key).map { try text.readInteger($0, as: Int64.self) }
  }

  func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
    try present(key).map { try text.readInteger($0, as: UInt.self) }
  }

  func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
    try present(key).map { try text.readInteger($0, as: UInt8.self) }
  }

  func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
    try present(key).map { try text.readInteger($0, as: UInt16.self) }
  }

  func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
    try present(key).map { try text.readInteger($0, as: UInt32.self) }
  }

  func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
    try present(key).map { try text.readInteger($0, as: UInt64.self) }
  }
}
