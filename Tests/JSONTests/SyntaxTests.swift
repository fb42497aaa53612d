import JSON
import Testing

/// What is JSON and what isn't.
struct SyntaxTests {
  @Test(
    arguments: [
      ("[]", []), (" [ ] ", []), ("[1]", [1]), ("\t[\r\n1 ,\n2]\n", [1, 2]),
      ("[0,-0,-1,9223372036854775807,-9223372036854775808]", [0, 0, -1, .max, .min]),
    ] as [(String, [Int])])
  func listsAreRead(text: String, expected: [Int]) throws {
    #expect(try decode([Int].self, text) == expected)
  }

  @Test(arguments: [
    ("", 1, 1, "expected a value, found the end"),
    ("  ", 1, 3, "expected a value, found the end"),
    ("[", 1, 2, "expected a value, found the end"),
    ("[1", 1, 3, "expected ',' or ']', found the end"),
    ("[1,", 1, 4, "expected a value, found the end"),
    ("[1,]", 1, 4, "expected a value, found ']'"),
    ("[,1]", 1, 2, "expected a value, found ','"),
    ("[1 2]", 1, 4, "expected ',' or ']', found '2'"),
    ("[1}", 1, 3, "expected ',' or ']', found '}'"),
    ("]", 1, 1, "expected a value, found ']'"),
    ("[1]]", 1, 4, "expected the text to end, found ']'"),
    ("[1] x", 1, 5, "expected the text to end, found 'x'"),
    ("{", 1, 2, "expected a key in quotes or '}', found the end"),
    ("{a:1}", 1, 2, "expected a key in quotes or '}', found 'a'"),
    ("{\"a\"}", 1, 5, "expected ':' behind the key, found '}'"),
    ("{\"a\":}", 1, 6, "expected a value, found '}'"),
    ("{\"a\":1,}", 1, 8, "expected a key in quotes, found '}'"),
    ("{\"a\":1\n \"b\":2}", 2, 2, "expected ',' or '}', found '\"'"),
    ("{\n  \"a\": [\n    1,\n    ?\n  ]\n}", 4, 5, "expected a value, found '?'"),
    ("[01]", 1, 3, "a number must not begin with 0"),
    ("[-]", 1, 3, "expected a digit, found ']'"),
    ("[+1]", 1, 2, "expected a value, found '+'"),
    ("[.5]", 1, 2, "expected a value, found '.'"),
    ("[1.]", 1, 4, "expected a digit, found ']'"),
    ("[1e]", 1, 4, "expected a digit, found ']'"),
    ("[1e+]", 1, 5, "expected a digit, found ']'"),
    ("[0x10]", 1, 3, "expected ',' or ']', found 'x'"),
    ("[NaN]", 1, 2, "expected a value, found 'N'"),
    ("[tru]", 1, 2, "expected a value; did you mean true?"),
    ("[nul", 1, 2, "expected a value; did you mean null?"),
    ("[True]", 1, 2, "expected a value, found 'T'"),
    ("['a']", 1, 2, "expected a value, found '''"),
    ("[\"a]", 1, 2, "a string without its closing quote"),
    ("[\"\\", 1, 3, "no such escape in JSON"),
    ("[\"\\x41\"]", 1, 3, "no such escape in JSON"),
    ("[\"\\u12\"]", 1, 7, "expected four hexadecimal digits behind \\u"),
    ("[\"a\tb\"]", 1, 4, "a string must not contain a tab; escape it"),
    ("[\"a\nb\"]", 1, 4, "a string must not contain a line break; escape it"),
    ("[\"a\0b\"]", 1, 4, "a string must not contain the byte 0x0; escape it"),
    ("[1] // no comments", 1, 5, "expected the text to end, found '/'"),
    ("\0", 1, 1, "expected a value, found the byte 0x0"),
    (
      "\u{FEFF}[]", 1, 1,
      "the text begins with a byte order mark, which JSON doesn't allow; remove it"
    ),
  ])
  func errorsOfSyntaxTellThePlace(text: String, line: Int, column: Int, reason: String) {
    let expected = JSONError(line: line, column: column, reason: reason)
    #expect(throws: expected) { try decode(Anything.self, text) }
    #expect(expected.description == "line \(line), column \(column): \(reason)")
  }

  @Test(arguments: [
    ("\"\"", ""), ("\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d"),
    ("\"\\b\\f\\n\\r\\t\"", "\u{8}\u{C}\n\r\t"),
    ("\"\\u0041\\u00e9\\u20AC\\u0000\"", "Aé€\0"), ("\"\\ud83d\\uDE00!\"", "😀!"),
    ("\"äöü€😀\"", "äöü€😀"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
  ])
  func stringsAreUnescaped(text: String, expected: String) throws {
    #expect(try decode(String.self, text) == expected)
  }

  /// Strings are passed over by eight bytes at a time: wherever in them one ends the run, it is found.
  @Test(arguments: 0..<20) func everyByteOfAStringIsLookedAt(length: Int) throws {
    for place in 0...length {
      func text(_ bytes: [UInt8]) -> [UInt8] {
        var string = [UInt8](repeating: UInt8(ascii: "~"), count: length)
        string.insert(contentsOf: bytes, at: place)
        return [0x22] + string + [0x22]
      }
      for bad: [UInt8] in [[0], [0x1F], [0x0A], [0x22], [0x5C, 0x01], [0x80], [0x9F], [0xFF]] {
        #expect(throws: JSONError.self) {
          _ = try decodeJSON(String.self, from: text(bad))
        }
      }
      for (good, meant) in [
        ([0x5C, 0x5C], "\\"), ([0x5C, 0x22], "\""), ([0x7F], "\u{7F}"), ([0x20], " "),
        ([0xC3, 0xA4], "ä"), ([0x21], "!"), ([0x23], "#"), ([0x5B], "["), ([0x5D], "]"),
      ] as [([UInt8], String)] {
        let tildes = String(repeating: "~", count: length)
        let expected = tildes.prefix(place) + meant + tildes.dropFirst(place)
        #expect(try decodeJSON(String.self, from: text(good)) == expected)
      }
    }
  }

  @Test(arguments: [
    "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"",
    "\"\\ud800\\u0041\"", "\"\\uDFFF\\uD800\"", "{\"\\ud800\":1}",
  ])
  func halvesOfSurrogatePairsAreRefused(text: String) {
    let error = #expect(throws: JSONError.self) { try decode(Anything.self, text) }
    #expect(error?.reason == "half of a surrogate pair")
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82],
      [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
      [0xE2, 0x28, 0xA1],
    ] as [[UInt8]])
  func invalidUTF8IsRefused(bytes: [UInt8]) {
    let text = Array("[\"é".utf8) + bytes + Array("\"]".utf8)
    #expect(throws: JSONError(line: 1, column: 5, reason: "a string must be valid UTF-8")) {
      try decodeJSON([String].self, from: text)
    }
  }

  @Test func nestingHasALimit() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try decode(Anything.self, nested(512)) }
    let error = #expect(throws: JSONError.self) { try decode(Anything.self, nested(513)) }
    #expect(error?.description == "line 1, column 513: nested deeper than 512 levels")
    #expect(throws: JSONError.self) {
      try decode(Anything.self, String(repeating: "{\"a\":", count: 1_000_000))
    }
  }

  @Test func everyTruncationIsAnErrorAndNoCrash() {
    let text = Array(
      #"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é"],"b":{"c":null,"d":true,"e":false}}"#.utf8)
    #expect(throws: Never.self) { try decodeJSON(Anything.self, from: text) }
    for length in 0..<text.count {
      #expect(throws: JSONError.self, "\(length) bytes") {
        try decodeJSON(Anything.self, from: Array(text[..<length]))
      }
    }
  }

  @Test func anyByteAnywhereIsNoCrash() {
    let text = Array(#"{"a":[1,"x\u00e9\ud83d\ude00é"],"b":{"c":null}}"#.utf8)
    var refused = 0
    for index in text.indices {
      for byte in UInt8.min...UInt8.max {
        var damaged = text
        damaged[index] = byte
        do { _ = try decodeJSON(Anything.self, from: damaged) } catch { refused += 1 }
      }
    }
    #expect(refused > text.count * 100)
  }
}
