import Testing

/// The number of an init that has ended may be that of any process of the host by now.
@Suite("CVE-2019-6133 class: reused process numbers") struct ReusedProcessNumberTests {
  @Test("CVE-2019-6133 class: a process that has init's number is not taken for it")
  func aProcessThatHasItsNumber() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try #require(try apus("run", "--detach", apus.id) == .silently)
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })

    let other = try Command(["sleep", "100"])
    let record = "state/\(apus.id)/state.json"
    let edited = try apus.script(
      "sed -i 's/\"init_process_pid\":[0-9]*/\"init_process_pid\":\(other.pid)/' \(record)")
    #expect(edited == .silently)
    #expect(text(of: "\(apus.folder)/\(record)").contains("\"init_process_pid\":\(other.pid),"))

    #expect(try apus.state().status == "stopped")
    #expect(try apus.state().pid == 0)
    expectRefusal(try apus("kill", apus.id, "TERM"), "not running")
    expectRefusal(try apus("kill", apus.id, "KILL"), "not running")
    expectRefusal(try apus("pause", apus.id), "not running")
    expectRefusal(try apus.start(), "stopped")
    let exec = try apus("exec", apus.id, "/bin/true")
    #expect(exec.status == 255)
    #expect(exec.errors.contains("stopped"), "\(exec)")
    #expect(try apus.deleteByForce() == .silently)
    #expect(try !other.ends(within: 0.2))
    other.send(9)
    _ = try other.finish()
  }
}
