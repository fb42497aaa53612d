/// An array of a text, read from its beginning on.
struct ListedValues: UnkeyedDecodingContainer {
  private let text: JSONText
  private let node: Int
  private let end: Int
  private var next: Int
  private(set) var currentIndex = 0

  init(text: JSONText, node: Int) throws {
    guard text.nodes[node].kind == .array else { throw text.mismatch("an array", node) }
    self.text = text
    self.node = node
    self.end = text.after(node)
    self.next = node + 1
  }

  var codingPath: [any CodingKey] { text.codingPath(to: node) }
  var isAtEnd: Bool { next >= end }

  var count: Int? {
    var count = 0
    var element = node + 1
    while element < end {
      count += 1
      element = text.after(element)
    }
    return count
  }

  private func element() throws -> Int {
    guard next < end else {
      throw text.error("expected more than \(currentIndex) elements", node)
    }
    return next
  }

  private mutating func advance() {
    next = text.after(next)
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool {
    guard text.nodes[try element()].kind == .null else { return false }
    advance()
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let value = try text.decode(type, at: element())
    advance()
    return value
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    let values = try KeyedValues<NestedKey>(text: text, node: element())
    advance()
    return KeyedDecodingContainer(values)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let values = try ListedValues(text: text, node: element())
    advance()
    return values
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = ValueDecoder(text: text, node: try element())
    advance()
    return decoder
  }
}

// Every scalar by itself: the protocol asks for them one by one.
extension ListedValues {
  mutating func decode(_ type: Bool.Type) throws -> Bool {
    let value = try text.readBool(element())
    advance()
    return value
  }

  mutating func decode(_ type: String.Type) throws -> String {
    let value = try text.readString(element())
    advance()
    return value
  }

  mutating func decode(_ type: Double.Type) throws -> Double {
    let value = try text.readFloat(element(), as: Double.self)
    advance()
    return value
  }

  mutating func decode(_ type: Float.Type) throws -> Float {
    let value = try text.readFloat(element(), as: Float.self)
    advance()
    return value
  }

  mutating func decode(_ type: Int.Type) throws -> Int {
    let value = try text.readInteger(element(), as: Int.self)
    advance()
    return value
  }

  mutating func decode(_ type: Int8.Type) throws -> Int8 {
    let value = try text.readInteger(element(), as: Int8.self)
    advance()
    return value
  }

  mutating func decode(_ type: Int16.Type) throws -> Int16 {
    let value = try text.readInteger(element(), as: Int16.self)
    advance()
    return value
  }

  mutating func decode(_ type: Int32.Type) throws -> Int32 {
    let value = try text.readInteger(element(), as: Int32.self)
    advance()
    return value
  }

  mutating func decode(_ type: Int64.Type) throws -> Int64 {
    let value = try text.readInteger(element(), as: Int64.self)
    advance()
    return value
  }

  mutating func decode(_ type: UInt.Type) throws -> UInt {
    let value = try text.readInteger(element(), as: UInt.self)
    advance()
    return value
  }

  mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
    let value = try text.readInteger(element(), as: UInt8.self)
    advance()
    return value
  }

  mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
    let value = try text.readInteger(element(), as: UInt16.self)
    advance()
    return value
  }

  mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
    let value = try text.readInteger(element(), as: UInt32.self)
    advance()
    return value
  }

  mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
    let value = try text.readInteger(element(), as: UInt64.self)
    advance()
    return value
  }
}
