import Testing

@testable import CRIU

/// The bytes of protobuf.dev, Encoding, and what `protoc` makes of CRIU's rpc.proto.
@Suite struct ProtobufTests {
  private func written(_ fill: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var message = ProtobufWriter()
    fill(&message)
    return message.bytes
  }

  @Test func numbersAreSevenBitsToAByte() {
    #expect(written { $0.add(1, Int32(150)) } == [0x08, 0x96, 0x01])
    #expect(written { $0.add(1, Int32(0)) } == [0x08, 0x00])
    #expect(written { $0.add(38, UInt32(0x4000_0000)) } == [0xb0, 2, 0x80, 0x80, 0x80, 0x80, 4])
    #expect(
      written { $0.add(1, Int32(-1)) }
        == [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])
  }

  @Test func textsAreBytesAfterTheirCount() {
    #expect(written { $0.add(2, "testing") } == [0x12, 7] + Array("testing".utf8))
    #expect(written { $0.add(2, "é") } == [0x12, 2, 0xc3, 0xa9])
    #expect(written { $0.add(1, String(repeating: "a", count: 300)) }.prefix(3) == [0x0a, 0xac, 2])
  }

  @Test func messagesAreNested() {
    #expect(written { $0.add(3) { $0.add(1, Int32(150)) } } == [0x1a, 3, 0x08, 0x96, 0x01])
  }

  @Test func whatIsNotSaidIsNotSent() {
    #expect(written { $0.add(1, nil as Int32?) } == [])
    #expect(written { $0.add(1, nil as String?) } == [])
    #expect(written { $0.add(1, nil as Bool?) } == [])
    #expect(written { $0.add(3, false) } == [0x18, 0])
  }

  @Test func fieldsAreReadInOrder() {
    var reader = ProtobufReader(
      [0x08, 0x96, 0x01, 0x12, 1, 0x61, 0x1d, 1, 2, 3, 4, 0x18, 1] as [UInt8])
    #expect(reader.next()?.value == .number(150))
    #expect(reader.next()?.value.text == "a")
    let fixed = reader.next()
    #expect(fixed?.field == 3 && fixed?.value.bytes == [1, 2, 3, 4])
    #expect(reader.next()?.value.isTrue == true)
    #expect(reader.next() == nil)
  }

  @Test(arguments: [
    [0x08], [0x08, 0x80], [0x12, 5, 1],
    [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    [0x0b], [0x09, 1], [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  ])
  func whatIsCutShortEndsThere(bytes: [UInt8]) {
    var reader = ProtobufReader(bytes)
    #expect(reader.next() == nil)
  }
}
