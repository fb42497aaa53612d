import ContainerPlan
import Testing

/// What the container's process tells the runtime, on its way.
struct MessageTests {
  @Test(arguments: [0, 1, 255, 256, 70_000, .max, -1, .min] as [Int32])
  func numbers(_ number: Int32) {
    let bytes = Message.entered.bytes(number)
    #expect(bytes.count == 5)
    #expect(bytes[0] == 5)
    #expect(Message.number(in: bytes) == number)
    #expect(Message.number(in: bytes.dropLast()) == nil)
  }

  @Test func kindsHaveTheirOwnBytes() {
    let kinds: [Message] = [
      .reached, .failed, .atGate, .terminal, .entered, .executing, .source, .listener,
    ]
    #expect(kinds.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test(arguments: ["", "open /a: no such file or directory (ENOENT)", "öffne „ß“: 無 🐦"])
  func failures(_ reason: String) throws {
    let failure = StepFailure(step: 41, reason: reason)
    #expect(failure.encoded.first == Message.failed.rawValue)
    #expect(StepFailure(failure.encoded) == failure)
  }

  @Test func aFailureThatIsCutShort() {
    #expect(StepFailure([]) == nil)
    #expect(StepFailure(StepFailure(step: 1, reason: "x").encoded.dropLast(2)) == nil)
  }

  @Test(arguments: ["a", "ß", "🐦"])
  func aLongReasonFitsInAPacket(_ letter: Character) throws {
    let failure = StepFailure(step: 2, reason: "x" + String(repeating: letter, count: 10_000))
    #expect(failure.encoded.count <= 8192)  // what PacketSocket receives
    let received = try #require(StepFailure(failure.encoded))
    #expect(received.step == 2)
    #expect(received.reason.count > 1000)
    // Whole letters, without a mark of a broken one.
    #expect(failure.reason.hasPrefix(received.reason))
  }
}
