/// Encodes a value as JSON: keys in the order in which they are encoded, dictionaries sorted by
/// key, strings escaped as Go does.
public func encodeJSON<T: Encodable>(_ value: T, style: JSONStyle) -> [UInt8] {
  []
}
