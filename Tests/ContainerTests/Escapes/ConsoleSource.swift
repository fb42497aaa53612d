import OCISpec
import Testing

/// The terminal comes from the container's devpts, which must be one.
@Suite("CVE-2025-52565: /dev/pts or /dev/console is another thing") struct ConsoleSource {
  /// Where the devpts should be, and what is there.
  static let scripts = [
    "mkdir rootfs/dev/pts; mknod rootfs/dev/pts/ptmx c 5 2; mknod rootfs/dev/pts/0 c 136 0",
    "mkdir rootfs/dev/pts; ln -s /proc/sys/kernel/core_pattern rootfs/dev/pts/ptmx",
    "mkdir rootfs/dev/pts; touch rootfs/dev/pts/ptmx",
    "mkdir rootfs/dev/pts; mkfifo rootfs/dev/pts/ptmx",
    "ln -s $PWD/outside rootfs/dev/pts",
    "ln -s /dev/pts rootfs/dev/pts",
    "touch rootfs/dev/pts",
  ]

  private func runOnTerminal(_ apus: Sandbox) throws -> Finished {
    try apus.script("script -qec \"$APUS run $ID\" /dev/null < /dev/null")
  }

  @Test("CVE-2025-52565: no terminal comes from what the image has at /dev/pts", arguments: scripts)
  func theImagesTerminals(script: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.process?.terminal = true
      $0.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
    }
    try apus.makeOutside()
    try #require(try apus.script("mkdir rootfs/dev; \(script)") == .silently)
    let run = try expectNothingOutside(apus) { try runOnTerminal(apus) }
    #expect(run.output.contains("/process/terminal") && run.output.contains("dev/pts"), "\(run)")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2025-52565: nor from what is bound there")
  func aVolumesTerminals() throws {
    let apus = try Sandbox("/bin/true") {
      $0.process?.terminal = true
      $0.mounts?.removeAll { $0.destination == "/dev/pts" }
      $0.mounts?.append(
        Spec.Mount(destination: "/dev/pts", type: "bind", source: "outside", options: ["bind"]))
    }
    try apus.makeOutside()
    try #require(try apus.script("mknod outside/ptmx c 5 2") == .silently)
    let run = try expectNothingOutside(apus) { try runOnTerminal(apus) }
    #expect(run.output.contains("find a devpts at /dev/pts"), "\(run)")
  }

  @Test(
    "CVE-2025-52565: the terminal is bound on a file, and no link",
    arguments: ["/proc/sys/kernel/core_pattern", "/proc/self/attr/exec", "../outside/file", "null"])
  func aConsoleThatIsALink(target: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.process?.terminal = true
      $0.mounts?.removeAll { $0.destination == "/dev" }
    }
    try apus.makeOutside()
    try #require(
      try apus.script("mkdir rootfs/dev; ln -s \(target) rootfs/dev/console") == .silently)
    let run = try expectNothingOutside(apus) { try runOnTerminal(apus) }
    #expect(run.output.contains("on a link, /dev/console"), "\(run)")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2025-52565: exec takes the terminal from a devpts, too")
  func execInAContainerThatHasChangedIt() throws {
    let capabilities = ["CAP_SYS_ADMIN", "CAP_MKNOD"]
    let script = """
      mount -t tmpfs none /dev/pts && mknod /dev/pts/ptmx c 5 2 && touch /dev/ready
      exec sleep 100
      """
    let apus = try Sandbox("/bin/sh", "-c", script) {
      $0.process?.capabilities = Spec.Process.Capabilities(
        bounding: capabilities, effective: capabilities, permitted: capabilities)
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try eventually { try apus("exec", apus.id, "test", "-e", "/dev/ready").status == 0 })
    let exec = try apus.script(
      "script -qec \"$APUS exec --tty $ID /bin/true\" /dev/null < /dev/null")
    #expect(exec.output.contains("find a devpts at /dev/pts"), "\(exec)")
  }
}
