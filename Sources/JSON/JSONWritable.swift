/// A type that writes itself as JSON without the machinery behind `Encodable`.
///
/// It is to `Encodable` what ``JSONReadable`` is to `Decodable`: where a type is both,
/// ``encodeJSON(_:style:)`` prefers this, with the same result.
public protocol JSONWritable {
  /// Writes the value, exactly one.
  func write(to json: JSONWriter)
}

/// Encodes a value as JSON, byte for byte as Go's encoding/json would; as the function of the same
/// name for `Encodable`, without the need for it.
public func encodeJSON<T: JSONWritable>(_ value: T, style: JSONStyle) -> [UInt8] {
  let writer = JSONWriter(style: style)
  value.write(to: writer)
  return writer.finish()
}

extension JSONWriter {
  /// Writes an object, with the members that `body` writes into it.
  public func object(_ body: (JSONMembers) -> Void) {
    let depth = open(.object)
    body(JSONMembers(writer: self, depth: depth))
    settle(depth: depth - 1)
  }
}

/// An object that is being written.
public struct JSONMembers {
  @usableFromInline let writer: JSONWriter
  @usableFromInline let depth: Int

  init(writer: JSONWriter, depth: Int) {
    self.writer = writer
    self.depth = depth
  }

  /// Writes a key and its value.
  @inlinable
  public func member<T: JSONWritable>(_ key: StaticString, _ value: T) {
    begin(key)
    value.write(to: writer)
  }

  /// Writes a key and its value, or neither if there is none.
  @inlinable
  public func member<T: JSONWritable>(_ key: StaticString, _ value: T?) {
    if let value { member(key, value) }
  }

  /// Writes a key that the program has put together, and its value.
  public func member(named key: String, _ value: String) {
    writer.beginMember(depth: depth, key: key)
    value.write(to: writer)
  }

  /// Writes a key and an object, with the members that `body` writes into it.
  public func object(_ key: StaticString, _ body: (JSONMembers) -> Void) {
    begin(key)
    writer.object(body)
  }

  /// Writes a key and an array, with the elements that `body` writes into it.
  public func list(_ key: StaticString, _ body: (JSONList) -> Void) {
    begin(key)
    let depth = writer.open(.array)
    body(JSONList(writer: writer, depth: depth))
    writer.settle(depth: depth - 1)
  }

  @usableFromInline
  func begin(_ key: StaticString) { writer.beginMember(depth: depth, key: key) }
}

/// An array that is being written.
public struct JSONList {
  private let writer: JSONWriter
  private let depth: Int

  init(writer: JSONWriter, depth: Int) {
    self.writer = writer
    self.depth = depth
  }

  /// Writes an object, with the members that `body` writes into it.
  public func object(_ body: (JSONMembers) -> Void) {
    writer.beginElement(depth: depth)
    writer.object(body)
  }
}

extension Array: JSONWritable where Element: JSONWritable {
  /// Writes an array.
  @inlinable
  public func write(to json: JSONWriter) {
    let depth = json.openList()
    for element in self {
      json.beginElement(depth: depth)
      element.write(to: json)
    }
    json.settle(depth: depth - 1)
  }
}

extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
  /// Writes an object, sorted by key.
  @inlinable
  public func write(to json: JSONWriter) {
    let depth = json.openDictionary()
    for (key, value) in self {
      json.beginMember(depth: depth, key: key)
      value.write(to: json)
    }
    json.settle(depth: depth - 1)
  }
}

extension String: JSONWritable {
  /// Writes a string, escaped.
  public func write(to json: JSONWriter) { json.write(string: self) }
}

extension Bool: JSONWritable {
  /// Writes true or false.
  public func write(to json: JSONWriter) { json.write(ascii: self ? "true" : "false") }
}

extension Double: JSONWritable {
  /// Writes a number; `null` for one that isn't finite.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension Int: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension Int32: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension Int64: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension UInt: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension UInt16: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension UInt32: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}

extension UInt64: JSONWritable {
  /// Writes a whole number.
  public func write(to json: JSONWriter) { json.write(number: self) }
}
