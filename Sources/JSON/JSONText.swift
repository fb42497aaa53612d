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

  func value(of object: Int, named name: UnsafeBufferPointer<UInt8>) -> Int? {
    var found: Int?
    bytes.withUnsafeBufferPointer { bytes in
      forEachKey(of: object) { key in
        if isString(key, equalTo: name, in: bytes) {
          ask(key)
          found = key + 1
        }
      }
    }
    if recordsAsked, found == nil {
      missed[object, default: []].append(String(decoding: name, as: UTF8.self))
    }
    return found
  }

  private func isString(
    _ node: Int, equalTo name: UnsafeBufferPointer<UInt8>, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let string = nodes[node]
    if string.isIntricate { return self.string(node).utf8.elementsEqual(name) }
    guard Int(string.end - string.start) == name.count else { return false }
    return UnsafeBufferPointer(rebasing: bytes[Int(string.start)..<Int(string.end)])
      .elementsEqual(name)
  }
}
