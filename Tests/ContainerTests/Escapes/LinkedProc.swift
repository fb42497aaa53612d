import OCISpec
import Testing

/// A procfs or sysfs mounted elsewhere would leave the masks without effect.
@Suite("CVE-2019-19921, CVE-2023-27561, CVE-2025-54867: /proc or /sys is a link in the image")
struct LinkedProc {
  static let targets = ["real", "/real", "../real", "/real/deep/er", "/nowhere"]

  @Test(
    "CVE-2023-27561: a link at /proc or /sys is refused", arguments: ["proc", "sys"], targets)
  func aLink(name: String, target: String) throws {
    let apus = try Sandbox("/bin/true")
    let made = try apus.script("mkdir -p rootfs/real/deep/er; ln -s \(target) rootfs/\(name)")
    try #require(made == .silently)
    expectRefusal(
      try apus.run(), "/mounts/\(name == "proc" ? 0 : 5)", "/\(name)",
      "must be mounted on ordinary directory")
    #expect(apus.leftovers() == [])
  }

  @Test(
    "CVE-2019-19921: nor is anything but a directory a place for them",
    arguments: [
      "proc", "sys",
    ])
  func aFile(name: String) throws {
    let apus = try Sandbox("/bin/true")
    try #require(try apus.script("touch rootfs/\(name)") == .silently)
    expectRefusal(try apus.run(), "/\(name)", "must be mounted on ordinary directory")
  }

  /// The other container has the volume that the link leads into.
  @Test("CVE-2019-19921: a link into a volume is refused", arguments: ["proc", "sys"])
  func aLinkIntoAVolume(name: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.insert(
        Spec.Mount(destination: "/vol", type: "bind", source: "vol", options: ["bind"]), at: 0)
    }
    try #require(try apus.script("mkdir -p vol/real; ln -s vol/real rootfs/\(name)") == .silently)
    expectRefusal(try apus.run(), "/\(name)", "must be mounted on ordinary directory")
  }

  @Test(
    "CVE-2015-3630, CVE-2023-28642: masks and read-only paths are those of the procfs that is seen")
  func theMasksAreInPlace() throws {
    let report = try Sandbox().report(
      "read:/proc/keys", "write:/proc/sys/kernel/core_pattern", "write:/proc/sysrq-trigger")
    #expect(report.answers["read:/proc/keys"] == "")
    #expect(report.answers["write:/proc/sys/kernel/core_pattern"] == "EROFS")
    // Which not every kernel has.
    #expect(["EROFS", "ENOENT"].contains(report.answers["write:/proc/sysrq-trigger"]))
    #expect(report.mounts.filter { $0.type == "proc" && $0.root == "/" }.map(\.point) == ["/proc"])
  }
}
