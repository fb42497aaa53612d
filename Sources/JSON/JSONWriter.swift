/// Writes JSON front to back, without a tree in between.
///
/// Made by ``encodeJSON(_:style:)``; a type that conforms to ``JSONWritable`` writes itself into one.
/// A container that is written to closes all that were opened inside it, so that containers need
/// not be told when they are done.
public final class JSONWriter {
  enum Bracket {
    case array, object
    /// An object whose members are put in order of their keys when it is closed.
    case dictionary
  }

  private struct Frame {
    let bracket: Bracket
    var count = 0
    /// Of a dictionary: each key and the bytes of its member.
    var members: [(key: String, bytes: Range<Int>)] = []
  }

  private var output: [UInt8] = []
  private var frames: [Frame] = []
  /// A line break and the deepest indentation so far; nil for the compact style.
  private let indent: [UInt8]?
  /// Whether a place was made for a value that has not come.
  private var owesValue = true

  init(style: JSONStyle) {
    switch style {
    case .compact: indent = nil
    case .pretty(let indent): self.indent = Array(indent.utf8)
    }
    output.reserveCapacity(1024)
  }

  /// How many containers are open.
  var depth: Int { frames.count }

  /// Closes what is left open and gives the bytes away.
  func finish() -> [UInt8] {
    settle(depth: 0)
    return output
  }

  /// Opens a container in place of the value that is due, and returns its depth. A value may ask
  /// for its container more than once; then it is the same.
  func open(_ bracket: Bracket, depth: Int? = nil) -> Int {
    if let depth, depth < frames.count { return depth + 1 }
    frames.append(Frame(bracket: bracket))
    write(ascii: bracket == .array ? "[" : "{")
    return frames.count
  }

  @usableFromInline
  func openList() -> Int { open(.array) }

  @usableFromInline
  func openDictionary() -> Int { open(.dictionary) }

  @usableFromInline
  func beginElement(depth: Int) {
    settle(depth: depth)
    separate()
    owesValue = true
  }

  @usableFromInline
  func beginMember(depth: Int, key: String) {
    settle(depth: depth)
    separate()
    if frames[depth - 1].bracket == .dictionary {
      frames[depth - 1].members.append((key, output.count..<output.count))
    }
    write(string: key)
    write(ascii: indent == nil ? ":" : ": ")
    owesValue = true
  }

  /// The same for a key of an object whose keys stand in the program: ASCII, with nothing to escape.
  @usableFromInline
  func beginMember(depth: Int, key: StaticString) {
    settle(depth: depth)
    separate()
    write(ascii: "\"")
    write(ascii: key)
    write(ascii: indent == nil ? "\":" : "\": ")
    owesValue = true
  }

  /// Closes all containers deeper than `depth`. A value that wrote nothing is an empty object.
  @usableFromInline
  func settle(depth: Int) {
    precondition(depth <= frames.count, "a JSON container was written to after its end")
    if owesValue { write(ascii: "{}") }
    while frames.count > depth { close() }
    if let last = frames.indices.last, let member = frames[last].members.indices.last {
      let start = frames[last].members[member].bytes.lowerBound
      frames[last].members[member].bytes = start..<output.count
    }
  }

  private func close() {
    let end = output.count
    guard let frame = frames.popLast() else { return }
    if frame.members.count > 1 { sort(frame.members, end: end) }
    if frame.count > 0 { breakLine() }
    write(ascii: frame.bracket == .array ? "]" : "}")
  }

  /// Puts the members of a dictionary, which end the output, in order of their keys.
  private func sort(_ members: [(key: String, bytes: Range<Int>)], end: Int) {
    var members = members
    members[members.count - 1].bytes = members[members.count - 1].bytes.lowerBound..<end
    let separator = Array(output[members[0].bytes.upperBound..<members[1].bytes.lowerBound])
    let start = members[0].bytes.lowerBound
    members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    var sorted: [UInt8] = []
    sorted.reserveCapacity(end - start)
    for (index, member) in members.enumerated() {
      if index > 0 { sorted += separator }
      sorted += output[member.bytes]
    }
    output.replaceSubrange(start..<end, with: sorted)
  }

  private func separate() {
    let last = frames.count - 1
    if frames[last].count > 0 { write(ascii: ",") }
    frames[last].count += 1
    breakLine()
  }

  private func breakLine() {
    guard let indent else { return }
    output.append(UInt8(ascii: "\n"))
    for _ in frames { output += indent }
  }

  /// Writes ASCII that needs no escaping: punctuation, numbers, words.
  func write(ascii text: StaticString) {
    text.withUTF8Buffer { output.append(contentsOf: $0) }
    owesValue = false
  }

  func write(number: some BinaryInteger) {
    output.append(contentsOf: String(number).utf8)
    owesValue = false
  }

  func write(number: Double) {
    guard number.isFinite else { return write(ascii: "null") }
    output.append(contentsOf: goDescription(number).utf8)
    owesValue = false
  }

  func write(string: String) {
    appendQuoted(string, to: &output)
    owesValue = false
  }
}
