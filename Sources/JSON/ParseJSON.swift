/// How deep arrays and objects may be nested; a configuration has about eight levels.
let maximumDepth = 512

/// Parses a whole text into nodes; see ``JSONText``.
func parseJSON(_ bytes: [UInt8]) throws(JSONError) -> [JSONText.Node] {
  guard bytes.count < UInt32.max else { throw JSONError(reason: "longer than 4 GiB") }
  do throws(JSONParser.Failure) {
    return try bytes.withUnsafeBufferPointer { bytes throws(JSONParser.Failure) in
      var parser = JSONParser(bytes: bytes)
      try parser.parse()
      return parser.nodes
    }
  } catch {
    throw error.located(in: bytes)
  }
}

/// One pass over the bytes, without recursion.
struct JSONParser {
  struct Failure: Error {
    var offset: Int
    var reason: String

    func located(in bytes: [UInt8]) -> JSONError {
      let before = bytes[..<min(offset, bytes.count)]
      let line = before.lazy.filter { $0 == UInt8(ascii: "\n") }.count + 1
      let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      return JSONError(line: line, column: before.count - lineStart + 1, reason: reason)
    }
  }

  let bytes: UnsafeBufferPointer<UInt8>
  private(set) var nodes: [JSONText.Node] = []
  private var position = 0
  /// The arrays and objects that are open.
  private var open: [Int] = []

  init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    // Typical of a configuration; more are made room for as they come.
    nodes.reserveCapacity(bytes.count / 8 + 8)
  }

  mutating func parse() throws(Failure) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw Failure(
        offset: 0,
        reason: "the text begins with a byte order mark, which JSON doesn't allow; remove it")
    }
    repeat {
      let isComplete = try parseValueOrOpen()
      if isComplete { try closeAll() }
    } while !open.isEmpty
    skipWhitespace()
    if position < bytes.count { throw failure("expected the text to end, found \(found)") }
  }

  /// Parses a scalar or an empty container, which is complete; or the beginning of another one.
  private mutating func parseValueOrOpen() throws(Failure) -> Bool {
    skipWhitespace()
    switch peek {
    case UInt8(ascii: "\""):
      try parseString()
    case UInt8(ascii: "{"):
      try open(.object)
      guard peek != UInt8(ascii: "}") else { return true }
      try parseKey("expected a key in quotes or '}'")
      return false
    case UInt8(ascii: "["):
      try open(.array)
      return peek == UInt8(ascii: "]")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try parseNumber()
    case UInt8(ascii: "t"): try parseWord("true", .yes)
    case UInt8(ascii: "f"): try parseWord("false", .no)
    case UInt8(ascii: "n"): try parseWord("null", .null)
    default: throw failure("expected a value, found \(found)")
    }
    return true
  }

  private mutating func open(_ kind: JSONText.Kind) throws(Failure) {
    guard open.count < maximumDepth else {
      throw failure("nested deeper than \(maximumDepth) levels")
    }
    open.append(nodes.count)
    append(kind, from: position, to: position)
    position += 1
    skipWhitespace()
  }

  /// Goes on behind a complete value, as far as the next value or the end of the outermost one.
  private mutating func closeAll() throws(Failure) {
    while let container = open.last {
      skipWhitespace()
      let isObject = nodes[container].kind == .object
      switch peek {
      case UInt8(ascii: ","):
        position += 1
        skipWhitespace()
        if isObject { try parseKey("expected a key in quotes") }
        return
      case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
        position += 1
        nodes[container].end = UInt32(truncatingIfNeeded: position)
        nodes[container].next = UInt32(truncatingIfNeeded: nodes.count)
        open.removeLast()
      default:
        throw failure("expected ',' or '\(isObject ? "}" : "]")', found \(found)")
      }
    }
  }

  private mutating func parseKey(_ expectation: String) throws(Failure) {
    guard peek == UInt8(ascii: "\"") else { throw failure("\(expectation), found \(found)") }
    try parseString()
    skipWhitespace()
    guard peek == UInt8(ascii: ":") else {
      throw failure("expected ':' behind the key, found \(found)")
    }
    position += 1
  }

  private mutating func parseWord(_ word: StaticString, _ kind: JSONText.Kind) throws(Failure) {
    let end = position + word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { word in
      end <= bytes.count && bytes[position..<end].elementsEqual(word)
    }
    guard matches else { throw failure("expected a value; did you mean \(word)?") }
    append(kind, from: position, to: end)
    position = end
  }

  private mutating func parseNumber() throws(Failure) {
    let start = position
    var isIntricate = false
    if peek == UInt8(ascii: "-") { position += 1 }
    if peek == UInt8(ascii: "0") {
      position += 1
      if isDigit(peek) { throw failure("a number must not begin with 0") }
    } else {
      try parseDigits()
    }
    if peek == UInt8(ascii: ".") {
      isIntricate = true
      position += 1
      try parseDigits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isIntricate = true
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try parseDigits()
    }
    append(.number, from: start, to: position, isIntricate: isIntricate)
  }

  private mutating func parseDigits() throws(Failure) {
    guard isDigit(peek) else { throw failure("expected a digit, found \(found)") }
    while isDigit(peek) { position += 1 }
  }

  private mutating func parseString() throws(Failure) {
    position += 1
    let start = position
    var hasEscapes = false
    var isASCII = true
    scan: while true {
      skipPlainBytes()
      guard position < bytes.count else {
        throw Failure(offset: start - 1, reason: "a string without its closing quote")
      }
      switch bytes[position] {
      case UInt8(ascii: "\""): break scan
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try skipEscape()
      case 0x80...:
        isASCII = false
        position += 1
      default: throw failure("a string must not contain \(found); escape it")
      }
    }
    if !isASCII, let bad = firstInvalidUTF8(in: bytes[start..<position]) {
      throw Failure(offset: bad, reason: "a string must be valid UTF-8")
    }
    append(.string, from: start, to: position, isIntricate: hasEscapes)
    position += 1
  }

  /// Skips ASCII that means itself, which is nearly all there is.
  private mutating func skipPlainBytes() {
    var index = position
    while index + 8 <= bytes.count, areEightPlain(at: index) { index += 8 }
    while index < bytes.count {
      let byte = bytes[index]
      guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
        break
      }
      index += 1
    }
    position = index
  }

  /// Whether none of eight bytes ends the run. Of each that does, one of these expressions sets the
  /// highest bit; a borrow may set that of the byte behind it, which changes nothing any more.
  private func areEightPlain(at index: Int) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let eight = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: index, as: UInt64.self)
    let quotes = eight ^ ones &* UInt64(UInt8(ascii: "\""))
    let backslashes = eight ^ ones &* UInt64(UInt8(ascii: "\\"))
    let ends = (eight &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | eight
    return ends & ones &* 0x80 == 0
  }

  private mutating func skipEscape() throws(Failure) {
    let start = position
    position += 1
    switch peek {
    case UInt8(ascii: "u"):
      position += 1
      let unit = try parseHexadecimal()
      // A lone half means no character; what would be made of it isn't what was written.
      if unit & 0xF800 == 0xD800 {
        guard unit < 0xDC00, peek == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") else {
          throw Failure(offset: start, reason: "half of a surrogate pair")
        }
        position += 2
        guard try parseHexadecimal() & 0xFC00 == 0xDC00 else {
          throw Failure(offset: start, reason: "half of a surrogate pair")
        }
      }
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    default: throw Failure(offset: start, reason: "no such escape in JSON")
    }
  }

  private mutating func parseHexadecimal() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = hexadecimalDigit(peek) else {
        throw failure("expected four hexadecimal digits behind \\u")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }
}

extension JSONParser {
  /// The byte at hand; 0, which JSON allows nowhere, at the end.
  fileprivate var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

  fileprivate func peek(_ ahead: Int) -> UInt8 {
    position + ahead < bytes.count ? bytes[position + ahead] : 0
  }

  fileprivate func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  fileprivate mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      default: return
      }
    }
  }

  fileprivate mutating func append(
    _ kind: JSONText.Kind, from start: Int, to end: Int, isIntricate: Bool = false
  ) {
    nodes.append(
      JSONText.Node(
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
        next: UInt32(truncatingIfNeeded: nodes.count + 1), kind: kind, isIntricate: isIntricate))
  }

  fileprivate func failure(_ reason: String) -> Failure {
    Failure(offset: position, reason: reason)
  }

  /// The byte at hand, in words.
  fileprivate var found: String {
    guard position < bytes.count else { return "the end" }
    let byte = peek
    return switch byte {
    case 0x21...0x7E: "'\(Character(Unicode.Scalar(byte)))'"
    case UInt8(ascii: "\n"): "a line break"
    case UInt8(ascii: "\t"): "a tab"
    default: "the byte 0x\(String(byte, radix: 16))"
    }
  }
}
