import Glibc
import LinuxKernel
import Testing

@testable import Cgroups

/// Where the host has the tree of v2, alone or beside those of v1.
private let root = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].first {
  access("\($0)/cgroup.controllers", F_OK) == 0
}

/// Device filters in the kernel, on a cgroup of v2 and a process in it.
@Suite(.enabled(if: geteuid() == 0 && root != nil, "needs root, and a v2 tree"))
struct DeviceFilterTests {
  /// What a script of the shell prints that runs in a new cgroup with filters.
  private func output(of script: String, under programs: DeviceProgram?...) throws -> [String] {
    let number = UInt32.random(in: 0...UInt32.max)
    let cgroup = "\(try #require(root))/apus-test-filter-\(number)"
    try makeDirectory(cgroup, mode: 0o755)
    defer { try? CgroupPaths(directories: [("", cgroup)]).remove() }
    for case let program? in programs {
      try DeviceFilter(directory: cgroup, pointer: "", rules: [], program: program).attach()
    }
    let line = "sh -c 'echo $$ > \(cgroup)/cgroup.procs; cd /dev; exec 2> /dev/null; \(script)'"
    let pipe = try #require(popen(line, "r"))
    defer { pclose(pipe) }
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    return text.split(separator: "\n").map(String.init)
  }

  private let null = DeviceRule(allow: true, .character, 1, 3)

  @Test func whatIsDeniedCannotBeOpened() throws {
    let program = try DeviceProgram([
      null, DeviceRule(allow: true, .character, 1, 5, .read),
      DeviceRule(allow: false, .character, 1, 8, .write),
      DeviceRule(allow: true, .character, 1, 8, .read),
    ])
    let script = """
      for x in null zero full random
      do (: < $x) && echo r $x; (: >> $x) && echo w $x; (: <> $x) && echo rw $x; done
      """
    #expect(
      try output(of: script, under: program)
        == ["r null", "w null", "rw null", "r zero", "r random"])
    #expect(try output(of: script).count == 12)
  }

  @Test func mknod() throws {
    let program = try DeviceProgram([null, DeviceRule(allow: true, .character, 1, nil, .mknod)])
    let node = "/tmp/apus-test-node-\(getpid())"
    defer { unlink(node) }
    let script = """
      mknod \(node) c 1 1 && echo made; (: < \(node)) && echo opened; rm -f \(node)
      mknod \(node) c 2 1 && echo made another; mknod \(node) b 1 1 && echo made a disk
      """
    #expect(try output(of: script, under: program) == ["made"])
  }

  @Test func everyFilterCounts() throws {
    let one = try DeviceProgram([null, DeviceRule(allow: true, .character, 1, 5)])
    let other = try DeviceProgram([null, DeviceRule(allow: true, .character, 1, 7)])
    let script = "for x in null zero full; do (: < $x) && echo $x; done"
    #expect(try output(of: script, under: one, other) == ["null"])
  }

  /// The kernel's verifier gives up on a program after a million steps, each way through it counted:
  /// it takes so many rules only if they are no more to it than their number.
  @Test(arguments: [0, 1, 25, 1000, 8000]) func manyRules(_ count: Int) throws {
    let rules = (0..<count).map { (number: Int) -> DeviceRule in
      let type: DeviceType = number % 5 > 0 ? .character : .block
      let minor: Int64? = number % 11 > 0 ? Int64(number) : nil
      let access = DeviceAccess(rawValue: UInt8(number % 7 + 1))
      return DeviceRule(allow: number % 3 > 0, type, Int64(number / 7), minor, access)
    }
    let program = try #require(try DeviceProgram(rules))
    let loaded = try loadDeviceProgram(program.instructions)
    #expect(loaded.number >= 0)
  }

  @Test func theVerifierSaysWhatIsWrong() {
    let error = #expect(throws: KernelError.self) {
      _ = try loadDeviceProgram([BPFInstruction(.move, 0, 9), BPFInstruction(.exit)])
    }
    #expect(error?.errno == .permissionDenied)
    #expect(error?.description.contains("of 2 instructions, of which the verifier says") == true)
    #expect(error?.description.contains("R9 !read_ok") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func onlyCgroupsOfV2Take() throws {
    let program = try #require(try DeviceProgram([null]))
    let filter = DeviceFilter(directory: "/tmp", pointer: "", rules: [], program: program)
    let error = #expect(throws: KernelError.self) { try filter.attach() }
    #expect(error?.description == "bpf BPF_PROG_ATTACH to /tmp: bad file descriptor (EBADF)")
  }
}
