import Glibc
import OCISpec
import Testing

/// What is written to /proc goes to the kernel, and not to a file that an image or a volume has put
/// there; and what a container shall not see of /proc is covered in the real one.
@Suite("CVE-2015-3631, CVE-2019-16884, CVE-2025-52881, CVE-2025-62596: a /proc that is none")
struct FakeProc {
  static let volumes = ["/proc", "/proc/self", "/proc/self/attr", "/proc/sys", "/proc/1/../sys"]

  @Test("CVE-2019-16884: no volume is mounted in or over /proc", arguments: volumes)
  func aVolume(destination: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(
        Spec.Mount(destination: destination, type: "bind", source: "fake", options: ["bind"]))
    }
    try #require(try apus.script("mkdir -p fake/self/attr fake/sys fake/1") == .silently)
    expectRefusal(try apus.run(), "/mounts/7", "/proc")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2019-16884: nor a new file system", arguments: ["/proc", "/proc/self/attr"])
  func aNewFileSystem(destination: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(Spec.Mount(destination: destination, type: "tmpfs", source: "tmpfs"))
    }
    expectRefusal(try apus.run(), "/mounts/7", "/proc")
  }

  static let links = [
    ("/vol", "/proc", "/vol"), ("/vol", "/proc", "/vol/sys/net/ipv4"),
    ("/vol", "/", "/vol/proc/self/attr"), ("/vol", "/proc/self", "/vol/attr"),
    ("/vol", "proc/../proc/irq", "/vol"),
  ]

  /// The image makes of a harmless destination one in /proc.
  @Test("CVE-2019-16884: nor behind a link of the image", arguments: links)
  func aVolumeBehindALink(link: String, target: String, destination: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(
        Spec.Mount(destination: destination, type: "bind", source: "fake", options: ["bind"]))
    }
    try #require(try apus.script("mkdir fake; ln -s \(target) rootfs\(link)") == .silently)
    expectRefusal(try apus.run(), "/mounts/7", "inside /proc")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2019-16884: nor a file of the host behind a link of the image")
  func aFileBehindALink() throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/etc/hosts", type: "bind", source: "hosts", options: ["bind"]))
    }
    let made = try apus.script(
      "mkdir rootfs/etc; ln -s /proc/sys/net/ipv4/ip_forward rootfs/etc/hosts; echo 1 > hosts")
    try #require(made == .silently)
    expectRefusal(try apus.run(), "/mounts/7", "inside /proc")
  }

  /// As lxcfs does it.
  @Test("CVE-2019-16884: but the files that tell of resources may be replaced")
  func whatMayBeReplaced() throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/proc/meminfo", type: "bind", source: "meminfo", options: ["bind"]))
    }
    try apus.write("little", to: "meminfo")
    #expect(try apus.report("read:/proc/meminfo").answers["read:/proc/meminfo"] == "little")
  }

  /// Without a mount at /proc the image has it all to itself.
  @Test("CVE-2025-52881: a sysctl is not written into the image")
  func aSysctlWithTheImagesProc() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.mounts?.removeAll { $0.destination == "/proc" }
      $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
      $0.linux?.maskedPaths = nil
      $0.linux?.readonlyPaths = nil
    }
    try apus.makeOutside()
    let made = try apus.script(
      """
      mkdir -p rootfs/proc/sys/net/ipv4 rootfs/proc/self/attr
      ln -s /proc/sysrq-trigger rootfs/proc/sys/net/ipv4/ip_forward
      ln -s \(apus.outside)/file rootfs/proc/self/attr/exec
      """)
    try #require(made == .silently)
    #expect(try expectNothingOutside(apus) { try apus.create() } == .silently)
    let forward = try shell(
      "nsenter --net=/proc/\(try apus.pid())/ns/net cat /proc/sys/net/ipv4/ip_forward")
    #expect(forward == Finished(status: 0, output: "1\n", errors: ""))
  }

  @Test("CVE-2025-52881: nor into what config.json has bound over it")
  func aSysctlWithAFileOverIt() throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/proc/sys/kernel/ns_last_pid", type: "bind", source: "outside/file",
          options: ["bind"]))
      $0.linux?.sysctl = ["kernel.msgmax": "9000"]
    }
    try apus.makeOutside()
    let report = try expectNothingOutside(apus) { try apus.report("read:/proc/sys/kernel/msgmax") }
    #expect(report.answers["read:/proc/sys/kernel/msgmax"] == "9000\n")
  }

  @Test("CVE-2025-52881: exec finds its own /proc, whatever init has mounted over it")
  func execWithAFakeProc() throws {
    let apus = try Sandbox("/bin/sh", "-c", "mount -t tmpfs none /proc && exec sleep 100") {
      $0.process?.capabilities?.bounding?.append("CAP_SYS_ADMIN")
      $0.process?.capabilities?.effective?.append("CAP_SYS_ADMIN")
      $0.process?.capabilities?.permitted?.append("CAP_SYS_ADMIN")
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try eventually { try apus("exec", apus.id, "ls", "/proc").output == "" })
    let exec = try apus("exec", "--user", "1000", apus.id, "/bin/id", "-u")
    #expect(exec == Finished(status: 0, output: "1000\n", errors: ""))
  }
}
