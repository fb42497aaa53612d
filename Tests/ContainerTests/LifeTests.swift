import Glibc
import JSON
import OCISpec
import Testing

/// The life of a container, command by command.
@Suite struct LifeTests {
  @Test func runPassesOutputAndExitStatusOn() throws {
    let apus = try Sandbox("/bin/sh", "-c", "id -u; echo wrong >&2; exit 7")
    #expect(try apus.run() == Finished(status: 7, output: "0\n", errors: "wrong\n"))
    expectRefusal(try apus("state", apus.id), "does not exist")
  }

  @Test func runSaysWhichSignalEndedTheProgram() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let run = try apus.begin("run", apus.id)
    #expect(try eventually { try apus("state", apus.id).output.contains("running") })
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try run.finish().status == 128 + 9)
  }

  @Test func aContainerIsHeldAtTheGateUntilStart() throws {
    let apus = try Sandbox("/bin/sh", "-c", "echo here > /dev/shm/here; exec sleep 100")
    #expect(try apus.create() == .silently)
    #expect(try apus.state().status == "created")
    let seen = "/proc/\(try apus.pid())/root/dev/shm/here"
    #expect(text(of: seen) == "")
    #expect(try apus.start() == .silently)
    #expect(try apus.state().status == "running")
    #expect(eventually { text(of: seen) == "here\n" })
  }

  @Test func whatConfigSaysLaterDoesNotCount() throws {
    let apus = try Sandbox("/bin/sh", "-c", "hostname > /dev/shm/name; exec sleep 100")
    #expect(try apus.create() == .silently)
    try apus.configure {
      $0.process?.args = ["/bin/true"]
      $0.hostname = "other"
    }
    #expect(try apus.start() == .silently)
    let name = "/proc/\(try apus.pid())/root/dev/shm/name"
    #expect(eventually { text(of: name) == "runc\n" })
    #expect(try apus.state().status == "running")
  }

  @Test func stateTellsWhatCallersNeed() throws {
    let apus = try Sandbox("/bin/true") { $0.annotations = ["org.test.key": "a value"] }
    #expect(try apus.create() == .silently)
    let state = try apus.state()
    #expect(state.id == apus.id)
    #expect(state.bundle == apus.folder)
    #expect(state.annotations == ["org.test.key": "a value"])
    #expect(try lines(of: "/proc/\(apus.pid())/status").contains("NSpid:\t\(apus.pid())\t1"))
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    #expect(try apus.state().pid ?? 0 == 0)
  }

  @Test func aPidFileHoldsTheNumberOfInit() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("create", "--pid-file", "pid", apus.id) == .silently)
    #expect(text(of: "\(apus.folder)/pid") == String(try apus.pid()))
  }

  /// In a folder like /tmp anybody may have laid a link where the file is made first.
  @Test func aPidFileIsWrittenThroughNoLink() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(
      try apus.script(
        "mkdir pids; echo kept > file; ln -s ../file pids/.pid.new; ln -s ../file pids/pid")
        == .silently)
    #expect(try apus("create", "--pid-file", "pids/pid", apus.id) == .silently)
    #expect(text(of: "\(apus.folder)/file") == "kept\n")
    #expect(text(of: "\(apus.folder)/pids/pid") == String(try apus.pid()))
    #expect(entries(of: "\(apus.folder)/pids") == ["pid"])
  }

  @Test func pauseStopsEverythingUntilResume() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try apus("pause", apus.id) == .silently)
    #expect(try apus.state().status == "paused")
    expectRefusal(try apus("pause", apus.id), "paused")
    expectRefusal(try apus.delete(), "paused")
    #expect(try apus("resume", apus.id) == .silently)
    #expect(try apus.state().status == "running")
    expectRefusal(try apus("resume", apus.id), "running")
  }

  @Test func aPausedContainerIsDeletedByForce() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try apus("pause", apus.id) == .silently)
    #expect(try apus.deleteByForce() == .silently)
    #expect(apus.leftovers() == [])
  }

  @Test func whatRunsIsDeletedByForceOnly() throws {
    let apus = try Sandbox("/bin/sh", "-c", "sleep 100 & sleep 100 & wait")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    expectRefusal(try apus.delete(), "not stopped", "running")
    #expect(try apus.state().status == "running")
    #expect(try apus.deleteByForce() == .silently)
    #expect(apus.leftovers() == [])
    expectRefusal(try apus.delete(), "does not exist")
    #expect(try apus.deleteByForce() == .silently)
  }

  @Test func whatHasStoppedIsDeleted() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    expectRefusal(try apus("kill", apus.id, "TERM"), "not running")
    #expect(try apus.delete() == .silently)
    #expect(apus.leftovers() == [])
  }

  @Test func processesThatOutliveInitAreDeletedWithItsContainer() throws {
    let apus = try Sandbox("/bin/sh", "-c", "sleep 100 & sleep 100 &") {
      $0.linux?.namespaces?.removeAll { $0.type == "pid" }
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    #expect(try apus.delete() == .silently)
    #expect(apus.leftovers() == [])
  }

  @Test func listAndPsKnowWhatIsThere() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    let second = try Sandbox("/bin/true")
    let list = try apus("list").output
    #expect(list.contains(apus.id))
    #expect(!list.contains(second.id))
    #expect(try apus("ps", apus.id).output.contains(String(apus.pid())))
  }

  @Test(arguments: ["TERM", "SIGTERM", "15", "KILL", "9"])
  func killTakesNamesAndNumbers(signal: String) throws {
    let apus = try Sandbox(
      "/bin/sh", "-c", "trap 'exit 3' TERM; echo > /ready; while :; do sleep 0.01; done")
    try apus.configure { $0.root?.readonly = false }
    let run = try apus.begin("run", apus.id)
    #expect(eventually { apus.has("rootfs/ready") })
    #expect(try apus("kill", apus.id, signal) == .silently)
    #expect(try run.finish().status == (signal.hasSuffix("TERM") || signal == "15" ? 3 : 137))
  }
}
