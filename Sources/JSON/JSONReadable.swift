/// A type that reads itself from JSON without the machinery behind `Decodable`.
///
/// `Decodable` works with every decoder, but the first time that a type is decoded in a process the
/// Swift runtime builds a keyed container's type for it and searches all conformances of the
/// program: half a millisecond for a config.json. A type that conforms to this is spared that. Where
/// one conforms to both, ``decodeJSON(_:from:)`` prefers this, with the same results and errors.
public protocol JSONReadable {
  /// Reads a value.
  ///
  /// - Throws: ``JSONError`` with the pointer of what is missing or of another type.
  init(json: JSONValue) throws(JSONError)
}

/// A value of a parsed text, not read yet.
public struct JSONValue {
  let text: JSONText
  let node: Int

  /// The value as an object.
  public func object() throws(JSONError) -> JSONObject {
    guard text.nodes[node].kind == .object else { throw text.mismatch("an object", node) }
    text.ask(node)
    return JSONObject(text: text, node: node)
  }

  @usableFromInline
  func elements() throws(JSONError) -> JSONElements {
    guard text.nodes[node].kind == .array else { throw text.mismatch("an array", node) }
    return JSONElements(text: text, next: node + 1, end: text.after(node), step: 1)
  }

  /// Calls `body` with each key and value of an object of which all keys are welcome, in the text's
  /// order.
  public func forEachMember(
    _ body: (_ key: String, _ value: JSONValue) throws(JSONError) -> Void
  ) throws(JSONError) {
    var members = try members()
    while let member = members.pop() { try body(member.key(), member) }
  }

  /// The values of an object of which all keys are welcome.
  @usableFromInline
  func members() throws(JSONError) -> JSONElements {
    guard text.nodes[node].kind == .object else { throw text.mismatch("an object", node) }
    text.ask(node)
    return JSONElements(text: text, next: node + 2, end: text.after(node), step: 2)
  }

  /// The key of a value that ``members()`` gave.
  @usableFromInline
  func key() -> String {
    text.ask(node - 1)
    return text.string(node - 1)
  }
}

/// An object of a parsed text, to be asked for its keys.
public struct JSONObject {
  let text: JSONText
  let node: Int

  /// The value of a key that must be there.
  @inlinable
  public func required<T: JSONReadable>(_ key: StaticString) throws(JSONError) -> T {
    guard let value = value(key) else { throw missing(key) }
    return try T(json: value)
  }

  /// The value of a key; nil if it is missing or null.
  @inlinable
  public func optional<T: JSONReadable>(_ key: StaticString) throws(JSONError) -> T? {
    guard let value = present(key) else { return nil }
    return try T(json: value)
  }

  @usableFromInline
  func value(_ key: StaticString) -> JSONValue? {
    let name = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
    return text.value(of: node, named: name).map { JSONValue(text: text, node: $0) }
  }

  @usableFromInline
  func present(_ key: StaticString) -> JSONValue? {
    guard let value = value(key), text.nodes[value.node].kind != .null else { return nil }
    return value
  }

  @usableFromInline
  func missing(_ key: StaticString) -> JSONError { text.missing("\(key)", in: node) }
}

/// The values of an array or an object, one after the other.
@usableFromInline
struct JSONElements {
  let text: JSONText
  var next: Int
  let end: Int
  let step: Int

  @usableFromInline
  mutating func pop() -> JSONValue? {
    guard next < end else { return nil }
    defer { next = text.after(next) + step - 1 }
    return JSONValue(text: text, node: next)
  }
}

extension Array: JSONReadable where Element: JSONReadable {
  /// Reads an array.
  @inlinable
  public init(json: JSONValue) throws(JSONError) {
    var elements = try json.elements()
    self = []
    while let element = elements.pop() { append(try Element(json: element)) }
  }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
  /// Reads an object of which all keys are welcome.
  @inlinable
  public init(json: JSONValue) throws(JSONError) {
    var members = try json.members()
    self = [:]
    while let member = members.pop() { self[member.key()] = try Value(json: member) }
  }
}

extension String: JSONReadable {
  /// Reads a string.
  public init(json: JSONValue) throws(JSONError) { self = try json.text.readString(json.node) }
}

extension Bool: JSONReadable {
  /// Reads true or false.
  public init(json: JSONValue) throws(JSONError) { self = try json.text.readBool(json.node) }
}

extension Int: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension Int32: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension Int64: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension UInt: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension UInt16: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension UInt32: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension UInt64: JSONReadable {
  /// Reads a whole number; one that is out of range is an error.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readInteger(json.node, as: Self.self)
  }
}

extension Double: JSONReadable {
  /// Reads a number.
  public init(json: JSONValue) throws(JSONError) {
    self = try json.text.readFloat(json.node, as: Self.self)
  }
}
