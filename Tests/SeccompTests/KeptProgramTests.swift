import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// Compiled profiles as they are kept in files.
struct KeptProgramTests {
  let profile = usualProfile(architectures: ["SCMP_ARCH_X86"], errno: 1)

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digest = bytes.withUnsafeBytes { ContentDigest(of: $0) }
    return (0..<32).map { index in
      let byte = digest.words[index / 8] >> (8 * (index % 8)) & 0xff
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// Against b2sum, for every count of bytes that a block may have.
  @Test func theDigestIsBLAKE2b() throws {
    #expect(
      hexadecimal(Array("abc".utf8))
        == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
    #expect(
      hexadecimal([]) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8")
    // $ for n in …; do printf %${n}s | tr ' ' a | b2sum -l 256; done
    let expected = [
      1: "8928aae63c84d87ea098564d1e03ad813f107add474e56aedd286349c0c03ea4",
      127: "59e2f1aba240f20aa591016f5ef429990bc9c2131dcd0d30f0ffd75ed18f317d",
      128: "ae2aa48507885c4c950fb809b2076f959cde9f8ea6da260d9a3587df33dac450",
      129: "2f64744a6de0d2c0b56e64cf6e29a5aaa255010d415d51c75ccc82f73dccd865",
      256: "eae4d3a7627549b383179dc18049964f91a6fed14c9f3fb26705eda3eeda5558",
      257: "496943de3c8b1458635ee30c15bb26cede6957abdd28f0a860cdaf967116c747",
      8000: "cc13684db709a2bea3be4c94cdea8e0a755ee8fa4c2c1d04efe36f9de8230de2",
    ]
    for (count, digest) in expected {
      #expect(hexadecimal(Array(repeating: UInt8(ascii: "a"), count: count)) == digest, "\(count)")
    }
  }

  /// When this fails, profiles come to other programs than before: raise `SeccompKey.generation`,
  /// so that no program of an older apus is loaded, and then change the digest here.
  @Test func theGenerationIsThatOfTheCompiler() throws {
    var bytes: [UInt8] = []
    var random = RandomProfiles(state: 7)
    let profiles = [profile] + (0..<50).map { _ in random.profile([.x86_64, .x32, .x86]) }
    for profile in profiles {
      let program = try #require(
        try SeccompProgram.compile(profile, for: [.x86_64, .x32, .x86]))
      program.instructions.withUnsafeBytes { bytes += Array($0) }
    }
    #expect(SeccompKey.generation == 1)
    #expect(
      hexadecimal(bytes) == "9a5b62e9374c686e015f3430c5cf65a0f2685e4b8aa07eaf13bb11d66b37e942")
  }

  @Test func whatComesBackIsWhatWasKept() throws {
    let key = try #require(SeccompKey(profile))
    let program = try #require(try SeccompProgram.compile(profile))
    let entry = SeccompEntry(key, program)
    #expect(SeccompEntry(entry.bytes) == entry)
  }

  /// Every change of a profile that can change its program makes another key.
  @Test func anyChangeIsAnotherKey() throws {
    let changes: [(inout Profile) -> Void] = [
      { $0.defaultAction = "SCMP_ACT_LOG" }, { $0.defaultErrnoRet = nil },
      { $0.defaultErrnoRet = 0 }, { $0.architectures = nil }, { $0.architectures = [] },
      { $0.architectures?.append("SCMP_ARCH_X32") }, { $0.flags = [] },
      { $0.flags = ["SECCOMP_FILTER_FLAG_LOG"] }, { $0.syscalls?.removeLast() },
      { $0.syscalls?[0].names.removeLast() }, { $0.syscalls?[0].names[0] += "4" },
      { $0.syscalls?[0].names.swapAt(0, 1) }, { $0.syscalls?[0].action = "SCMP_ACT_LOG" },
      { $0.syscalls?[0].errnoRet = 1 }, { $0.syscalls?[1].args = nil },
      { $0.syscalls?[1].args?[0].index = 1 }, { $0.syscalls?[1].args?[0].value = 39 },
      { $0.syscalls?[1].args?[0].valueTwo = 0 }, { $0.syscalls?[1].args?[0].op = "SCMP_CMP_LE" },
      {
        // The same letters, with another border between two names.
        let names = $0.syscalls?[0].names ?? []
        $0.syscalls?[0].names[0] = names[0] + String(names[1].prefix(1))
        $0.syscalls?[0].names[1] = String(names[1].dropFirst())
      },
    ]
    var keys = [try #require(SeccompKey(profile))]
    for change in changes {
      var changed = profile
      change(&changed)
      let key = try #require(SeccompKey(changed))
      #expect(!keys.contains(key), "change \(keys.count)")
      keys.append(key)
    }
    let rules = profile.syscalls ?? []
    #expect(
      SeccompKey(profile, rules, libseccomp: "1.2.3")
        != SeccompKey(profile, rules, libseccomp: "1.2.4"))
  }

  @Test func whoListensIsNoPartOfTheKey() {
    var other = profile
    other.listenerPath = "/run/listener"
    other.listenerMetadata = "x"
    #expect(SeccompKey(other) == SeccompKey(profile))
  }

  @Test func aShortProfileIsNotKept() {
    #expect(SeccompKey(Profile(defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule("kill")])) == nil)
  }

  @Test func aPlaceIsOneOfTheFew() throws {
    for number in 0..<500 {
      var other = profile
      other.defaultErrnoRet = UInt(number)
      let (first, second) = try #require(SeccompKey(other)).places
      #expect((0..<SeccompKey.places).contains(first) && (0..<SeccompKey.places).contains(second))
      #expect(first != second)
    }
  }

  @Test func anyDamageIsNoticed() throws {
    let key = try #require(SeccompKey(profile))
    let program = try #require(try SeccompProgram.compile(profile))
    let entry = SeccompEntry(key, program).bytes
    #expect(entry.count <= SeccompEntry.maximumSize)
    for bit in stride(from: 0, to: 8 * entry.count, by: 53) {
      var damaged = entry
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try #require(SeccompEntry(damaged) == nil, "bit \(bit)")
    }
    for count in Array(0..<entry.count).filter({ $0 % 8 == 0 || $0 < 100 }) {
      try #require(SeccompEntry(Array(entry.prefix(count))) == nil, "\(count) bytes")
    }
    #expect(SeccompEntry(entry + Array(repeating: 0, count: 8)) == nil)
  }

  /// Whole by its digest, and nothing that the compiler writes.
  @Test(
    arguments: [
      [], [(0x20, 0, 0, 4)], [(0x05, 0, 0, 1), (0x06, 0, 0, 0)],
      [(0x15, 1, 0, 0), (0x06, 0, 0, 0)], [(0x15, 0, 1, 0), (0x06, 0, 0, 0)],
      [(0x20, 0, 0, 2), (0x06, 0, 0, 0)], [(0x20, 0, 0, 64), (0x06, 0, 0, 0)],
      [(0x28, 0, 0, 4), (0x06, 0, 0, 0)], [(0x05, 0, 0, .max), (0x06, 0, 0, 0)],
    ] as [[(UInt16, UInt8, UInt8, UInt32)]])
  func whatIsNoProgramIsNotBelieved(_ instructions: [(UInt16, UInt8, UInt8, UInt32)]) throws {
    let key = try #require(SeccompKey(profile))
    let program = SeccompProgram(
      instructions: instructions.map {
        FilterInstruction($0.0, then: $0.1, otherwise: $0.2, $0.3)
      }, flags: 0)
    #expect(SeccompEntry(SeccompEntry(key, program).bytes) == nil)
  }
}
