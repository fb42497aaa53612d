import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// Filters compiled here answer to every call as those do that libseccomp generates.
@Suite struct EquivalenceTests {
  static let processors: [[SeccompABI]] = [
    [.x86_64, .x32, .x86], [.aarch64, .arm],
  ]

  /// Calls of every kind that a processor can make, and some that it can't.
  static func calls(_ runnable: [SeccompABI], _ arguments: [[UInt64]]) -> [CallSeen] {
    var calls: [CallSeen] = []
    let ordinary =
      Array(UInt32(0)...480) + [9999, 0xf0000, 0xf0005, 0x3fff_ffff, 0xffff_fffe, .max]
    for abi in runnable + [.arm] {
      for number in ordinary {
        for arguments in arguments {
          let number = abi == .x32 ? number | SeccompABI.x32Bit : number
          calls.append(
            CallSeen(
              architecture: abi.auditArchitecture, number: number, arguments: arguments))
        }
      }
    }
    return calls
  }

  @Test(arguments: processors) func aUsualProfileIsTheSame(runnable: [SeccompABI]) throws {
    let plain: [UInt64] = [0, 0, 0, 0, 0, 0]
    var arguments = [plain]
    for first: UInt64 in [1, 2, 37, 38, 39, 40, 41, 0x7e02_0000, 0x0200_0000, 0xffff_ffff, .max] {
      arguments.append([first, 0, 0, 0, 0, 0])
    }
    for listed in [runnable.map(\.name), [], [runnable[1].name]] {
      let profile = usualProfile(architectures: listed, errno: 38)
      let ours = try #require(try SeccompProgram.compile(profile, for: runnable)).instructions
      let theirs = try generatedByLibseccomp(profile, for: runnable)
      #expect(ours.count < theirs.count)
      for call in Self.calls(runnable, arguments) {
        try #require(answer(ours, to: call) != nil)
        try #require(answer(ours, to: call) == answer(theirs, to: call), "\(call)")
      }
    }
  }

  @Test(arguments: processors) func profilesAtRandomAreTheSame(runnable: [SeccompABI]) throws {
    var random = RandomProfiles(state: 1)
    for round in 0..<300 {
      let profile = random.profile(runnable)
      let ours = try #require(try SeccompProgram.compile(profile, for: runnable)).instructions
      let theirs = try generatedByLibseccomp(profile, for: runnable)
      for _ in 0..<2 {
        var arguments: [UInt64] = []
        for _ in 0..<6 {
          arguments.append(random.pick(RandomProfiles.values) &+ UInt64(random.next(below: 2)))
        }
        for call in Self.calls(runnable, [arguments]) {
          try #require(answer(ours, to: call) != nil)
          try #require(
            answer(ours, to: call) == answer(theirs, to: call), "\(round) \(call) \(profile)")
        }
      }
    }
  }

  /// Several rules on one argument, with an action each.
  @Test(arguments: [
    [("EQ", 5), ("GT", 3), ("GT", 100), ("LT", 2)], [("GE", 10), ("EQ", 20), ("GE", 30)],
    [("LE", 10), ("LT", 5), ("EQ", 7)], [("EQ", 1), ("EQ", 2), ("EQ", 3)],
  ]) func theMoreSpecificRuleWins(conditions: [(String, UInt64)]) throws {
    // 32-bit: libseccomp generates wrong filters for several comparisons of 64 bits.
    let rules = conditions.enumerated().map { index, condition in
      rule("personality", errno: UInt(index) + 10, args: [argument(0, condition.0, condition.1)])
    }
    for rules in [rules, rules.reversed()] {
      let profile = Profile(
        defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86"], syscalls: rules)
      let runnable = Self.processors[0]
      let ours = try #require(try SeccompProgram.compile(profile, for: runnable)).instructions
      let theirs = try generatedByLibseccomp(profile, for: runnable)
      for value: UInt64 in 0...120 {
        let call = CallSeen(
          architecture: SeccompABI.x86.auditArchitecture, number: 136,
          arguments: [value, 0, 0, 0, 0, 0])
        #expect(answer(ours, to: call) == answer(theirs, to: call), "\(value)")
      }
    }
  }
}
