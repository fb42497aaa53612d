import Testing

@testable import DBus

@Suite struct VariantTests {
  @Test(
    "a value is read as GLib reads it",
    arguments: [
      ("'text'", Value.string("text")), ("\"it's\"", .string("it's")),
      (#"'a\'b\n'"#, .string("a'b\n")), ("true", .bool(true)), (" -5 ", .int32(-5)),
      ("0x1f", .int32(31)), ("uint32 5", .uint32(5)),
      ("uint64 18446744073709551615", .uint64(.max)), ("byte 0xff", .byte(255)),
      ("int64 -1", .int64(-1)), ("objectpath '/a'", .objectPath("/a")),
      ("['a', 'b']", .strings(["a", "b"])), ("@as []", .strings([])), ("@t 7", .uint64(7)),
      ("[uint32 1, 2]", .array(of: "u", [.uint32(1), .uint32(2)])),
    ])
  func value(_ text: String, _ expected: Value) { #expect(parseVariant(text) == expected) }

  @Test(
    "what is no value is none",
    arguments: [
      "", " ", "text", "'text", "5 6", "['a' 'b']", "[]", "['a', 5]", "uint32 -1", "byte 256",
      "2147483648", "uint32 'a'", "@s 5", "'a\0b'", "[", "['a'", "@", "true'", "0x",
    ])
  func noValue(_ text: String) { #expect(parseVariant(text) == nil) }
}
