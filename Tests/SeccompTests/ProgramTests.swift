import CSeccomp
import Glibc
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// What is made of profiles, judged without the kernel.
@Suite struct ProgramTests {
  static let enosys = SeccompAction.errno.rawValue | 38
  static let eperm = SeccompAction.errno.rawValue | 1
  static let allow = SeccompAction.allow.rawValue

  func compile(_ profile: Profile, _ runnable: [SeccompABI] = [.x86_64, .x32, .x86]) throws
    -> SeccompProgram
  {
    try #require(try SeccompProgram.compile(profile, for: runnable))
  }

  func onX86_64(_ profile: Profile, _ number: UInt32, _ arguments: UInt64...) throws -> UInt32? {
    let padded = arguments + Array(repeating: 0, count: 6 - arguments.count)
    return answer(
      try compile(profile).instructions,
      to: CallSeen(
        architecture: SeccompABI.x86_64.auditArchitecture, number: number, arguments: padded))
  }

  @Test func noDefaultAndNoRulesMeansNoFilter() throws {
    #expect(try SeccompProgram.compile(Profile(defaultAction: "")) == nil)
    #expect(try SeccompProgram.compile(Profile(defaultAction: "SCMP_ACT_ALLOW")) != nil)
  }

  @Test func actionsAreTheKernelsWords() throws {
    let words: [(String, UInt?, UInt32)] = [
      ("SCMP_ACT_ALLOW", nil, 0x7fff_0000), ("SCMP_ACT_ERRNO", nil, 0x5_0001),
      ("SCMP_ACT_ERRNO", 110, 0x5_006e), ("SCMP_ACT_KILL", nil, 0),
      ("SCMP_ACT_KILL_THREAD", nil, 0),
      ("SCMP_ACT_KILL_PROCESS", nil, 0x8000_0000), ("SCMP_ACT_LOG", nil, 0x7ffc_0000),
      ("SCMP_ACT_TRACE", 7, 0x7ff0_0007), ("SCMP_ACT_TRACE", nil, 0x7ff0_0001),
      ("SCMP_ACT_TRAP", nil, 0x3_0000),
    ]
    for (name, errno, word) in words {
      let profile = Profile(
        defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 99,
        syscalls: [rule("getpid", action: name, errno: errno)])
      #expect(try onX86_64(profile, 39) == word)
      #expect(try onX86_64(profile, 38) == 0x5_0063)
    }
  }

  @Test func conditionsOnOneArgumentAreAlternatives() throws {
    let profile = Profile(
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        rule("getpid", args: [argument(0, "EQ", 1), argument(1, "EQ", 9), argument(0, "EQ", 2)])
      ])
    #expect(try onX86_64(profile, 39, 1, 0) == Self.eperm)
    #expect(try onX86_64(profile, 39, 2, 0) == Self.eperm)
    #expect(try onX86_64(profile, 39, 3, 9) == Self.eperm)
    #expect(try onX86_64(profile, 39, 3, 0) == Self.allow)
  }

  @Test func conditionsOnSeveralArgumentsMustAllHold() throws {
    let profile = Profile(
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [rule("getpid", args: [argument(2, "GT", 5), argument(0, "EQ", 1)])])
    #expect(try onX86_64(profile, 39, 1, 0, 6) == Self.eperm)
    #expect(try onX86_64(profile, 39, 1, 0, 5) == Self.allow)
    #expect(try onX86_64(profile, 39, 2, 0, 6) == Self.allow)
  }

  /// Every comparison, across the border between the halves of an argument.
  @Test(arguments: ["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"], [0, 1, 2] as [UInt])
  func comparisonsAreOf64Bits(op: String, index: UInt) throws {
    let values: [UInt64] = [
      0, 1, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 0x2_0000_0000, 0xffff_ffff_0000_0000, .max,
    ]
    for value in values {
      let mask: UInt64 = 0xff_0000_00ff
      let profile = Profile(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          rule(
            "getpid",
            args: [
              op == "MASKED_EQ" ? argument(index, op, mask, value) : argument(index, op, value)
            ])
        ])
      let program = try compile(profile).instructions
      for seen in values {
        let holds =
          switch op {
          case "EQ": seen == value
          case "NE": seen != value
          case "LT": seen < value
          case "LE": seen <= value
          case "GT": seen > value
          case "GE": seen >= value
          default: seen & mask == value & mask
          }
        var call = CallSeen(architecture: SeccompABI.x86_64.auditArchitecture, number: 39)
        call.arguments[Int(index)] = seen
        #expect(
          answer(program, to: call) == (holds ? Self.eperm : Self.allow), "\(seen) \(op) \(value)")
      }
    }
  }

  /// A filter for 32-bit arguments neither sees nor wants the rest.
  @Test(arguments: ["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"])
  func comparisonsAreOf32BitsOnSomeABIs(op: String) throws {
    let values: [UInt64] = [0, 1, 0x8000_0000, 0xffff_ffff, 0x1_0000_0001, .max]
    for value in values {
      let mask: UInt64 = 0xff_8000_0001
      let profile = Profile(
        defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        syscalls: [
          rule(
            "mount",
            args: [op == "MASKED_EQ" ? argument(4, op, mask, value) : argument(4, op, value)])
        ])
      let program = try compile(profile).instructions
      for seen in values {
        let (a, b) = (seen & 0xffff_ffff, value & 0xffff_ffff)
        let holds =
          switch op {
          case "EQ": a == b
          case "NE": a != b
          case "LT": a < b
          case "LE": a <= b
          case "GT": a > b
          case "GE": a >= b
          default: a & 0x8000_0001 == b & 0x8000_0001
          }
        for (abi, number) in [(SeccompABI.x86, 21), (.x32, 165 | SeccompABI.x32Bit)] {
          let call = CallSeen(
            architecture: abi.auditArchitecture, number: number, arguments: [0, 0, 0, 0, seen, 0])
          #expect(
            answer(program, to: call) == (holds ? Self.eperm : Self.allow),
            "\(abi.name) \(seen) \(op) \(value)")
        }
      }
    }
  }

  /// Nothing of a mask is left here, so the condition always holds.
  @Test func aMaskOfUpperBitsIsNoConditionOn32Bits() throws {
    let profile = Profile(
      defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86"],
      syscalls: [rule("mount", args: [argument(0, "MASKED_EQ", 1 << 32, 1 << 32)])])
    let call = CallSeen(architecture: SeccompABI.x86.auditArchitecture, number: 21)
    #expect(answer(try compile(profile).instructions, to: call) == Self.eperm)
    #expect(try onX86_64(profile, 165, 0) == Self.allow)
    #expect(try onX86_64(profile, 165, 1 << 32) == Self.eperm)
  }

  @Test func aRuleWithoutConditionsBeatsThoseWithThem() throws {
    let narrow = rule("getpid", errno: 5, args: [argument(0, "EQ", 1)])
    let wide = rule("getpid", errno: 6)
    let later = rule("getpid", errno: 7)
    for rules in [[narrow, wide, later], [wide, narrow, later], [wide, later, narrow]] {
      let profile = Profile(defaultAction: "SCMP_ACT_ALLOW", syscalls: rules)
      #expect(try onX86_64(profile, 39, 1) == 0x5_0006)
      #expect(try onX86_64(profile, 39, 2) == 0x5_0006)
    }
  }

  @Test func unknownNamesAndNeedlessRulesArePassedOver() throws {
    let profile = Profile(
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        rule("no_such_call"), rule("getpid", action: "SCMP_ACT_ALLOW"), rule("getpid", errno: 5),
      ])
    #expect(try onX86_64(profile, 39) == 0x5_0005)
    #expect(try onX86_64(profile, 40) == Self.allow)
  }

  @Test func callsNewerThanTheProfileDoNotExist() throws {
    var profile = Profile(
      defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
      syscalls: [rule("read", "clone3", "set_tls", action: "SCMP_ACT_ALLOW")])
    func seen(
      _ abi: SeccompABI, _ number: UInt32, _ runnable: [SeccompABI] = [.x86_64, .x32, .x86]
    )
      throws -> UInt32?
    {
      answer(
        try compile(profile, runnable).instructions,
        to: CallSeen(architecture: abi.auditArchitecture, number: number))
    }
    for number: UInt32 in [436, 9999, 0x3fff_ffff] {
      #expect(try seen(.x86_64, number) == Self.enosys)
      #expect(try seen(.x86, number) == Self.enosys)
      #expect(try seen(.x32, number | SeccompABI.x32Bit) == Self.enosys)
    }
    #expect(try seen(.x86_64, 434) == Self.eperm)
    #expect(try seen(.x86_64, 435) == Self.allow)
    #expect(try seen(.x32, 434 | SeccompABI.x32Bit) == Self.eperm)
    // ARM's own calls are far above the ordinary ones, and not new.
    profile.architectures = ["SCMP_ARCH_ARM"]
    #expect(try seen(.arm, 436, [.aarch64, .arm]) == Self.enosys)
    #expect(try seen(.arm, 0xf0005, [.aarch64, .arm]) == Self.allow)
    #expect(try seen(.arm, 0xf0002, [.aarch64, .arm]) == Self.eperm)

    profile.defaultAction = "SCMP_ACT_KILL_PROCESS"
    #expect(try onX86_64(profile, 9999) == Self.enosys)
    for action in ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"] {
      profile.defaultAction = action
      #expect(try onX86_64(profile, 9999) == (try onX86_64(profile, 434)))
    }
    profile.defaultAction = "SCMP_ACT_ERRNO"
    profile.syscalls?[0].action = "SCMP_ACT_ERRNO"
    #expect(try onX86_64(profile, 9999) == Self.enosys, "a needless rule names calls too")
    profile.syscalls = []
    #expect(try onX86_64(profile, 9999) == Self.eperm)
  }

  @Test func callsOfOtherArchitecturesKill() throws {
    let profile = Profile(defaultAction: "SCMP_ACT_ALLOW")
    let program = try compile(profile).instructions
    for abi in [SeccompABI.x86, .arm, .aarch64] {
      #expect(answer(program, to: CallSeen(architecture: abi.auditArchitecture, number: 0)) == 0)
    }
    #expect(try onX86_64(profile, SeccompABI.x32Bit) == 0)
    #expect(try onX86_64(profile, .max) == Self.allow, "what a tracer skips")
  }

  @Test func callsBehindSocketcallAndIPCAreReached() throws {
    let profile = Profile(
      defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86"],
      syscalls: [rule("sendto", errno: 5), rule("shmat", errno: 6), rule("accept", errno: 7)])
    let program = try compile(profile).instructions
    func seen(_ number: UInt32, _ first: UInt64) -> UInt32? {
      answer(
        program,
        to: CallSeen(
          architecture: SeccompABI.x86.auditArchitecture, number: number,
          arguments: [first, 0, 0, 0, 0, 0]))
    }
    #expect(seen(102, 11) == 0x5_0005)
    #expect(seen(102, 12) == Self.allow)
    #expect(seen(369, 0) == 0x5_0005)
    #expect(seen(117, 21) == 0x5_0006)
    #expect(seen(397, 0) == 0x5_0006)
    #expect(seen(102, 5) == 0x5_0007)
  }

  @Test func theNumbersOfCallsBehindSocketcallAreLibseccomps() throws {
    for number: UInt32 in 330...410 {
      guard let name = seccomp_syscall_resolve_num_arch(SeccompABI.x86.token, Int32(number)) else {
        continue
      }
      defer { free(name) }
      #expect(SeccompABI.x86.call(named: String(cString: name))?.direct == number)
    }
  }

  @Test func flagsAreAsInRunc() throws {
    func flags(_ names: [String]?) throws -> UInt32 {
      try compile(Profile(defaultAction: "SCMP_ACT_ALLOW", flags: names)).flags
    }
    #expect(try flags(nil) == 4)
    #expect(try flags([]) == 0)
    #expect(try flags(["SECCOMP_FILTER_FLAG_TSYNC"]) == 0)
    #expect(try flags(["SECCOMP_FILTER_FLAG_LOG"]) == 2)
    #expect(
      try flags(["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]) == 6)
  }

  @Test func jumpsReachAcrossManyRules() throws {
    let conditions = (UInt64(0)..<200).map { argument(UInt($0 % 6), "EQ", $0 << 32 | $0) }
    let profile = Profile(
      defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule("read", "getpid", args: conditions)])
    let program = try compile(profile).instructions
    #expect(program.count > 1000)
    for value in UInt64(0)..<210 {
      var call = CallSeen(architecture: SeccompABI.x86_64.auditArchitecture, number: 39)
      call.arguments = [UInt64](repeating: .max, count: 6)
      call.arguments[Int(value % 6)] = value << 32 | value
      #expect(answer(program, to: call) == (value < 200 ? Self.eperm : Self.allow))
      call.number = 40
      #expect(answer(program, to: call) == Self.allow)
    }
  }

  @Test(arguments: [
    (Profile(defaultAction: "SCMP_ACT_MAYBE"), "/defaultAction"),
    (Profile(defaultAction: "", syscalls: [rule("read")]), "/defaultAction"),
    (
      Profile(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [rule("read"), rule("read", args: [argument(0, "EQ", 1), argument(6, "EQ", 1)])]),
      "/syscalls/1/args/1/index"
    ),
    (
      Profile(
        defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule("read", args: [argument(0, "XX", 1)])]),
      "/syscalls/0/args/0/op"
    ),
    (
      Profile(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          rule("read", args: [argument(0, "EQ", 1)]),
          rule("read", errno: 5, args: [argument(0, "EQ", 1)]),
        ]), "/syscalls/1"
    ),
    (
      Profile(
        defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_VAX"]),
      "/architectures/1"
    ),
    (
      Profile(defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_MIPS"]),
      "/architectures/0"
    ),
    (Profile(defaultAction: "SCMP_ACT_ALLOW", architectures: ["x86"]), "/architectures/0"),
    (
      Profile(
        defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]),
      "/flags/0"
    ),
    (Profile(defaultAction: "SCMP_ACT_ALLOW", flags: ["LOG"]), "/flags/0"),
    (
      Profile(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          rule(
            "read", "close", "getpid", args: (0..<500).map { argument(0, "EQ", 1 << 40 | $0) })
        ]), ""
    ),
  ]) func whatIsWrongIsNamed(profile: Profile, pointer: String) {
    #expect {
      try SeccompProgram.compile(profile, for: [.x86_64, .x32, .x86])
    } throws: { error in
      (error as? SeccompError)?.pointer == "/linux/seccomp" + pointer
    }
  }

  @Test func littleEndianStrangersAreAccepted() throws {
    let names = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_PPC64LE"]
    let plain = try compile(Profile(defaultAction: "SCMP_ACT_ALLOW"))
    #expect(
      try compile(Profile(defaultAction: "SCMP_ACT_ALLOW", architectures: names)) == plain)
  }
}
