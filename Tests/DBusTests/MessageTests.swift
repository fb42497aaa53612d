import Testing

@testable import DBus

@Suite struct MessageTests {
  @Test("a message is what the specification says, byte by byte")
  func bytes() {
    var message = Message(calling: "a.b", "Hi", of: "/o", at: "c.d", [.byte(7), .string("x")])
    message.serial = 1
    var expected: [UInt8] = [0x6c, 1, 0, 1, 10, 0, 0, 0, 1, 0, 0, 0, 72, 0, 0, 0]
    expected += [1, 1, 0x6f, 0, 2, 0, 0, 0] + Array("/o".utf8) + [0, 0, 0, 0, 0, 0]
    expected += [2, 1, 0x73, 0, 3, 0, 0, 0] + Array("a.b".utf8) + [0, 0, 0, 0, 0]
    expected += [3, 1, 0x73, 0, 2, 0, 0, 0] + Array("Hi".utf8) + [0, 0, 0, 0, 0, 0]
    expected += [6, 1, 0x73, 0, 3, 0, 0, 0] + Array("c.d".utf8) + [0, 0, 0, 0, 0]
    expected += [8, 1, 0x67, 0, 2] + Array("ys".utf8) + [0]
    expected += [7, 0, 0, 0, 1, 0, 0, 0, 0x78, 0]
    #expect(message.encoded() == expected)
  }

  @Test("every type comes out as it went in")
  func roundTrip() throws {
    let body: [Value] = [
      .byte(1), .bool(true), .int32(-5), .uint32(.max), .int64(-1), .uint64(.max), .string("é"),
      .objectPath("/a/b"), .type("a(sv)"), .array(of: "t", []), .byte(2),
      .array(
        of: "(sv)",
        [
          .structure([.string("Slice"), .variant(.string("a.slice"))]),
          .structure([.string("PIDs"), .variant(.array(of: "u", [.uint32(12)]))]),
        ]),
      .variant(.variant(.structure([.byte(3), .uint64(4)]))),
    ]
    let message = Message(calling: "i.i", "M", of: "/p", at: "d.d", body)
    let bytes = message.encoded()
    #expect(try Message.length(bytes) == bytes.count)
    #expect(try Message(bytes) == message)
  }

  @Test("a message that is cut short, anywhere, is refused or not yet whole")
  func cutShort() throws {
    let bytes = Message(
      calling: "i.i", "M", of: "/p", at: "d.d", [.strings(["a", "bc"]), .variant(.uint64(1))]
    ).encoded()
    for count in 0..<bytes.count {
      let part = Array(bytes[..<count])
      if let length = try Message.length(part) { #expect(length == bytes.count) }
      #expect(throws: DBusError.self) { try Message(part) }
    }
  }

  @Test("lengths and depths that lie are refused")
  func lies() throws {
    var bytes = Message(calling: "i.i", "M", of: "/p", at: "d.d", [.string("abc")]).encoded()
    bytes.replaceSubrange(bytes.count - 8..<bytes.count - 4, with: [0xff, 0xff, 0xff, 0xff])
    #expect(throws: DBusError.malformed("it ends too early")) { try Message(bytes) }

    bytes.replaceSubrange(4..<8, with: [0xff, 0xff, 0xff, 0x7f])
    #expect(throws: DBusError.malformed("it is longer than a message may be")) {
      try Message.length(bytes)
    }
    let deep = String(repeating: "(", count: 100) + "y" + String(repeating: ")", count: 100)
    #expect(throws: DBusError.malformed("a signature in it is none")) {
      var decoder = Decoder([UInt8](repeating: 0, count: 4096))
      _ = try decoder.values(of: deep)
    }
    #expect(throws: DBusError.malformed("it ends too early")) {
      var decoder = Decoder([])
      _ = try decoder.values(of: "v")
    }
  }
}
