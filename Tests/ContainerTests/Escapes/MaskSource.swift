import OCISpec
import Testing

/// Files are masked by the null device. An image or a volume may have another thing at its place,
/// which would then be writable where the mask is, or no mask at all.
@Suite("CVE-2025-31133, CVE-2025-62161: /dev/null is another thing") struct MaskSource {
  static let scripts = [
    "ln -s /proc/sys/kernel/core_pattern rootfs/dev/null",
    "ln -s $PWD/outside/file rootfs/dev/null",
    "ln -s /other rootfs/dev/null; touch rootfs/other",
    "ln -s zero rootfs/dev/null",
    "touch rootfs/dev/null",
    "mkdir rootfs/dev/null",
    "mkfifo rootfs/dev/null",
    "mknod rootfs/dev/null c 1 5",
    "mknod rootfs/dev/null b 1 3",
  ]

  @Test("CVE-2025-31133: what the image has there masks nothing", arguments: scripts)
  func ofTheImage(script: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
      $0.root?.readonly = false
      $0.linux?.maskedPaths = ["/proc/keys", "/secret"]
    }
    try apus.makeOutside()
    try #require(try apus.script("mkdir rootfs/dev; touch rootfs/secret; \(script)") == .silently)
    expectRefusal(
      try expectNothingOutside(apus) { try apus.run() }, "/linux/maskedPaths/0", "/dev/null")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2025-31133: nor what is bound there")
  func ofAVolume() throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/dev/null", type: "bind", source: "outside/file", options: ["bind"]))
    }
    try apus.makeOutside()
    expectRefusal(
      try expectNothingOutside(apus) { try apus.run() }, "/linux/maskedPaths", "/dev/null")
  }

  @Test("CVE-2025-62161: where there is none, a mask is not just left out")
  func isMissing() throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
      // A /dev of one's own is left as it is.
      $0.mounts?.append(
        Spec.Mount(destination: "/dev", type: "bind", source: "dev", options: ["bind"]))
      $0.linux?.maskedPaths = ["/proc/keys"]
    }
    try #require(try apus.script("mkdir dev") == .silently)
    expectRefusal(try apus.run(), "/linux/maskedPaths/0", "/dev/null", "ENOENT")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2025-31133: what is written to a mask goes nowhere")
  func isTheNullDevice() throws {
    let apus = try Sandbox {
      $0.root?.readonly = false
      $0.linux?.maskedPaths = ["/secret"]
    }
    try apus.write("secret", to: "rootfs/secret")
    let report = try apus.report("read:/secret", "write:/secret", "stat:/secret")
    #expect(report.answers["read:/secret"] == "")
    #expect(report.nodes["/secret"]?.kind == "c")
    #expect(report.nodes["/secret"]?.major == 1 && report.nodes["/secret"]?.minor == 3)
    #expect(text(of: "\(apus.folder)/rootfs/secret") == "secret")
  }
}
