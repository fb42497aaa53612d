/// Changes some members of an object in a JSON text and leaves all else as it is, byte for byte.
/// - Parameters:
///   - path: the keys that lead to the object.
///   - names: the members that are taken out, where they are.
///   - members: an object, whose members are put in.
/// - Throws: where a key of the path is missing, or its value is no object.
public func replaceMembers(
  of path: [StaticString], in bytes: [UInt8], named names: [String], with members: [UInt8]
) throws(JSONError) -> [UInt8] {
  let text = try JSONText(bytes: bytes, recordsAsked: false)
  var object = try JSONValue(text: text, node: 0).object()
  for key in path {
    guard let value = object.value(key) else { throw object.missing(key) }
    object = try value.object()
  }
  let new = try JSONText(bytes: members, recordsAsked: false)
  let replaced = Set(names)
  var kept = text.members(of: object.node).filter { !replaced.contains($0.key) }.map(\.source)
  kept += new.members(of: 0).map(\.source)
  let node = text.nodes[object.node]
  var result = Array(bytes[..<Int(node.start)])
  result.append(UInt8(ascii: "{"))
  result += kept.joined(separator: [UInt8(ascii: ",")])
  result.append(UInt8(ascii: "}"))
  return result + bytes[Int(node.end)...]
}

extension JSONText {
  /// Each member of an object: its key, and what stands from the key's quote to the value's end.
  fileprivate func members(of object: Int) -> [(key: String, source: ArraySlice<UInt8>)] {
    var members: [(key: String, source: ArraySlice<UInt8>)] = []
    forEachKey(of: object) { key in
      let value = nodes[key + 1]
      // A string's node is about what is between its quotes.
      let end = Int(value.end) + (value.kind == .string ? 1 : 0)
      members.append((string(key), bytes[(Int(nodes[key].start) - 1)..<end]))
    }
    return members
  }
}
