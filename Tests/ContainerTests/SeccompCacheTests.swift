import Glibc
import OCISpec
import Testing

/// Compiled seccomp profiles that are kept in the state folder.
@Suite struct SeccompCacheTests {
  /// A container whose profile denies many calls, mkdir among them.
  private func sandbox(errno: UInt = 110) throws -> Sandbox {
    try Sandbox {
      $0.linux?.seccomp = Self.profile(errno: errno)
      $0.process?.args = [
        "/bin/sh", "-c", "grep Seccomp_filters /proc/self/status; mkdir /tmp-x; true",
      ]
    }
  }

  static func profile(errno: UInt) -> Spec.Linux.Seccomp {
    let never = (0..<100).map { "no_such_call_\($0)" }
    return Spec.Linux.Seccomp(
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        .init(
          names: ["mkdir", "mkdirat"] + never, action: "SCMP_ACT_ERRNO", errnoRet: errno)
      ])
  }

  private static let denied = "mkdir: can't create directory '/tmp-x': Connection timed out\n"

  private func kept(_ apus: Sandbox) -> [String] {
    entries(of: "\(apus.folder)/state").filter { $0.hasPrefix("seccomp,") }
  }

  private func file(_ apus: Sandbox) throws -> String {
    let names = kept(apus)
    try #require(names.count == 1, "\(names)")
    return "\(apus.folder)/state/\(names[0])"
  }

  @Test func aHitFiltersAsAMissDoes() throws {
    let apus = try sandbox()
    let miss = try apus.run()
    #expect(miss.errors == Self.denied)
    #expect(miss.output == "Seccomp_filters:\t1\n")
    let first = try file(apus)
    let before = try status(first)
    #expect(before.st_mode == S_IFREG | 0o600)
    #expect(try apus.run() == miss)
    // It was not written again.
    #expect(try status(first).st_ino == before.st_ino)
    #expect(kept(apus).count == 1)
  }

  @Test(arguments: ["truncate -s -1", "truncate -s 0", "damage", "chmod 666", "chown 1000"])
  func anEntryThatIsDamagedOrForeignIsReplaced(by command: String) throws {
    let apus = try sandbox()
    #expect(try apus.run().errors == Self.denied)
    let path = try file(apus)
    let before = try status(path).st_ino
    let damage =
      command == "damage"
      ? "printf x | dd of=\(path) bs=1 seek=100 conv=notrunc 2> /dev/null" : "\(command) \(path)"
    #expect(try apus.script(damage) == .silently)
    #expect(try apus.run().errors == Self.denied)
    let after = try status(path)
    #expect(after.st_ino != before)
    #expect(after.st_mode == S_IFREG | 0o600 && after.st_uid == 0)
    #expect(try apus.run().errors == Self.denied)
    #expect(try status(path).st_ino == after.st_ino)
  }

  /// A link, a folder, a FIFO in its place.
  @Test(arguments: ["ln -s", "mkdir", "mkfifo"])
  func whatIsNoFileIsNotBelieved(_ command: String) throws {
    let apus = try sandbox()
    #expect(try apus.run().errors == Self.denied)
    let path = try file(apus)
    let place = command == "ln -s" ? "ln -s ../elsewhere" : command
    #expect(try apus.script("mv \(path) elsewhere; \(place) \(path)") == .silently)
    let before = text(of: "\(apus.folder)/elsewhere")
    #expect(try apus.run().errors == Self.denied)
    #expect(text(of: "\(apus.folder)/elsewhere") == before)
    if command != "mkdir" { #expect(try status(path).st_mode == S_IFREG | 0o600) }
    #expect(try apus.run().errors == Self.denied)
    if command == "mkdir" { #expect(try apus.script("rmdir \(path)") == .silently) }
  }

  @Test func aProfileOfAnotherContainerIsNotTaken() throws {
    let apus = try sandbox()
    #expect(try apus.run().errors == Self.denied)
    try apus.configure { $0.linux?.seccomp = Self.profile(errno: 28) }
    #expect(try apus.run().errors.contains("No space left"))
    #expect(kept(apus).count == 2)
    try apus.configure { $0.linux?.seccomp = Self.profile(errno: 110) }
    #expect(try apus.run().errors == Self.denied)
    #expect(kept(apus).count == 2)
  }

  @Test func manyAtOnce() throws {
    let apus = try sandbox()
    let results = try apus.script(
      """
      for i in 1 2 3 4 5 6; do $APUS run $ID-$i > out-$i 2>&1 & done
      wait
      cat out-1 out-2 out-3 out-4 out-5 out-6
      """)
    let one = "Seccomp_filters:\t1\n\(Self.denied)"
    #expect(results.output == String(repeating: one, count: 6), "\(results)")
    let path = try file(apus)
    let before = try status(path).st_ino
    #expect(try apus.run().errors == Self.denied)
    #expect(try status(path).st_ino == before, "what was kept is whole")
    #expect(!apus.has("state/.seccomp,new"))
  }

  @Test func fewAreKept() throws {
    let apus = try sandbox()
    for errno in 1...70 as ClosedRange<UInt> {
      try apus.configure {
        $0.linux?.seccomp = Self.profile(errno: errno)
        $0.process?.args = ["/bin/true"]
      }
      #expect(try apus.run() == .silently)
    }
    #expect((30...64).contains(kept(apus).count), "\(kept(apus).count)")
  }

  @Test func listsPassOverIt() throws {
    let apus = try sandbox()
    try apus.configure { $0.process?.args = ["/bin/sleep", "100"] }
    #expect(try apus.create() == .silently)
    #expect(kept(apus).count == 1)
    #expect(try apus("list", "--quiet") == Finished(status: 0, output: "\(apus.id)\n", errors: ""))
    #expect(
      try apus.script("runc --root state list --quiet")
        == Finished(status: 0, output: "\(apus.id)\n", errors: ""))
    expectRefusal(try apus("state", kept(apus)[0]), "invalid container id")
    expectRefusal(try apus("delete", "--force", kept(apus)[0]), "invalid container id")
    #expect(try apus.deleteByForce() == .silently)
    #expect(kept(apus).count == 1)
  }

  @Test func onlyWhatMakesContainersKeepsAnything() throws {
    let apus = try sandbox()
    #expect(try apus("plan").status == 0)
    #expect(kept(apus) == [])
    // A short one is compiled faster than it would be found.
    try apus.configure {
      $0.linux?.seccomp?.syscalls?[0].names = ["mkdir", "mkdirat"]
    }
    #expect(try apus.run().errors == Self.denied)
    #expect(kept(apus) == [])
  }

  @Test func execTakesItToo() throws {
    let apus = try sandbox()
    try apus.configure { $0.process?.args = ["/bin/sleep", "100"] }
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    let before = try status(file(apus)).st_ino
    for _ in 1...2 {
      #expect(try apus("exec", apus.id, "/bin/mkdir", "/tmp-x").errors == Self.denied)
      #expect(try status(file(apus)).st_ino == before)
    }
    #expect(try apus.script("rm state/seccomp,*") == .silently)
    #expect(try apus("exec", apus.id, "/bin/mkdir", "/tmp-x").errors == Self.denied)
    #expect(kept(apus).count == 1)
  }

  private func status(_ path: String) throws -> stat {
    var found = stat()
    try #require(lstat(path, &found) == 0, "\(path)")
    return found
  }
}
