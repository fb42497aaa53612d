import Testing

@testable import CRIU

/// Every option of a request, by its number in CRIU's rpc.proto.
@Suite struct RequestTests {
  @Test func aRequestSaysItsKind() {
    #expect(CRIURequest(.version).encoded == [0x08, 10])
    var followed = CRIURequest(.featureCheck)
    followed.isFollowed = true
    followed.feature = .lazyPages
    #expect(followed.encoded == [0x08, 9, 0x20, 1, 0x2a, 2, 0x10, 1])
    var reply = CRIURequest(.notify)
    reply.isDone = true
    #expect(reply.encoded == [0x08, 6, 0x18, 1])
  }

  private static let truths: [(UInt64, @Sendable (inout CRIUOptions) -> Void)] = [
    (3, { $0.leaveRunning = true }), (4, { $0.externalUnixSockets = true }),
    (5, { $0.tcpEstablished = true }), (6, { $0.evasiveDevices = true }),
    (7, { $0.shellJob = true }), (8, { $0.fileLocks = true }), (15, { $0.trackMemory = true }),
    (16, { $0.autoDedup = true }), (18, { $0.linkRemap = true }), (26, { $0.asSibling = true }),
    (46, { $0.tcpSkipInFlight = true }), (48, { $0.lazyPages = true }),
    (50, { $0.orphanTerminals = true }),
  ]

  @Test func switches() {
    for (field, set) in Self.truths {
      #expect(added(set) == [field: [.number(1)]], "\(field)")
    }
  }

  private static let texts: [(UInt64, @Sendable (inout CRIUOptions) -> Void)] = [
    (13, { $0.root = "text" }), (14, { $0.parentImages = "text" }),
    (37, { $0.external = ["text"] }), (44, { $0.freezer = "text" }),
    (51, { $0.configuration = "text" }), (53, { $0.securityLabel = "text" }),
    (63, { $0.mountContext = "text" }),
  ]

  @Test func texts() {
    for (field, set) in Self.texts {
      #expect(added(set) == [field: [.content(Array("text".utf8)[...])]], "\(field)")
    }
  }

  @Test func numbers() {
    #expect(added { $0.pid = 42 } == [2: [.number(42)]])
    #expect(added { $0.workFolder = 5 } == [17: [.number(5)]])
    #expect(added { $0.emptyNamespaces = 0x4000_0000 } == [38: [.number(0x4000_0000)]])
    #expect(added { $0.statusDescriptor = 7 } == [49: [.number(7)]])
  }

  private static let modes: [(CRIUOptions.CgroupMode, UInt64)] = [
    (.ignore, 0), (.soft, 3), (.full, 4), (.strict, 5), (.default, 6),
  ]

  @Test(arguments: modes) func cgroupModes(mode: CRIUOptions.CgroupMode, number: UInt64) {
    #expect(added { $0.cgroupMode = mode } == [24: [.number(1)], 34: [.number(number)]])
  }

  @Test func pairs() {
    let pair = Array("\u{a}\u{1}a\u{12}\u{2}bc".utf8)[...]
    #expect(added { $0.externalMounts = [("a", "bc")] } == [23: [.content(pair)]])
    #expect(added { $0.joined = [("a", "bc")] } == [39: [.content(pair)]])
    let roots = added {
      $0.cgroupMode = .soft
      $0.cgroupRoots = [("a", "bc")]
    }
    #expect(roots[25] == [.content(pair)])
    #expect(added { $0.inherited = [("a", 4)] } == [27: [.content([0x0a, 1, 0x61, 0x10, 4])]])
    #expect(
      added { $0.pageServer = .init(address: "h", port: 27) }
        == [11: [.content([0x0a, 1, 0x68, 0x10, 27])]])
  }

  @Test func whatIsAlwaysSaid() {
    let fields = fields(CRIUOptions(imageFolder: 9, logFile: "dump.log"))
    #expect(
      fields == [
        1: [.number(9)], 9: [.number(4)], 10: [.content(Array("dump.log".utf8)[...])],
        12: [.number(1)],
      ])
  }

  @Test func answersAreRead() throws {
    let notified = try #require(
      CRIUResponse(
        [0x08, 6, 0x10, 1, 0x2a, 16, 0x0a, 12] + Array("post-restore".utf8) + [0x10, 42]))
    #expect(notified.kind == .notify && notified.isSuccess)
    #expect(notified.event == "post-restore" && notified.pid == 42)
    let failed = try #require(CRIUResponse([0x08, 2, 0x10, 0, 0x38, 17]))
    #expect(failed.kind == .restore && !failed.isSuccess && failed.errno == 17)
    let features = try #require(CRIUResponse([0x08, 9, 0x10, 1, 0x42, 4, 0x08, 1, 0x10, 0]))
    #expect(features.features == [.memoryTracking])
    #expect(CRIUResponse([]) == nil)
    #expect(CRIUResponse([0x10, 1]) == nil)
  }

  @Test(arguments: [
    ([0x08, 3, 0x10, 17, 0x20, 1], "3.17.1"), ([0x08, 4, 0x10, 2], "4.2"),
    ([0x08, 3, 0x10, 17, 0x1a, 1, 0x61], "3.18"),
  ])
  func versions(bytes: [UInt8], words: String) throws {
    let answer = [0x08, 10, 0x10, 1, 0x52, UInt8(bytes.count)] + bytes
    let version = try #require(CRIUResponse(answer)?.version)
    #expect(version.description == words)
    #expect(version > CRIUVersion(3, 0) && version < CRIUVersion(5, 0))
  }

  /// The fields that are there because of what `set` sets.
  private func added(_ set: (inout CRIUOptions) -> Void) -> [UInt64: [ProtobufReader.Value]] {
    var options = CRIUOptions(imageFolder: 9, logFile: "dump.log")
    let before = fields(options)
    set(&options)
    return fields(options).filter { before[$0.key] != $0.value }
  }

  private func fields(_ options: CRIUOptions) -> [UInt64: [ProtobufReader.Value]] {
    var message = ProtobufWriter()
    options.write(to: &message)
    var reader = ProtobufReader(message.bytes)
    var found: [UInt64: [ProtobufReader.Value]] = [:]
    while let (field, value) = reader.next() { found[field, default: []].append(value) }
    return found
  }
}
