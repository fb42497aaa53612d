/// A parsed JSON text: its bytes and, flat in the text's order, what stands where in them.
///
/// Nothing is copied out of the bytes before somebody asks for it. An object's children are key,
/// value, key, value…; a container's node is followed by its children, and `next` leads past them.
final class JSONText {
  enum Kind: UInt8 {
    case null, yes, no, number, string, array, object
  }

  struct Node {
    /// First byte; of a string, the first inside the quotes.
    var start: UInt32
    /// The byte behind the last one; of a string, the closing quote.
    var end: UInt32
    /// The node behind this one and all that it contains.
    var next: UInt32
    var kind: Kind
    /// Of a string: whether it has escapes. Of a number: whether it has a fraction or an exponent.
    var isIntricate: Bool
  }

  let bytes: [UInt8]
  let nodes: [Node]
  /// By node: objects that were read key by key, and keys that were asked for.
  private(set) var asked: [Bool]
  /// By object's node: the names that were asked for and are not there.
  private(set) var missed: [Int: [String]] = [:]
  private let recordsAsked: Bool

  init(bytes: [UInt8], recordsAsked: Bool) throws(JSONError) {
    self.bytes = bytes
    self.nodes = try parseJSON(bytes)
    self.recordsAsked = recordsAsked
    self.asked = recordsAsked ? Array(repeating: false, count: nodes.count) : []
  }

  func ask(_ node: Int) {
    if recordsAsked { asked[node] = true }
  }

  /// The node behind `node` and all that it contains.
  func after(_ node: Int) -> Int { Int(nodes[node].next) }

  /// Calls `body` with each key's node of an object; the value's follows it.
  func forEachKey(of object: Int, _ body: (Int) -> Void) {
    var key = object + 1
    let end = after(object)
    while key < end {
      body(key)
      key = after(key + 1)
    }
  }

  /// The value of the last of an object's keys with this name, as in Go.
  func value(of object: Int, named name: String) -> Int? {
    var name = name
    return name.withUTF8 { value(of: object, named: $0) }
  }

  /// The same; a key that differs in upper and lower case only is taken where there is no other, as
  /// in Go: of who writes "readOnly" a container that can be written to would be a bad surprise.
  func value(of object: Int, named name: UnsafeBufferPointer<UInt8>) -> Int? {
    var found: Int?
    var alike: Int?
    bytes.withUnsafeBufferPointer { bytes in
      forEachKey(of: object) { key in
        switch compare(key, with: name, in: bytes) {
        case .same:
          ask(key)
          found = key + 1
        case .alike: alike = key + 1
        case .different: break
        }
      }
    }
    if recordsAsked, found == nil {
      missed[object, default: []].append(String(decoding: name, as: UTF8.self))
    }
    return found ?? alike
  }

  private enum Likeness { case same, alike, different }

  private func compare(
    _ node: Int, with name: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Likeness {
    let string = nodes[node]
    if string.isIntricate {
      return self.string(node).utf8.elementsEqual(name) ? .same : .different
    }
    guard Int(string.end - string.start) == name.count else { return .different }
    var likeness = Likeness.same
    for index in name.indices where bytes[Int(string.start) + index] != name[index] {
      let byte = bytes[Int(string.start) + index]
      guard byte ^ name[index] == 0x20, byte | 0x20 >= UInt8(ascii: "a"),
        byte | 0x20 <= UInt8(ascii: "z")
      else { return .different }
      likeness = .alike
    }
    return likeness
  }
}
