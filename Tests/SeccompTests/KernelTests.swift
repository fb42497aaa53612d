import Glibc
import LinuxKernel
import OCISpec
import Testing

/// Filters loaded into the kernel, and calls made under them.
@Suite struct KernelTests {
  /// Runs the probe under a profile and returns how it ended, and its lines.
  func probe(_ profile: String, _ calls: String...) throws -> (status: Int32, lines: [String]) {
    let own = try #require(realpath("/proc/self/exe", nil))
    defer { free(own) }
    let folder = String(cString: own).split(separator: "/").dropLast().joined(separator: "/")
    let command =
      "ulimit -c 0; /\(folder)/SeccompProbe '\(profile)' \(calls.joined(separator: " ")) 2>&1"
    let pipe = try #require(popen("(\(command)); echo status=$?", "r"))
    defer { pclose(pipe) }
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    var lines = text.split(separator: "\n").map(String.init)
    let status = try #require(lines.popLast()?.split(separator: "=").last.flatMap { Int32($0) })
    lines.removeAll { $0.hasPrefix("Bad system call") }  // the shell's words
    return (status, lines)
  }

  /// A profile that allows all but getpgid.
  func denying(_ rest: String, names: String = "getpgid") -> String {
    #"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["\#(names)"], \#(rest)}]}"#
  }

  #if arch(x86_64)
    static let getpgid = "121"
    static let x86 = true
  #else
    static let getpgid = "155"
    static let x86 = false
  #endif

  @Test func errnos() throws {
    let call = "\(Self.getpgid),-1"  // ESRCH when it gets through
    #expect(try probe(denying(#""action": "SCMP_ACT_ERRNO""#), call) == (0, ["EPERM"]))
    #expect(
      try probe(denying(#""action": "SCMP_ACT_ERRNO", "errnoRet": 110"#), call)
        == (0, ["ETIMEDOUT"]))
    #expect(try probe(denying(#""action": "SCMP_ACT_LOG""#), call) == (0, ["ESRCH"]))
    #expect(
      try probe(denying(#""action": "SCMP_ACT_ERRNO""#, names: "no_such"), call) == (0, ["ESRCH"]))
    // Without a tracer the kernel has no such call.
    #expect(try probe(denying(#""action": "SCMP_ACT_TRACE""#), call) == (0, ["ENOSYS"]))
  }

  @Test func ends() throws {
    for action in ["KILL", "KILL_THREAD", "KILL_PROCESS"] {
      let result = try probe(denying(#""action": "SCMP_ACT_\#(action)""#), "9999", Self.getpgid)
      #expect(result == (128 + SIGSYS, ["ENOSYS"]))
    }
    #expect(
      try probe(denying(#""action": "SCMP_ACT_TRAP""#), Self.getpgid) == (3, ["trapped"]))
  }

  @Test(
    arguments: [
      ("EQ", 0x1_0000_0005, 0, ["0x100000005"], ["5", "0x200000005"]),
      ("NE", 0x1_0000_0005, 0, ["5", "0x100000006"], ["0x100000005"]),
      ("LT", 0x1_0000_0005, 0, ["5", "0x100000004"], ["0x100000005", "0x200000000"]),
      ("LE", 0x1_0000_0005, 0, ["0x100000005", "6"], ["0x100000006"]),
      ("GT", 0x1_0000_0005, 0, ["0x100000006", "0x200000000"], ["0x100000005", "6"]),
      ("GE", 0x1_0000_0005, 0, ["0x100000005", "-1"], ["0x100000004", "6"]),
      (
        "MASKED_EQ", 0xf_0000_000f, 0x1_0000_0002, ["0x1000000f2", "0x2100000012"],
        ["2", "0x100000003"]
      ),
    ] as [(String, UInt64, UInt64, [String], [String])])
  func comparisons(op: String, value: UInt64, valueTwo: UInt64, hits: [String], misses: [String])
    throws
  {
    // getpgid(2) takes whatever comes in its second argument.
    let rule = denying(
      #""action": "SCMP_ACT_ERRNO", "errnoRet": 110, "args": [{"index": 1, "value": \#(value), "valueTwo": \#(valueTwo), "op": "SCMP_CMP_\#(op)"}]"#
    )
    for hit in hits {
      #expect(try probe(rule, "\(Self.getpgid),-1,\(hit)") == (0, ["ETIMEDOUT"]), "\(hit)")
    }
    for miss in misses {
      #expect(try probe(rule, "\(Self.getpgid),-1,\(miss)") == (0, ["ESRCH"]), "\(miss)")
    }
  }

  @Test func whatIsNotNamedIsDeniedAndWhatIsNewerDoesNotExist() throws {
    let profile = #"""
      {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 110, "syscalls": [{
        "names": ["write", "writev", "exit", "exit_group", "brk", "mmap", "munmap", "futex",
          "rt_sigreturn", "rt_sigaction", "fstat", "newfstatat", "clone3"],
        "action": "SCMP_ACT_ALLOW"}]}
      """#
    #expect(
      try probe(profile, Self.getpgid, "434", "436", "9999")
        == (0, ["ETIMEDOUT", "ETIMEDOUT", "ENOSYS", "ENOSYS"]))
  }

  @Test(.enabled(if: x86, "x86-64 only")) func otherABIsAreAsTheProfileSays() throws {
    let deny = #""action": "SCMP_ACT_ERRNO", "errnoRet": 110"#
    let both = denying(deny).dropLast() + #", "architectures": ["SCMP_ARCH_X86"]}"#
    // 132 is getpgid for 32-bit programs.
    #expect(try probe(denying(deny), "x86:132,0") == (128 + SIGSYS, []))
    #expect(try probe(String(both), "x86:132,0") == (0, ["ETIMEDOUT"]))
    #expect(try probe(String(both), "x86:9999") == (0, ["ENOSYS"]))
    let socket =
      denying(deny, names: "socket").dropLast() + #", "architectures": ["SCMP_ARCH_X86"]}"#
    #expect(
      try probe(String(socket), "x86:359,1,1", "x86:102,1") == (0, ["ETIMEDOUT", "ETIMEDOUT"]))
    #expect(try probe(String(socket), "x86:102,99") == (0, ["EINVAL"]))
    // A native number with the bit of x32.
    #expect(try probe(denying(deny), "0x40000079") == (128 + SIGSYS, []))
    let x32 = denying(deny).dropLast() + #", "architectures": ["SCMP_ARCH_X32"]}"#
    #expect(try probe(String(x32), "0x40000079") == (0, ["ETIMEDOUT"]))
  }

  @Test func flagsAreTaken() throws {
    for flags in ["[]", #"["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]"#] {
      let profile =
        denying(#""action": "SCMP_ACT_ERRNO""#).dropLast() + #", "flags": \#(flags)}"#
      #expect(try probe(String(profile), Self.getpgid) == (0, ["EPERM"]))
    }
  }

  @Test func whatTheKernelKnows() {
    // Linux 5.14, the oldest, has all of these.
    let supported = supportedSeccompFlags()
    #expect(supported.prefix(3) == [.synchronizeThreads, .allowSpeculation, .log])
    for action in SeccompAction.allCases { #expect(action.isAvailable, "\(action)") }
  }
}
