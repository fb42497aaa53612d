/// Decodes a JSON text (RFC 8259), strictly.
///
/// Of keys that are there twice the last one counts. Nesting deeper than 512 levels, invalid UTF-8,
/// halves of surrogate pairs, a byte order mark and anything behind the value are errors.
///
/// - Throws: ``JSONError``, with line and column for errors of syntax and with the value's JSON
///   pointer for everything else.
@_disfavoredOverload
public func decodeJSON<T: Decodable>(
  _ type: T.Type, from bytes: [UInt8]
) throws(JSONError) -> T {
  try JSONText(bytes: bytes, recordsAsked: false).decodeRoot(type)
}

/// Decodes a JSON text (RFC 8259), strictly, and tells what in it nobody asked for.
///
/// - Parameter unknownKeys: receives such keys, in the text's order. Keys of dictionaries are never
///   among them.
/// - Throws: ``JSONError``, as ``decodeJSON(_:from:)``.
@_disfavoredOverload
public func decodeJSON<T: Decodable>(
  _ type: T.Type, from bytes: [UInt8], unknownKeys: inout [UnknownKey]
) throws(JSONError) -> T {
  let text = try JSONText(bytes: bytes, recordsAsked: true)
  let value = try text.decodeRoot(type)
  unknownKeys = text.unknownKeys()
  return value
}

/// Decodes a JSON text (RFC 8259), strictly, into a type that needs no `Decodable` for it.
///
/// - Throws: ``JSONError``, as the function of the same name for `Decodable`.
public func decodeJSON<T: JSONReadable>(
  _ type: T.Type, from bytes: [UInt8]
) throws(JSONError) -> T {
  try T(json: JSONValue(text: JSONText(bytes: bytes, recordsAsked: false), node: 0))
}

/// Decodes a JSON text (RFC 8259), strictly, into a type that needs no `Decodable` for it, and
/// tells what in it nobody asked for.
///
/// - Parameter unknownKeys: receives such keys, in the text's order.
/// - Throws: ``JSONError``, as the function of the same name for `Decodable`.
public func decodeJSON<T: JSONReadable>(
  _ type: T.Type, from bytes: [UInt8], unknownKeys: inout [UnknownKey]
) throws(JSONError) -> T {
  let text = try JSONText(bytes: bytes, recordsAsked: true)
  let value = try T(json: JSONValue(text: text, node: 0))
  unknownKeys = text.unknownKeys()
  return value
}

extension JSONText {
  fileprivate func decodeRoot<T: Decodable>(_ type: T.Type) throws(JSONError) -> T {
    do {
      return try decode(type, at: 0)
    } catch let error as JSONError {
      throw error
    } catch let error as DecodingError {
      throw JSONError(error)
    } catch {
      throw JSONError(reason: "\(error)")
    }
  }

  /// Decodes what is at a node; the commonest types without a container of their own.
  func decode<T: Decodable>(_ type: T.Type, at node: Int) throws -> T {
    // The casts can't fail, the types being equal; `as!` would cost a look-up each time.
    if type == String.self { return unsafeBitCast(try readString(node), to: type) }
    if type == [String].self { return unsafeBitCast(try readStrings(node), to: type) }
    if type == [String: String].self {
      return unsafeBitCast(try readStringDictionary(node), to: type)
    }
    return try T(from: ValueDecoder(text: self, node: node))
  }

  private func readStrings(_ node: Int) throws -> [String] {
    guard nodes[node].kind == .array else { throw mismatch("an array", node) }
    var strings: [String] = []
    var element = node + 1
    let end = after(node)
    while element < end {
      strings.append(try readString(element))
      element = after(element)
    }
    return strings
  }

  private func readStringDictionary(_ node: Int) throws -> [String: String] {
    guard nodes[node].kind == .object else { throw mismatch("an object", node) }
    var strings: [String: String] = [:]
    var key = node + 1
    let end = after(node)
    while key < end {
      ask(key)
      strings[string(key)] = try readString(key + 1)
      key = after(key + 1)
    }
    return strings
  }
}

extension JSONError {
  /// What a type's own `init(from:)` had to say.
  fileprivate init(_ error: DecodingError) {
    func pointer(_ path: [any CodingKey]) -> String {
      path.reduce(into: "") { $0 += "/" + escapedForPointer($1.stringValue) }
    }
    switch error {
    case .keyNotFound(let key, let context):
      self.init(pointer: pointer(context.codingPath + [key]), reason: "required, but missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      self.init(pointer: pointer(context.codingPath), reason: context.debugDescription)
    @unknown default:
      self.init(reason: "\(error)")
    }
  }
}
