/// Decodes a JSON text (RFC 8259).
///
/// - Throws: ``JSONError``, with line and column for errors of syntax and with the value's JSON
///   pointer for everything else.
public func decodeJSON<T: Decodable>(
  _ type: T.Type, from bytes: [UInt8]
) throws(JSONError) -> T {
  throw JSONError(reason: "not there yet")
}

/// Decodes a JSON text (RFC 8259) and tells what in it nobody asked for.
///
/// - Parameter unknownKeys: receives the JSON pointers of such keys, in the text's order. Keys of
///   dictionaries are never among them.
/// - Throws: ``JSONError``, as ``decodeJSON(_:from:)``.
public func decodeJSON<T: Decodable>(
  _ type: T.Type, from bytes: [UInt8], unknownKeys: inout [String]
) throws(JSONError) -> T {
  throw JSONError(reason: "not there yet")
}
