import Glibc
import LinuxKernel
import Testing

/// Waiting for a process, and passing signals on to it.
struct ForegroundTests {
  private func run(_ script: String, command: String = "run") throws -> (
    status: Int32, output: String
  ) {
    let pipe = try Pipe()
    let probe = try Spawned(
      [try Spawned.probe, command, "sh", "-c", script], streams: [nil, pipe.writing, pipe.writing])
    pipe.closeWriting()
    let output = Transcript(pipe.reading.number).readToEnd()
    return (try probe.wait(), output)
  }

  @Test(arguments: [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)])
  func theExitStatusIsAsAShellSaysIt(script: String, status: Int32) throws {
    #expect(try run(script).status == status)
  }

  @Test(arguments: [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP, SIGCONT, SIGTTIN, SIGTTOU,
    SIGABRT, SIGSEGV, SIGIO, 40,
  ])
  func aSignalIsForwarded(number: Int32) throws {
    let pipe = try Pipe()
    let script = "trap 'echo got; exit 3' \(number); echo ready; while :; do sleep 0.02; done"
    let probe = try Spawned(
      [try Spawned.probe, "run", "sh", "-c", script], streams: [nil, pipe.writing])
    pipe.closeWriting()
    let output = Transcript(pipe.reading.number)
    try output.read(until: "ready")
    kill(probe.pid, number)
    #expect(output.readToEnd() == "ready\ngot\n")
    #expect(try probe.wait() == 3)
  }

  @Test(arguments: [SIGURG, SIGPIPE, SIGWINCH, SIGCHLD])
  func aSignalThatIsMeantForTheRuntimeIsNot(number: Int32) throws {
    let pipe = try Pipe()
    // sleep is a child, so SIGCHLD itself can't be trapped here: the shell would see its own.
    let traps = number == SIGCHLD ? "" : "trap 'echo wrong' \(number); "
    let script = traps + "trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done"
    let probe = try Spawned(
      [try Spawned.probe, "run", "sh", "-c", script], streams: [nil, pipe.writing])
    pipe.closeWriting()
    let output = Transcript(pipe.reading.number)
    try output.read(until: "ready")
    kill(probe.pid, number)
    usleep(100_000)
    kill(probe.pid, SIGTERM)
    #expect(output.readToEnd() == "ready\n")
    #expect(try probe.wait() == 3)
  }

  @Test func aSignalThatComesBeforeTheProcessReachesIt() throws {
    #expect(try run("sleep 5", command: "run-after-signal").status == 128 + SIGUSR1)
  }

  @Test func theProcessHasNoSignalBlocked() throws {
    let blocked = try run("grep SigBlk: /proc/self/status").output
    #expect(blocked == "SigBlk:\t0000000000000000\n")
  }

  @Test func orphansAreReaped() throws {
    let script = """
      (sleep 0.1 & sleep 0.1 &)
      sleep 0.5
      for status in /proc/[0-9]*/status; do
        grep -q "^PPid:.$PPID\\$" $status 2> /dev/null && grep '^State:' $status
      done | grep -c Z
      """
    #expect(try run(script).output == "0\n")
  }

  @Test func anIgnoredSIGCHLDOfTheCallerCostsNoExitStatus() throws {
    let probe = try Spawned(
      ["sh", "-c", "trap '' CHLD; exec $0 run sh -c 'exit 7'", try Spawned.probe])
    #expect(try probe.wait() == 7)
  }
}
