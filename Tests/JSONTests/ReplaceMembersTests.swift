import JSON
import Testing

/// Members of an object in a text are replaced, and all else stays as it is.
@Suite struct ReplaceMembersTests {
  private func replaced(_ text: String, _ names: [String], _ members: String) throws(JSONError)
    -> String
  {
    let bytes = try replaceMembers(
      of: ["a", "b"], in: Array(text.utf8), named: names, with: Array(members.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    arguments: [
      (#"{"a":{"b":{}}}"#, [], "{}", #"{"a":{"b":{}}}"#),
      (#"{"a":{"b":{}}}"#, ["x"], #"{"x":1}"#, #"{"a":{"b":{"x":1}}}"#),
      (#"{"a":{"b":{"x":2,"y":"s"}}}"#, ["x"], #"{"x":1}"#, #"{"a":{"b":{"y":"s","x":1}}}"#),
      (#"{"a":{"b":{"x":2,"y":[{}, 3]}}}"#, ["x"], "{}", #"{"a":{"b":{"y":[{}, 3]}}}"#),
      (
        #"{ "z" : "\u00e4", "a": {"c": 1.50, "b": {"q\"": null}, "d": "}"}, "e": [1, 2] }"#, ["x"],
        #"{"x":{"n":"t"}}"#,
        #"{ "z" : "\u00e4", "a": {"c": 1.50, "b": {"q\"": null,"x":{"n":"t"}}, "d": "}"}, "e": [1, 2] }"#
      ),
    ] as [(String, [String], String, String)])
  func all(_ text: String, _ names: [String], _ members: String, _ expected: String) throws {
    #expect(try replaced(text, names, members) == expected)
  }

  @Test func whereThereIsNoSuchObject() {
    #expect(throws: JSONError(pointer: "/a/b", reason: "required, but missing")) {
      try replaced(#"{"a":{}}"#, [], "{}")
    }
    #expect(throws: JSONError.self) { try replaced(#"{"a":{"b":1}}"#, [], "{}") }
    #expect(throws: JSONError.self) { try replaced("[]", [], "{}") }
  }
}
