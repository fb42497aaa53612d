import OCISpec
import Testing

/// Users are numbers: nothing in the image has a say in who a program runs as.
@Suite("CVE-2016-3697, CVE-2026-30892: users") struct NumericUserTests {
  private func sandbox() throws -> Sandbox {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.script("mkdir rootfs/etc") == .silently)
    // Root by the name of each other user.
    try apus.write(
      "1000:x:0:0::/root:/bin/sh\n1:x:0:0::/root:/bin/sh\n", to: "rootfs/etc/passwd")
    try apus.write("1000:x:0:1000\n1:x:0:1\n", to: "rootfs/etc/group")
    return apus
  }

  @Test("CVE-2016-3697: a number is no name in the image's passwd") func aNumberIsNoName() throws {
    let apus = try sandbox()
    try #require(try apus("run", "--detach", apus.id) == .silently)
    let exec = try apus.report(of: apus("exec", "-u", "1000:1000", apus.id, "/bin/probe"))
    #expect(exec.uid == [1000, 1000, 1000, 1000])
    #expect(exec.gid == [1000, 1000, 1000, 1000])
    #expect(exec.groups == [])
    #expect(exec.env.contains("HOME=/"))
    #expect(try apus.deleteByForce() == .silently)
    try apus.configure { $0.process?.user = Spec.Process.User(uid: 1000, gid: 1000) }
    #expect(try apus.report().uid == [1000, 1000, 1000, 1000])
  }

  @Test("CVE-2026-30892: what begins as a number counts whole") func theWholeTextCounts() throws {
    let apus = try sandbox()
    try #require(try apus("run", "--detach", apus.id) == .silently)
    for (text, uid, gid) in [("1", 1, 0), ("1:2", 1, 2), ("0:7", 0, 7), ("007", 7, 0)] {
      let report = try apus.report(of: apus("exec", "-u", text, apus.id, "/bin/probe"))
      #expect(report.uid == [UInt32](repeating: UInt32(uid), count: 4), "\(text)")
      #expect(report.gid == [UInt32](repeating: UInt32(gid), count: 4), "\(text)")
    }
    for text in [
      "1:", ":2", ":", "a", "1:a", "a:1", "4294967296", "4294967295", "1:4294967295", "-1", "1:-1",
      "+1", " 1", "1 ", "1\n", "0x1", "1.0", "1e3", "1:2:3", "root", "root:root", "\u{0661}",
      "18446744073709551616", "18446744073709551617", "1:4294967298",
    ] {
      let exec = try apus("exec", "--user=\(text)", apus.id, "/bin/id")
      #expect(exec.status == 255, "\(text)")
      #expect(exec.output == "", "\(text)")
      #expect(exec.errors.contains("invalid user"), "\(text): \(exec)")
    }
  }
}
