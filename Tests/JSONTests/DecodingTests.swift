import JSON
import Testing

private struct Limits: Codable, Equatable {
  var soft: UInt64
  var hard: UInt64?
}

private struct Sample: Codable, Equatable {
  var name: String
  var count: Int32?
  var args: [String]?
  var limits: [Limits]?
  var labels: [String: String]?
  var byDevice: [String: Limits]?
  var on: Bool?
  var ratio: Double?
}

/// How values come out of a text, and what is said when they can't.
struct DecodingTests {
  @Test func everythingAtOnce() throws {
    let sample = try decode(
      Sample.self,
      #"""
      {"name": "n", "count": -2147483648, "args": ["a", ""], "limits": [{"soft": 1, "hard": 2},
      {"soft": 18446744073709551615}], "labels": {"k": "v"}, "byDevice": {"sda": {"soft": 3}},
      "on": true, "ratio": -1.5e3}
      """#)
    let expected = Sample(
      name: "n", count: .min, args: ["a", ""],
      limits: [Limits(soft: 1, hard: 2), Limits(soft: .max)], labels: ["k": "v"],
      byDevice: ["sda": Limits(soft: 3)], on: true, ratio: -1500)
    #expect(sample == expected)
  }

  @Test func nullIsAbsent() throws {
    let sample = try decode(
      Sample.self,
      #"""
      {"name": "n", "count": null, "args": null, "limits": null, "labels": null, "byDevice": null,
      "on": null, "ratio": null}
      """#)
    #expect(sample == Sample(name: "n"))
    #expect(try decode([Int?].self, "[1,null]") == [1, nil])
    #expect(try decode(Int?.self, "null") == nil)
  }

  @Test(arguments: [
    (#"[]"#, "expected an object, found an array"),
    (#"{}"#, "/name: required, but missing"),
    (#"{"Nome": "n"}"#, "/name: required, but missing"),
    (#"{"name": null}"#, "/name: expected a string, found null"),
    (#"{"name": 1}"#, "/name: expected a string, found a number"),
    (#"{"name": "n", "args": ["a", 7]}"#, "/args/1: expected a string, found a number"),
    (#"{"name": "n", "args": "a"}"#, "/args: expected an array, found a string"),
    (#"{"name": "n", "args": [["a"]]}"#, "/args/0: expected a string, found an array"),
    (
      #"{"name": "n", "labels": {"a/b~c": true}}"#, "/labels/a~1b~0c: expected a string, found true"
    ),
    (#"{"name": "n", "labels": []}"#, "/labels: expected an object, found an array"),
    (#"{"name": "n", "limits": [{}]}"#, "/limits/0/soft: required, but missing"),
    (#"{"name": "n", "limits": {}}"#, "/limits: expected an array, found an object"),
    (
      #"{"name": "n", "limits": [{"soft": 1}, 5]}"#, "/limits/1: expected an object, found a number"
    ),
    (
      #"{"name": "n", "limits": [{"soft": 1}, {"soft": -1}]}"#,
      "/limits/1/soft: -1 is out of range (0 to 18446744073709551615)"
    ),
    (
      #"{"name": "n", "limits": [{"soft": 18446744073709551616}]}"#,
      "/limits/0/soft: 18446744073709551616 is out of range (0 to 18446744073709551615)"
    ),
    (
      #"{"name": "n", "count": 2147483648}"#,
      "/count: 2147483648 is out of range (-2147483648 to 2147483647)"
    ),
    (#"{"name": "n", "count": 1.0}"#, "/count: expected a whole number, found 1.0"),
    (#"{"name": "n", "count": 1e3}"#, "/count: expected a whole number, found 1e3"),
    (#"{"name": "n", "count": "1"}"#, "/count: expected a whole number, found a string"),
    (#"{"name": "n", "on": 1}"#, "/on: expected true or false, found a number"),
    (#"{"name": "n", "ratio": 1e999}"#, "/ratio: 1e999 is out of range"),
    (#"{"name": "n", "ratio": false}"#, "/ratio: expected a number, found false"),
    (
      #"{"name": "n", "byDevice": {"sda": {"soft": {}}}}"#,
      "/byDevice/sda/soft: expected a whole number, found an object"
    ),
  ])
  func errorsTellThePointer(text: String, expected: String) {
    let error = #expect(throws: JSONError.self) { try decode(Sample.self, text) }
    #expect(error?.description == expected)
    #expect(error?.line == nil)
  }

  @Test(arguments: [
    ("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("-0", 0),
  ])
  func limitsOfInt64(text: String, expected: Int64) throws {
    #expect(try decode(Int64.self, text) == expected)
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775809", "-18446744073709551616"])
  func beyondInt64(text: String) {
    #expect(throws: JSONError.self) { try decode(Int64.self, text) }
  }

  @Test func theLastOfDuplicatedKeysCounts() throws {
    let text = #"{"name": 1, "name": "second", "n\u0061me": "third"}"#
    #expect(try decode(Sample.self, text) == Sample(name: "third"))
    #expect(try decode([String: Int].self, #"{"a": 1, "b": 2, "a": 3}"#) == ["a": 3, "b": 2])
    #expect(try decode([String: String].self, #"{"a": "1", "a": "2"}"#) == ["a": "2"])
  }

  @Test func manyKeysAreNotQuadratic() throws {
    let count = 100_000
    let members = (0..<count).map { #""key\#($0)": {"soft": \#($0)}"# }.joined(separator: ",")
    let clock = ContinuousClock()
    var limits: [String: Limits] = [:]
    let time = try clock.measure {
      limits = try decode([String: Limits].self, "{\(members)}")
    }
    #expect(limits.count == count)
    #expect(limits["key99999"] == Limits(soft: 99_999))
    // A scan for every key would take minutes.
    #expect(time < .seconds(20))
  }

  @Test func unknownKeysAreTold() throws {
    let text = #"""
      {"zeroth": {"deep": 1}, "name": "n", "NAME": "m", "limits": [{"soft": 1}, {"soft": 2, "a/b": 3}],
      "labels": {"any": "thing"}, "byDevice": {"sda": {"soft": 1, "extra": []}}, "last": null}
      """#
    var unknown: [UnknownKey] = []
    _ = try decodeJSON(Sample.self, from: Array(text.utf8), unknownKeys: &unknown)
    #expect(
      unknown.map(\.pointer) == [
        "/zeroth", "/NAME", "/limits/1/a~1b", "/byDevice/sda/extra", "/last",
      ])
    _ = try decodeJSON(Sample.self, from: Array(#"{"name": "n"}"#.utf8), unknownKeys: &unknown)
    #expect(unknown.map(\.pointer) == [])
  }

  @Test func aTypesOwnErrorsKeepTheirPlace() {
    struct Picky: Decodable {
      init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        throw DecodingError.dataCorruptedError(
          forKey: .a, in: values, debugDescription: "never good enough")
      }
      enum Key: CodingKey { case a }
    }
    let error = #expect(throws: JSONError.self) {
      try decode([String: [Picky]].self, #"{"x": [{"a": 1}]}"#)
    }
    #expect(error?.reason == "never good enough")
    #expect(error?.pointer.hasPrefix("/x/0") == true)
  }
}
