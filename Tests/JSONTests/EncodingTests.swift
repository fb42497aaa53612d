import JSON
import Testing

private struct Inner: Codable {
  var list: [Int] = []
  var table: [String: String] = [:]
}

private struct Outer: Codable {
  var zeta = "first as declared"
  var alpha: String?
  var inner: [Inner] = [Inner(), Inner(list: [1, 2], table: ["b": "2", "a": "1"])]
  var byName: [String: Inner] = ["y": Inner(), "x": Inner(list: [3])]
  var flag = true
}

/// Output as Go's encoding/json writes it.
struct EncodingTests {
  @Test func prettyAsMarshalIndent() {
    #expect(
      encode(Outer(), .pretty(indent: "  ")) == """
        {
          "zeta": "first as declared",
          "inner": [
            {
              "list": [],
              "table": {}
            },
            {
              "list": [
                1,
                2
              ],
              "table": {
                "a": "1",
                "b": "2"
              }
            }
          ],
          "byName": {
            "x": {
              "list": [
                3
              ],
              "table": {}
            },
            "y": {
              "list": [],
              "table": {}
            }
          },
          "flag": true
        }
        """)
  }

  @Test func compactAsMarshal() {
    #expect(
      encode(Outer()) == #"{"zeta":"first as declared","inner":[{"list":[],"table":{}},"#
        + #"{"list":[1,2],"table":{"a":"1","b":"2"}}],"byName":{"x":{"list":[3],"table":{}},"#
        + #""y":{"list":[],"table":{}}},"flag":true}"#)
  }

  @Test(arguments: [
    ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/d", #""a\"b\\c/d""#),
    ("\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}", "\"\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}\""),
    ("<a>&amp;", #""\u003ca\u003e\u0026amp;""#),
    ("x\u{2027}\u{2028}\u{2029}\u{202A}", "\"x\u{2027}\\u2028\\u2029\u{202A}\""),
    ("ä€😀", #""ä€😀""#),
  ])
  func stringsAreEscapedAsGoDoes(string: String, expected: String) {
    #expect(encode(string) == expected)
    #expect(encode([string: string]) == "{\(expected):\(expected)}")
  }

  @Test(arguments: [
    (0, "0"), (-0.0, "-0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (100, "100"),
    (123456.789, "123456.789"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
    (1.5e300, "1.5e+300"), (0.000001, "0.000001"), (0.0000001, "1e-7"), (1.25e-10, "1.25e-10"),
    (9007199254740993, "9007199254740992"), (.infinity, "null"), (.nan, "null"),
  ])
  func floatsAsGoDoes(number: Double, expected: String) {
    #expect(encode(number) == expected)
  }

  @Test func singlePrecisionIsNotWidened() {
    #expect(encode(Float(0.1)) == "0.1")
  }

  @Test func limitsOfIntegers() {
    #expect(encode([Int64.min, .max]) == "[-9223372036854775808,9223372036854775807]")
    #expect(encode(UInt64.max) == "18446744073709551615")
  }

  @Test func dictionariesAreSortedByTheirKeysBytes() {
    let keys = ["é", "z", "a", "B", "aa", "", "😀", "a b", "\"", "10", "9"]
    let table = Dictionary(uniqueKeysWithValues: keys.map { ($0, [$0: 1]) })
    let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    let members = sorted.map { "\(encode($0)):{\(encode($0)):1}" }
    #expect(encode(table) == "{\(members.joined(separator: ","))}")
  }

  @Test func whateverIsReadIsWrittenAgain() throws {
    let text = #"{"a":[null,true,false,1,-2.5,"x"],"b":{"c":{},"d":[]},"e":[[[]]]}"#
    #expect(encode(try decode(Anything.self, text)) == text)
  }

  @Test func containersOfEveryKindByHand() {
    struct Odd: Encodable {
      enum Key: CodingKey { case a, b, c, d, e }
      func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        var list = values.nestedUnkeyedContainer(forKey: .a)
        try list.encode(1)
        var deep = list.nestedContainer(keyedBy: Key.self)
        try deep.encodeNil(forKey: .b)
        try list.encode("after the nested one")
        var more = list.nestedUnkeyedContainer()
        try more.encode(true)
        _ = values.nestedContainer(keyedBy: Key.self, forKey: .b)
        try values.encode(Silent(), forKey: .c)
        try values.encode([Silent()], forKey: .d)
        // The same object once more, as a base class or an embedded value would ask for it.
        var again = encoder.container(keyedBy: Key.self)
        try again.encode("end", forKey: .e)
      }
    }
    struct Silent: Encodable { func encode(to encoder: any Encoder) {} }
    #expect(
      encode(Odd())
        == #"{"a":[1,{"b":null},"after the nested one",[true]],"b":{},"c":{},"d":[{}],"e":"end"}"#)
    #expect(encode(Silent()) == "{}")
  }
}
