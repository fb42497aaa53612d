import Glibc
import OCISpec
import Testing

/// To the kernel a slash is a byte. To Swift a slash and a combining character behind it are one
/// character, which is no slash.
@Suite struct CombiningCharacterTests {
  /// An image's link that leads to a folder of the host, and a mount point below it.
  @Test(arguments: ["tmpfs", "bind"]) func noMountPointIsMadeOutside(type: String) throws {
    let apus = try Sandbox("/bin/true") {
      let isBind = type == "bind"
      $0.mounts?.append(
        Spec.Mount(
          destination: "/link/\u{301}made", type: type, source: isBind ? "config.json" : "tmpfs",
          options: isBind ? ["bind"] : nil))
    }
    #expect(try apus.script("mkdir host; ln -s \"$PWD/host\" rootfs/link") == .silently)
    // Within the root there is no such folder as the link's: that is made, too.
    #expect(try apus.run() == .silently)
    #expect(apus.has("rootfs\(apus.folder)/host/\u{301}made"))
    #expect(entries(of: "\(apus.folder)/host") == [])
  }

  @Test func noDeviceIsMadeOutside() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.devices = [
        Spec.Linux.Device(path: "/link/\u{301}made", type: "c", major: 1, minor: 3)
      ]
    }
    #expect(try apus.script("mkdir host; ln -s \"$PWD/host\" rootfs/link") == .silently)
    #expect(try apus.run() == .silently)
    #expect(entries(of: "\(apus.folder)/host") == [])
  }

  /// The name of a process, which it chooses itself, stands in the line that says whether it lives.
  @Test func aRunningContainerCannotPassForAStoppedOne() throws {
    let name = "a) Z \u{600}"
    let apus = try Sandbox("/bin/\(name)", "100")
    let script = "#!/bin/sh\nread forever < /fifo\n"
    try apus.write(script, to: "rootfs/bin/\(name)")
    #expect(
      try apus.script("chmod 755 \"rootfs/bin/\(name)\"; mkfifo rootfs/fifo") == .silently)
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    #expect(
      eventually { text(of: "/proc/\((try? apus.pid()) ?? 0)/comm") == "\(name)\n" })
    #expect(try apus.state().status == "running")
    expectRefusal(try apus.delete(), "running")
  }

  /// Two names that look the same.
  @Test func pathsThatDifferInTheirBytesAreMaskedBoth() throws {
    let paths = ["/secret-\u{e9}", "/secret-e\u{301}"]
    let apus = try Sandbox { $0.linux?.maskedPaths = paths }
    for path in paths { try apus.write("secret", to: "rootfs\(path)") }
    let report = try apus.report("read:\(paths[0])", "read:\(paths[1])")
    #expect(report.answers.values.allSatisfy { $0 == "" }, "\(report.answers)")
  }

  @Test func aVariableWhoseValueCombinesIsThereOnce() throws {
    let apus = try Sandbox("/bin/env")
    try apus.configure {
      $0.process?.env = ["A=1", "A=\u{301}2", "HOME=\u{301}", "e\u{301}=1", "\u{e9}=2"]
    }
    #expect(
      try apus.run().output == "A=\u{301}2\nHOME=\u{301}\ne\u{301}=1\n\u{e9}=2\n")
  }
}
