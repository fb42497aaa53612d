import JSON

/// What is encoded and decoded again is what it was, to the byte, in both layouts.
func requireRoundTrip<T: JSONReadable & Encodable & Equatable>(_ value: T) {
  let compact = encodeJSON(value, style: .compact)
  for text in [compact, encodeJSON(value, style: .pretty(indent: "  "))] {
    do throws(JSONError) {
      let again = try decodeJSON(T.self, from: text)
      require(again == value, "decodes to another value")
      require(encodeJSON(again, style: .compact) == compact, "encodes to another text")
    } catch {
      fatalError("what was encoded can't be decoded: \(error)")
    }
  }
}

/// Both ways to decode agree, about errors too.
func requireSameDecoding<T: JSONReadable & Decodable & Equatable>(
  _ type: T.Type, from bytes: [UInt8]
) {
  func attempt(_ decode: () throws(JSONError) -> T) -> (T?, JSONError?) {
    do throws(JSONError) { return (try decode(), nil) } catch { return (nil, error) }
  }
  let quick = attempt { () throws(JSONError) in try decodeJSON(type, from: bytes) }
  let slow = attempt { () throws(JSONError) in try decodedSlowly(type, from: bytes) }
  require(quick.0 == slow.0, "Decodable reads another value")
  require(quick.1 == slow.1, "Decodable has another error: \(quick.1?.description ?? "none")")
}

private func decodedSlowly<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(JSONError) -> T
{
  try decodeJSON(type, from: bytes)
}
