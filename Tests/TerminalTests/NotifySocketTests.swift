import ApusRuntime
import CLinux
import Glibc
import LinuxKernel
import Testing

/// Readiness, passed on from the container to the service manager.
struct NotifySocketTests {
  /// A service manager, a container's folder and a process in it.
  private final class Host {
    let folder: Folder
    let state: Descriptor
    let address: String
    let manager: UnixSocket
    let program: Spawned

    init(_ script: String = "sleep 9", abstract: String? = nil) throws {
      folder = try Folder()
      state = try open(folder.path, [.readOnly, .directory])
      address = abstract ?? "\(folder.path)/manager"
      manager = UnixSocket(owning: try boundSocket(SOCK_DGRAM, address))
      program = try Spawned(["sh", "-c", script])
    }

    /// Starts the probe, which passes on what the process says, or runs another process.
    func forward(_ words: [String]? = nil) throws -> Spawned {
      let pipe = try Pipe()
      let words = words ?? [String(program.pid)]
      let probe = try Spawned(
        [try Spawned.probe, "notify", address, folder.path] + words, streams: [nil, pipe.writing])
      try Transcript(pipe.reading.number).read(until: "listening")
      return probe
    }

    /// What the process would do.
    func say(_ text: String) throws {
      let socket = try UnixSocket(connecting: .datagram, to: "\(folder.path)/notify/notify.sock")
      try socket.send(Array(text.utf8))
    }

    /// Expects that the service manager is told so, and that it is waited for.
    func expectReadiness(of pid: Int32, _ probe: Spawned) throws {
      #expect(try received() == "READY=1\n")
      #expect(try received() == "MAINPID=\(pid)\n")
      try #require(isTold)
      var barrier = try manager.receive()
      #expect(String(decoding: barrier.bytes, as: UTF8.self) == "BARRIER=1")
      let pipe = try descriptor(of: &barrier)
      #expect(try !ProcessDescriptor(opening: probe.pid).waitUntilEnded(milliseconds: 200))
      _ = consume pipe
    }

    var isTold: Bool {
      var entry = pollfd(fd: manager.number, events: Int16(POLLIN), revents: 0)
      return poll(&entry, 1, 10_000) > 0
    }

    private func received() throws -> String {
      try #require(isTold)
      return String(decoding: try manager.receive().bytes, as: UTF8.self)
    }
  }

  @Test(arguments: [
    ["READY=1"], ["STATUS=starting", "WATCHDOG=1\n", "STATUS=done\nREADY=1\nMAINPID=1"],
  ])
  func readinessAndTheProcessArePassedOnAndNothingElse(messages: [String]) throws {
    let host = try Host()
    let probe = try host.forward()
    for message in messages { try host.say(message) }
    try host.expectReadiness(of: host.program.pid, probe)
    #expect(try probe.wait() == 0)
  }

  @Test func inTheForegroundTheRuntimeIsTheProcess() throws {
    let host = try Host()
    let probe = try host.forward(["-", "sh", "-c", "sleep 0.5; exit 7"])
    try host.say("READY=1")
    try host.expectReadiness(of: probe.pid, probe)
    #expect(try probe.wait() == 7)
  }

  /// The service manager looks a sender up by its process, so that has to stay until it has.
  @Test func aProcessThatEndsAtOnceWaitsForTheServiceManager() throws {
    let host = try Host()
    let probe = try host.forward(["-", "sh", "-c", "sleep 0.2"])
    try host.say("READY=1")
    usleep(500_000)
    try host.expectReadiness(of: probe.pid, probe)
    #expect(try probe.wait() == 0)
  }

  @Test func theEndOfTheProcessEndsTheWaiting() throws {
    // Not before the probe looks at it.
    let host = try Host("sleep \(0.3 * Double(slowness))")
    let probe = try host.forward()
    try host.say("STATUS=about to fail")
    #expect(try host.program.wait() == 0)
    #expect(try probe.wait(seconds: 5) == 0)
    var entry = pollfd(fd: host.manager.number, events: Int16(POLLIN), revents: 0)
    #expect(poll(&entry, 1, 0) == 0)
  }

  @Test func theServiceManagerMayHaveAnAbstractName() throws {
    let host = try Host(abstract: "@apus-terminal-\(getpid())")
    let probe = try host.forward()
    try host.say("READY=1")
    try host.expectReadiness(of: host.program.pid, probe)
    #expect(try probe.wait() == 0)
  }

  @Test func everybodyMayWriteToIt() throws {
    let host = try Host()
    let probe = try host.forward()
    #expect(try status(of: "\(host.folder.path)/notify/notify.sock").st_mode & 0o777 == 0o777)
    #expect(try status(of: "\(host.folder.path)/notify").st_mode & 0o777 == 0o755)
    kill(probe.pid, SIGKILL)
    #expect(try probe.wait() == 137)
  }

  @Test func aSecondStartMakesItAnew() throws {
    let host = try Host()
    let socket = try #require(NotifySocket(host: host.address))
    try socket.prepare(in: host.state.number)
    for _ in 1...2 {
      let isListening = try socket.listen(in: host.state.number, mainPID: 1) != nil
      #expect(isListening)
    }
  }

  @Test func aContainerThatWasMadeWithoutOneHasNone() throws {
    let host = try Host()
    let socket = try #require(NotifySocket(host: host.address))
    let isListening = try socket.listen(in: host.state.number, mainPID: 1) != nil
    #expect(!isListening)
  }

  @Test func aServiceManagerThatIsGoneIsNamed() throws {
    let host = try Host()
    let socket = try #require(NotifySocket(host: "/nowhere/notify"))
    try socket.prepare(in: host.state.number)
    let error = #expect(throws: RuntimeError.self) {
      _ = try socket.listen(in: host.state.number, mainPID: 1)
    }
    #expect(
      error?.description.contains("/nowhere/notify: no such file or directory (ENOENT)") == true)
  }

  @Test func theProgramSeesItAtRunNotify() throws {
    #expect(NotifySocket(host: nil) == nil)
    #expect(NotifySocket(host: "") == nil)
    let socket = try #require(NotifySocket(host: "/run/systemd/notify"))
    let mount = socket.mount(state: "/run/apus/c")
    #expect(mount.source == "/run/apus/c/notify")
    #expect(mount.destination == "/run/notify")
    #expect(mount.options == ["bind", "nosuid", "noexec", "nodev", "ro"])
    #expect(socket.environment == "NOTIFY_SOCKET=/run/notify/notify.sock")
  }
}
