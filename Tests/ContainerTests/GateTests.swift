import Glibc
import Testing

/// What must hold at the gate between create and start (docs/handshake.md), whatever happens.
@Suite(.serialized) struct GateTests {}

extension GateTests {
  /// Any number of starts on one container.
  @Suite struct ManyStarts {
    @Test func exactlyOneWinsAndNobodyWaits() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      for _ in 1...200 {
        try #require(try apus.create() == .silently)
        let starts = try (1...8).map { _ in try apus.begin("start", apus.id) }
        let ends = try starts.map { try $0.finish() }
        #expect(ends.filter { $0 == .silently }.count == 1, "\(ends)")
        for loser in ends where loser.status != 0 { expectRefusal(loser, "already running") }
        #expect(ends.allSatisfy { $0.seconds < 1 }, "\(ends.map(\.seconds))")
        #expect(try apus.state().status == "running")
        try #require(try apus.deleteByForce() == .silently)
      }
      #expect(apus.leftovers() == [])
    }

    @Test func aSecondStartIsToldThatItRuns() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      #expect(try apus.create() == .silently)
      #expect(try apus.start() == .silently)
      expectRefusal(try apus.start(), apus.id, "already running")
      #expect(try apus.state().status == "running")
    }

    @Test func startsAndADeleteAgreeOnWhatBecomesOfIt() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      for round in 1...40 {
        try #require(try apus.create() == .silently)
        let starts = try (1...2).map { _ in try apus.begin("start", apus.id) }
        pause(Double(round) * 100e-6)
        let delete = try apus.begin("delete", "--force", apus.id)
        for start in starts {
          let end = try start.finish()
          if end.status != 0 { expectRefusal(end, apus.id) }
          #expect(end.seconds < 1)
        }
        #expect(try delete.finish() == .silently)
        #expect(apus.leftovers() == [])
      }
    }
  }

  /// A container that was made and never started.
  @Suite struct Created {
    @Test func isDeletedWithoutForce() throws {
      let apus = try Sandbox("/bin/true")
      #expect(try apus.create() == .silently)
      #expect(try apus.delete() == .silently)
      #expect(apus.leftovers() == [])
    }

    @Test(arguments: ["KILL", "TERM"]) func isReachedByKill(signal: String) throws {
      let apus = try Sandbox("/bin/true")
      #expect(try apus.create() == .silently)
      #expect(try apus("kill", apus.id, signal) == .silently)
      #expect(try eventually { try apus.state().status == "stopped" })
      #expect(try apus.delete() == .silently)
      #expect(apus.leftovers() == [])
    }

    @Test func isPausedAndResumed() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      #expect(try apus.create() == .silently)
      #expect(try apus("pause", apus.id) == .silently)
      #expect(try apus.state().status == "paused")
      expectRefusal(try apus.start(), "paused")
      #expect(try apus("resume", apus.id) == .silently)
      #expect(try apus.state().status == "created")
      #expect(try apus.start() == .silently)
      #expect(try apus.state().status == "running")
    }

    @Test func isDeletedWhilePaused() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      #expect(try apus.create() == .silently)
      #expect(try apus("pause", apus.id) == .silently)
      #expect(try apus.deleteByForce() == .silently)
      #expect(apus.leftovers() == [])
    }

    /// What it was executed from is read again when it goes on; what it has written, its own, is not.
    @Test(arguments: [0, 1000] as [UInt32]) func holdsLittleOfItsExecutable(uid: UInt32) throws {
      let apus = try Sandbox("/bin/true") { $0.process?.user.uid = uid }
      #expect(try apus.create() == .silently)
      let pid = try apus.pid()
      #expect(eventually { unwrittenKiB(of: pid) < 128 }, "\(unwrittenKiB(of: pid)) KiB")
      #expect(try apus.start() == .silently)
      #expect(try eventually { try apus.state().status == "stopped" })
    }

    @Test func outlivesWhoMadeIt() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      // The shell that calls create has ended, and init has a new parent, before start comes.
      #expect(try apus.script("$APUS create $ID").status == 0)
      #expect(try apus.state().status == "created")
      #expect(try apus.start() == .silently)
    }
  }

  /// Init dies.
  @Suite struct DeathOfInit {
    @Test func beforeStart() throws {
      let apus = try Sandbox("/bin/true")
      #expect(try apus.create() == .silently)
      kill(try apus.pid(), SIGKILL)
      #expect(try eventually { try apus.state().status == "stopped" })
      let start = try apus.start()
      expectRefusal(start, "stopped")
      #expect(start.seconds < 1)
      #expect(try apus.delete() == .silently)
      #expect(apus.leftovers() == [])
    }

    @Test func afterStart() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      #expect(try apus.create() == .silently)
      #expect(try apus.start() == .silently)
      kill(try apus.pid(), SIGKILL)
      #expect(try eventually { try apus.state().status == "stopped" })
      expectRefusal(try apus.start(), "stopped")
      #expect(try apus.delete() == .silently)
    }

    /// Init is held so that start has to wait for it, and then dies.
    @Test func whileStartWaits() throws {
      let apus = try Sandbox("/bin/true")
      #expect(try apus.create() == .silently)
      let pid = try apus.pid()
      kill(pid, SIGSTOP)
      let start = try apus.begin("start", apus.id)
      #expect(try !start.ends(within: 0.2))
      let killed = secondsSinceBoot()
      kill(pid, SIGKILL)
      let end = try start.finish()
      #expect(secondsSinceBoot() - killed < 0.5 * slowness)
      expectRefusal(end, "stopped")
      // Before 6.15 the kernel forgets how a process ended once it is reaped, which may be sooner.
      if Host.isLinux(6, 15) { expectRefusal(end, "SIGKILL") }
      #expect(try apus.state().status == "stopped")
    }

    @Test func startWaitsForAnInitThatIsHeld() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      #expect(try apus.create() == .silently)
      let pid = try apus.pid()
      kill(pid, SIGSTOP)
      let start = try apus.begin("start", apus.id)
      #expect(try !start.ends(within: 0.2))
      kill(pid, SIGCONT)
      #expect(try start.finish() == .silently)
      #expect(try apus.state().status == "running")
    }

    /// Ten seconds, and no more, for one that can't answer.
    @Test func startGivesUpAnInitThatIsHeld() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      #expect(try apus.create() == .silently)
      let pid = try apus.pid()
      kill(pid, SIGSTOP)
      let start = try apus.start()
      expectRefusal(start, "process \(pid), is stopped by a signal", "SIGCONT")
      #expect(start.seconds > 9 / slowness && start.seconds < 11, "\(start.seconds)")
      kill(pid, SIGCONT)
      #expect(try apus.start() == .silently)
      #expect(try apus.state().status == "running")
    }

    /// A start that waits holds the container's lock; kill and delete get through to init.
    @Test func byDeleteWhileStartWaits() throws {
      let apus = try Sandbox("/bin/true")
      #expect(try apus.create() == .silently)
      kill(try apus.pid(), SIGSTOP)
      let start = try apus.begin("start", apus.id)
      #expect(try !start.ends(within: 0.1))
      let delete = try apus.deleteByForce()
      #expect(delete == .silently)
      #expect(delete.seconds < 1)
      expectRefusal(try start.finish(), apus.id)
      #expect(apus.leftovers() == [])
    }

    @Test func atAnyMomentOfAStart() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      for round in 0..<100 {
        try #require(try apus.create() == .silently)
        let pid = try apus.pid()
        let start = try apus.begin("start", apus.id)
        pause(Double(round) * 60e-6)  // a start takes some 3 ms
        kill(pid, SIGKILL)
        let end = try start.finish()
        #expect(end.seconds < 1)
        if end != .silently { expectRefusal(end, "stopped") }
        #expect(try eventually { try apus.state().status == "stopped" })
        try #require(try apus.delete() == .silently)
      }
      #expect(apus.leftovers() == [])
    }
  }
}

/// How much a process holds of its sealed executable, whose path is "/", without what it has written to.
private func unwrittenKiB(of pid: Int32) -> Int {
  let lines = text(of: "/proc/\(pid)/smaps").split(separator: "\n")
  var (sum, isOwn) = (0, false)
  for line in lines {
    let fields = line.split(separator: " ")
    if fields[0].contains("-") { isOwn = fields.count == 6 && fields[5] == "/" }
    if isOwn, fields[0] == "Rss:" { sum += Int(fields[1]) ?? 0 }
    if isOwn, fields[0] == "Anonymous:" { sum -= Int(fields[1]) ?? 0 }
  }
  return sum
}
