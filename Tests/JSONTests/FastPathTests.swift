import JSON
import Testing

private struct Disk: Codable, Equatable, JSONReadable, JSONWritable {
  var name: String
  var rate: UInt64?
  var tags: [String: [Int32]]?
  var parts: [Disk]?
  var ratio: Double?

  init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    name = try object.required("name")
    rate = try object.optional("rate")
    tags = try object.optional("tags")
    parts = try object.optional("parts")
    ratio = try object.optional("ratio")
  }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("name", name)
      $0.member("rate", rate)
      $0.member("tags", tags)
      $0.member("parts", parts)
      $0.member("ratio", ratio)
    }
  }
}

/// Types that do without `Codable`: the same results, the same errors.
struct FastPathTests {
  private let text = #"""
    {"name":"\u003csda\u003e","rate":18446744073709551615,"tags":{"a":[],"b":[-1,2]},"parts":[{"name":"sda1","tags":{}},{"name":"sda2","tags":{},"parts":[]}],"ratio":0.5}
    """#

  private func slowly(_ text: String) throws -> Disk {
    struct Through: Decodable { var value: Disk }
    return try decode(Through.self, #"{"value": \#(text)}"#).value
  }

  @Test func bothWaysReadTheSame() throws {
    let disk = try decodeJSON(Disk.self, from: Array(text.utf8))
    #expect(disk.name == "<sda>")
    #expect(disk.tags == ["a": [], "b": [-1, 2]])
    #expect(disk.parts?.map(\.name) == ["sda1", "sda2"])
    #expect(try slowly(text) == disk)
  }

  @Test func bothWaysWriteTheSame() throws {
    let disk = try decodeJSON(Disk.self, from: Array(text.utf8))
    #expect(String(decoding: encodeJSON(disk, style: .compact), as: UTF8.self) == text)
    for style in [JSONStyle.compact, .pretty(indent: "  ")] {
      struct Through: Encodable { var value: Disk }
      let slowly = String(decoding: encodeJSON(Through(value: disk), style: style), as: UTF8.self)
      let fast = String(decoding: encodeJSON(["value": disk], style: style), as: UTF8.self)
      #expect(slowly == fast)
    }
  }

  @Test(arguments: [
    (#"{}"#, "/name: required, but missing"),
    (#"[]"#, "expected an object, found an array"),
    (#"{"name": null}"#, "/name: expected a string, found null"),
    (#"{"name": "a", "rate": -1}"#, "/rate: -1 is out of range (0 to 18446744073709551615)"),
    (#"{"name": "a", "tags": []}"#, "/tags: expected an object, found an array"),
    (
      #"{"name": "a", "tags": {"x/": [1, "2"]}}"#,
      "/tags/x~1/1: expected a whole number, found a string"
    ),
    (#"{"name": "a", "parts": [{"name": 1}]}"#, "/parts/0/name: expected a string, found a number"),
    (#"{"name": "a", "parts": {}}"#, "/parts: expected an array, found an object"),
  ])
  func bothWaysFailTheSame(text: String, expected: String) {
    let fast = #expect(throws: JSONError.self) {
      try decodeJSON(Disk.self, from: Array(text.utf8))
    }
    #expect(fast?.description == expected)
    let slow = #expect(throws: JSONError.self) { try slowly(text) }
    #expect(slow?.reason == fast?.reason)
    #expect(slow?.pointer == "/value" + (fast?.pointer ?? ""))
  }

  @Test(arguments: [
    ("rats", "rate"), ("Rate", "rate"), ("rates", "rate"), ("RATE", "rate"), ("prts", "parts"),
    ("part", "parts"), ("title", nil), ("a", nil), ("", nil), ("Name", nil),
  ])
  func theLikelyNameOfAnUnknownKey(key: String, likely: String?) throws {
    let text = #"{"\#(key)": 1, "name": "x"}"#
    var unknown: [UnknownKey] = []
    _ = try decodeJSON(Disk.self, from: Array(text.utf8), unknownKeys: &unknown)
    #expect(unknown.map(\.pointer) == ["/\(key)"])
    #expect(unknown.first?.likely == likely)
  }

  /// As Go does, and so runc: "readOnly" makes a container read-only there.
  @Test func aKeyInAnotherCaseIsTakenWhereThereIsNoOther() throws {
    func rate(_ text: String) throws -> UInt64? {
      let fast = try decodeJSON(Disk.self, from: Array(text.utf8))
      #expect(try slowly(text) == fast)
      return fast.rate
    }
    #expect(try rate(#"{"NAME": "x", "rAte": 1}"#) == 1)
    #expect(try rate(#"{"name": "x", "RATE": 1, "rate": 2, "Rate": 3}"#) == 2)
    #expect(try rate(#"{"name": "x", "RATE": 1, "Rate": 3}"#) == 3)
    #expect(try rate(#"{"name": "x", "r@te": 1, "rat\u0065s": 1}"#) == nil)
    var unknown: [UnknownKey] = []
    let text = #"{"NAME": "x", "Rate": 1, "rates": 2}"#
    _ = try decodeJSON(Disk.self, from: Array(text.utf8), unknownKeys: &unknown)
    #expect(unknown.map(\.pointer) == ["/NAME", "/Rate", "/rates"])
    #expect(unknown.map(\.isTaken) == [true, true, false])
  }

  @Test func unknownKeysAndDuplicates() throws {
    let text =
      #"{"x": 1, "name": "a", "tags": {"t": []}, "name": "b", "parts": [{"name": "c", "y": 2}]}"#
    var unknown: [UnknownKey] = []
    let disk = try decodeJSON(Disk.self, from: Array(text.utf8), unknownKeys: &unknown)
    #expect(disk.name == "b")
    #expect(unknown.map(\.pointer) == ["/x", "/parts/0/y"])
  }
}
