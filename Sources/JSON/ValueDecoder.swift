/// A single value of a text, as the standard library's `Decodable` wants it.
struct ValueDecoder: Decoder, SingleValueDecodingContainer {
  let text: JSONText
  let node: Int

  var codingPath: [any CodingKey] { text.codingPath(to: node) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try KeyedValues<Key>(text: text, node: node))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try ListedValues(text: text, node: node)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { text.nodes[node].kind == .null }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try text.decode(type, at: node) }
  func decode(_ type: Bool.Type) throws -> Bool { try text.readBool(node) }
  func decode(_ type: String.Type) throws -> String { try text.readString(node) }
  func decode(_ type: Double.Type) throws -> Double { try text.readFloat(node, as: Double.self) }
  func decode(_ type: Float.Type) throws -> Float { try text.readFloat(node, as: Float.self) }
  func decode(_ type: Int.Type) throws -> Int { try text.readInteger(node, as: Int.self) }
  func decode(_ type: Int8.Type) throws -> Int8 { try text.readInteger(node, as: Int8.self) }
  func decode(_ type: Int16.Type) throws -> Int16 { try text.readInteger(node, as: Int16.self) }
  func decode(_ type: Int32.Type) throws -> Int32 { try text.readInteger(node, as: Int32.self) }
  func decode(_ type: Int64.Type) throws -> Int64 { try text.readInteger(node, as: Int64.self) }
  func decode(_ type: UInt.Type) throws -> UInt { try text.readInteger(node, as: UInt.self) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try text.readInteger(node, as: UInt8.self) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try text.readInteger(node, as: UInt16.self) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try text.readInteger(node, as: UInt32.self) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try text.readInteger(node, as: UInt64.self) }
}

/// A step of a path, as the standard library wants it.
struct PathKey: CodingKey {
  var stringValue: String
  var intValue: Int?

  init(stringValue: String) { self.stringValue = stringValue }

  init(intValue: Int) {
    self.stringValue = String(intValue)
    self.intValue = intValue
  }
}

extension JSONText {
  func codingPath(to node: Int) -> [any CodingKey] {
    path(to: node).map { step in
      switch step {
      case .key(let key): PathKey(stringValue: key)
      case .index(let index): PathKey(intValue: index)
      }
    }
  }
}
