import CLinux
import Glibc
import LinuxKernel
import Testing

/// A process with a terminal of its own, in the foreground.
@Suite(.serialized) struct TerminalRelayTests {
  private func command(_ script: String) throws -> [String] {
    [try Spawned.probe, "terminal", "sh", "-c", script]
  }

  @Test func theProcessHasAControllingTerminal() throws {
    let desk = try Desk()
    let probe = try Spawned(
      try command("tty; : > /dev/tty && echo yes; exit 9"), terminal: desk.path)
    #expect(try probe.wait() == 9)
    let lines = try desk.rest().split(separator: "\r\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("/dev/pts/") == true)
    #expect(lines.first.map(String.init) != desk.path)
    #expect(lines.last == "yes")
  }

  @Test func allOutputIsPrintedBeforeItEnds() throws {
    let desk = try Desk()
    let pipe = try Pipe()
    let probe = try Spawned(
      try command("yes 0123456789abcdef | head -c 1000000; printf END"),
      streams: [nil, pipe.writing, try terminalNumber(desk)])
    pipe.closeWriting()
    // The reader is late, so that everything between fills up.
    usleep(300_000)
    let output = Transcript(pipe.reading.number).readToEnd()
    #expect(try probe.wait() == 0)
    #expect(output.utf8.count == 1_000_003)
    #expect(output.hasSuffix("END"))
    #expect(!output.contains("\r"))
  }

  @Test func allOutputReachesATerminal() throws {
    let desk = try Desk()
    let probe = try Spawned(try command("seq 1 20000; printf END"), terminal: desk.path)
    let output = try desk.screen.read(until: "END")
    #expect(try probe.wait() == 0)
    #expect(output == (1...20000).map { "\($0)\r\n" }.joined() + "END")
  }

  @Test func theLastLineIsNeverLost() throws {
    let desk = try Desk()
    for _ in 1...50 {
      let pipe = try Pipe()
      let probe = try Spawned(
        try command("echo last"), streams: [nil, pipe.writing, try terminalNumber(desk)])
      pipe.closeWriting()
      #expect(Transcript(pipe.reading.number).readToEnd() == "last\n")
      #expect(try probe.wait() == 0)
    }
  }

  @Test func theWindowSizeFollows() throws {
    let desk = try Desk(size: WindowSize(rows: 37, columns: 111))
    let probe = try Spawned(
      try command(
        "stty size; trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done"),
      terminal: desk.path)
    #expect(try desk.screen.read(until: "ready").hasPrefix("37 111\r\n"))
    try WindowSize(rows: 5, columns: 6).apply(to: desk.terminal.master.number)
    try desk.screen.read(until: "5 6\r\n")
    #expect(try probe.wait() == 0)
  }

  @Test func aTerminalThatKnowsNoSizeLeavesTheOneOfTheConfiguration() throws {
    let desk = try Desk(size: WindowSize(rows: 0, columns: 0))
    let probe = try Spawned(try command("stty size"), terminal: desk.path)
    #expect(try probe.wait() == 0)
    #expect(try desk.rest() == "11 22\r\n")
  }

  @Test func keysArriveAndTheSettingsAreRestored() throws {
    let desk = try Desk()
    #expect(try desk.settings().isLineBuffered)
    let probe = try Spawned(
      try command(
        "echo ready; read line; echo \"<$line>\"; trap 'echo interrupted; exit 4' INT; sleep 9"),
      terminal: desk.path)
    try desk.screen.read(until: "ready")
    #expect(try !desk.settings().isLineBuffered)
    try desk.type("hello\r")
    // The echo is that of the process' own terminal.
    #expect(try desk.screen.read(until: "<hello>").hasPrefix("ready\r\nhello\r\n"))
    usleep(100_000)
    try desk.type("\u{3}")
    try desk.screen.read(until: "interrupted")
    #expect(try probe.wait() == 4)
    #expect(try desk.settings().isLineBuffered)
  }

  @Test func aStandardInputThatEndsDoesNotEndTheProcess() throws {
    let desk = try Desk()
    let (input, output) = (try Pipe(), try Pipe())
    let probe = try Spawned(
      try command("read a; sleep 0.3; echo \"<$a>\""),
      streams: [input.reading.number, output.writing, try terminalNumber(desk)])
    output.closeWriting()
    try write(Array("hi\n".utf8), to: input.writing)
    input.closeWriting()
    #expect(Transcript(output.reading.number).readToEnd() == "hi\n<hi>\n")
    #expect(try probe.wait() == 0)
  }

  @Test func aClosedStandardInputDoesNotMatter() throws {
    let desk = try Desk()
    let probe = try Spawned(
      ["sh", "-c", "exec $0 terminal sh -c 'sleep 0.2; echo on' <&-", try Spawned.probe],
      terminal: desk.path)
    #expect(try probe.wait() == 0)
    #expect(try desk.rest() == "on\r\n")
  }

  @Test func withoutATerminalThereIsAnError() throws {
    let pipe = try Pipe()
    let probe = try Spawned(try command("true"), streams: [nil, pipe.writing, pipe.writing])
    pipe.closeWriting()
    let output = Transcript(pipe.reading.number).readToEnd()
    #expect(output.contains("/process/terminal"), "\(output)")
    #expect(output.split(separator: "\n").count == 1)
    #expect(try probe.wait() == 1)
  }

  @Test func aReaderThatLeavesHangsTheTerminalUp() throws {
    let desk = try Desk()
    let shell = try Spawned(
      ["sh", "-c", "($0 terminal yes; echo $? >&2) | head -n 1", try Spawned.probe],
      terminal: desk.path)
    #expect(try shell.wait() == 0)
    let lines = try desk.rest().split(separator: "\r\n")
    #expect(lines.first == "y")
    // SIGHUP has ended it, or EIO when it wrote.
    #expect(["129", "1"].contains(lines.last))
  }

  @Test func aProcessLeftBehindIsNotWaitedFor() throws {
    let desk = try Desk()
    let probe = try Spawned(
      try command("(trap '' HUP; sleep 8; echo late) & echo done"), terminal: desk.path)
    #expect(try probe.wait(seconds: 4) == 0)
    #expect(try desk.rest() == "done\r\n")
  }

  @Test func nobodySpinsWhileNothingHappens() throws {
    let desk = try Desk()
    // Meanwhile no program has the terminal open.
    let script = """
      exec < /dev/null > /dev/null 2>&1
      ticks() { set -- $(cat /proc/$PPID/stat); echo $((${14} + ${15})); }
      before=$(ticks)
      sleep 1
      echo $(($(ticks) - before)) > /dev/tty
      """
    let probe = try Spawned(try command(script), terminal: desk.path)
    #expect(try probe.wait() == 0)
    let ticks = try #require(Int(try desk.rest().split(separator: "\r\n").last ?? ""))
    #expect(ticks < 20, "of 100 a second")
  }

  @Test func theStandardStreamsStayBlockingForOthers() throws {
    let desk = try Desk()
    let probe = try Spawned(
      try command("sleep 0.1; for n in 0 1 2; do grep flags: /proc/$PPID/fdinfo/$n; done"),
      terminal: desk.path)
    #expect(try probe.wait() == 0)
    let flags = try desk.rest().split(separator: "\r\n").compactMap {
      $0.split(separator: "\t").last.flatMap { Int32($0, radix: 8) }
    }
    #expect(flags.count == 3)
    #expect(flags.allSatisfy { $0 & O_NONBLOCK == 0 })
  }

  private func terminalNumber(_ desk: Desk) throws -> Int32 { desk.terminal.peer.number }
}
