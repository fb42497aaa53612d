import Glibc
import OCISpec
import Testing

/// Containers as units of systemd.
@Suite(
  .enabled(if: Host.hasSystemd, "systemd is not PID 1 here"),
  .enabled(if: Host.isRoot, "for root"))
struct ServiceTests {
  /// What the unit's properties are, one in a line, in the order of their names.
  private func properties(_ unit: String, _ names: String...) throws -> [String] {
    try shell("systemctl show \(unit) -p \(names.joined(separator: ","))").output
      .split(separator: "\n").map(String.init).sorted()
  }

  /// The host's program that tells systemd, by the host's own libraries.
  private let tell = """
    /host/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path \
    /host/lib/x86_64-linux-gnu:/host/lib/x86_64-linux-gnu/systemd /host/bin/systemd-notify
    """

  @Test func theProgramSaysWhenTheUnitIsReady() throws {
    let apus = try Sandbox(
      "/bin/sh", "-c", "trap 'exit 0' TERM; \(tell) --ready; sleep 100 & wait")
    let unit = "\(apus.id).service"
    defer { _ = try? shell("systemctl stop \(unit); systemctl reset-failed \(unit)") }
    try apus.configure {
      $0.mounts?.append(
        Spec.Mount(destination: "/host", type: "bind", source: "/", options: ["bind", "ro"]))
    }
    try #require(try apus.script("mkdir -p rootfs/host") == .silently)
    // It returns when the unit is ready, and not before.
    let started = try apus.script(
      """
      systemd-run --quiet --unit \(unit) -p Type=notify -p NotifyAccess=all \\
        -p TimeoutStartSec=60 $APUS run --bundle \(apus.folder) $ID
      """, limit: 90)
    #expect(started == .silently)
    #expect(try apus.state().status == "running")
    #expect(try properties(unit, "ActiveState") == ["ActiveState=active"])
    // What systemd sends to apus, apus passes on.
    #expect(try shell("systemctl stop \(unit)") == .silently)
    #expect(
      try properties(unit, "Result", "ActiveState") == ["ActiveState=inactive", "Result=success"])
    #expect(apus.leftovers() == [])
  }

  @Test func aPidFileNamesTheMainProcess() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let unit = "\(apus.id).service"
    defer { _ = try? shell("systemctl stop \(unit); systemctl reset-failed \(unit)") }
    let started = try apus.script(
      """
      systemd-run --quiet --unit \(unit) -p Type=forking -p PIDFile=\(apus.folder)/pid \\
        $APUS run --detach --bundle \(apus.folder) --pid-file \(apus.folder)/pid $ID
      """)
    #expect(started == .silently)
    let pid = try apus.pid()
    #expect(
      try properties(unit, "ActiveState", "MainPID") == ["ActiveState=active", "MainPID=\(pid)"])
    // The unit ends with the container.
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(
      try eventually { try properties(unit, "ActiveState").last != "ActiveState=active" })
  }
}
