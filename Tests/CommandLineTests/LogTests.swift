import Glibc
import Testing

/// Messages, as callers of runc read them.
@Suite struct LogTests {
  @Test func aLineOfJSONHasThreeKeysInOrder() throws {
    let result = try Scratch()("--log-format json state none")
    #expect(result.status == 1)
    let time = #"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)"#
    let line = try Regex(
      #"\{"level":"error","msg":"[^"]*\\"none\\" does not exist[^"]*","time":"\#(time)"\}\n"#)
    #expect(try line.wholeMatch(in: result.errors) != nil, "\(result.errors)")
  }

  @Test(arguments: ["text", "json"]) func aLogFileGetsTheLineAndPeopleTheMessage(format: String)
    throws
  {
    let apus = try Scratch()
    let first = apus("--log \(apus.folder)/log --log-format \(format) state none")
    #expect(first.status == 1)
    #expect(first.errors.hasPrefix("container \"none\" does not exist"))
    #expect(first.errors.split(separator: "\n").count == 1)
    let second = apus("--log=\(apus.folder)/log -log-format=\(format) list --bogus")
    #expect(second.errors == "unknown option --bogus\n")
    #expect(second.output.hasPrefix("Incorrect Usage: unknown option --bogus\n"))
    let lines = contents(of: "\(apus.folder)/log").split(separator: "\n")
    #expect(lines.count == 2)
    let start = format == "json" ? "{\"level\":\"error\",\"msg\":\"" : "time=\""
    #expect(lines.allSatisfy { $0.hasPrefix(start) })
    #expect(lines.first?.contains("does not exist") == true)
    #expect(lines.last?.contains("unknown option --bogus") == true)
  }

  @Test func theZoneIsThatOfTheHost() throws {
    let apus = try Scratch()
    let result = shell("TZ=XYZ-5:45 \(apus.apus) --root \(apus.folder)/state state none")
    #expect(result.errors.contains(#/^time="[^"]*\+05:45" /#), "\(result.errors)")
  }

  @Test func whatMovesTheCursorIsEscaped() throws {
    let apus = try Scratch()
    let result = shell(#"\#(apus.apus) "$(printf 'a\033[2J\n\t\\"b')""#)
    #expect(result.status == 3)
    #expect(
      result.errors.contains(#"msg="unknown command \"a\x1b[2J\n\t\\\"b\": "#), "\(result.errors)")
  }

  @Test func norDoesItMoveTheCursorOfWhoHasALogFile() throws {
    let apus = try Scratch()
    let command = "\(apus.apus) --log \(apus.folder)/log --root \(apus.folder)/state"
    let result = shell(#"\#(command) "$(printf 'a\033[2J\nb')""#)
    #expect(result.errors.hasPrefix(#"unknown command "a\x1b[2J\nb""#), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func aMessageIsAsLongAsAnEngineReads() throws {
    let apus = try Scratch()
    let result = apus("state $(printf '%0100000d' 0)")
    #expect(result.status == 1)
    #expect(result.errors.utf8.count < 9000)
    let command = apus("$(printf '%0100000d' 0)")
    #expect(command.errors.utf8.count < 9000, "\(command.errors.utf8.count)")
    #expect(command.errors.contains("…"))
  }

  @Test func debugAddsWhatNobodyAskedFor() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    try #require(apus("create \(apus.id)").status == 0)
    _ = shell("echo '{\"cwd\": \"relative\", \"args\": [\"a\"], \"x\": 1}' > \(apus.folder)/p.json")
    let quiet = apus("exec -p p.json \(apus.id)")
    #expect(try loggedMessage(quiet.errors).contains("/cwd"))
    let debug = apus("--debug exec -p p.json \(apus.id)")
    #expect(debug.errors.contains(#/level=debug msg="p.json: /x: /#), "\(debug.errors)")
    #expect(debug.status == 255)
  }

  @Test(arguments: [
    ("--log-level error", ["error"]), ("--log-level warning", ["error", "warning"]),
    ("", ["error", "warning"]), ("--log-level info", ["error", "warning"]),
    ("--log-level=debug", ["debug", "error", "warning"]),
    ("--log-level error --debug", ["debug", "error", "warning"]),
  ])
  func theLeastIsChosen(options: String, levels: [String]) throws {
    let apus = try Scratch()
    // Unknown keys are for who debugs; ambient capabilities that aren't inheritable are warned of.
    try apus.makeBundle(
      edit: #"""
        -e 's|"capabilities": {|"x": 1, &"ambient": ["CAP_KILL"],|' -e 's|"/bin/sleep"|"/none"|'
        """#)
    let result = apus("\(options) create \(apus.id)")
    #expect(result.status == 1)
    let seen = Set(result.errors.matches(of: #/ level=([a-z]+) /#).map { "\($0.1)" })
    #expect(seen.sorted() == levels, "\(result.errors)")
  }

  /// Runs it where journald and syslog are sockets of this test.
  private func whereSocketsAreOurs(_ apus: Scratch, _ words: String) -> Outcome {
    shell(
      """
      cd \(apus.folder) && echo '\(apus.apus) --root state \(words)' > command &&
      unshare --mount sh -c 'mount -t tmpfs none /run && mkdir -p /run/systemd/journal &&
        mount -t tmpfs none /dev && ln -s $PWD/journal /run/systemd/journal/socket &&
        ln -s $PWD/syslog /dev/log && . ./command'
      """)
  }

  @Test(arguments: ["journald:", "journald:my-id"]) func theJournalGetsFields(log: String) throws {
    let apus = try Scratch()
    let journal = try DatagramSocket("\(apus.folder)/journal")
    let result = whereSocketsAreOurs(apus, "--log \(log) --log-format json state none")
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("container \"none\" does not exist"), "\(result)")
    let fields = try #require(journal.receive()).split(separator: "\n").map(String.init)
    #expect(fields.first == "PRIORITY=3")
    #expect(fields[1].hasPrefix("MESSAGE=container \"none\" does not exist"))
    #expect(
      fields.dropFirst(2)
        == ["SYSLOG_IDENTIFIER=apus"] + (log.hasSuffix("id") ? ["ID=my-id"] : []))
    #expect(journal.receive() == nil)
  }

  @Test func noMessageHasMoreThanOneLineForTheJournal() throws {
    let apus = try Scratch()
    let journal = try DatagramSocket("\(apus.folder)/journal")
    _ = whereSocketsAreOurs(apus, #"--log journald: "$(printf "a\nPRIORITY=0")""#)
    let entry = try #require(journal.receive())
    #expect(entry.hasPrefix(#"PRIORITY=3\#nMESSAGE=unknown command "a\nPRIORITY=0""#), "\(entry)")
    #expect(entry.split(separator: "\n").count == 3)
  }

  @Test(arguments: [("syslog:", "apus"), ("syslog:tag", "tag")])
  func syslogGetsALine(log: String, tag: String) throws {
    let apus = try Scratch()
    let syslog = try DatagramSocket("\(apus.folder)/syslog")
    #expect(whereSocketsAreOurs(apus, "--log \(log) state none").status == 1)
    let line = try #require(syslog.receive())
    let form = try Regex(
      #"<11>[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d \#(tag): container "none" does not exist[^\n]*"#)
    #expect(try form.wholeMatch(in: line) != nil, "\(line)")
  }

  /// The log stays open where a container is made, and the container doesn't get it.
  @Test func aContainerThatIsMadeHasNoneOfTheSocket() throws {
    let apus = try Scratch()
    try apus.makeBundle(
      edit: #"""
        -e 's|"capabilities": {|&"ambient": ["CAP_KILL"],|' \
          -e 's|"/bin/sleep", "1000"|"sh", "-c", "/bin/busybox ls /proc/self/fd"|'
        """#)
    let journal = try DatagramSocket("\(apus.folder)/journal")
    let result = shell(
      """
      cd \(apus.folder) && unshare --mount sh -c 'mount -t tmpfs none /run &&
        mkdir -p /run/systemd/journal && ln -s $PWD/journal /run/systemd/journal/socket &&
        \(apus.apus) --root state --log journald: run \(apus.id)'
      """)
    #expect(result.status == 0 && result.output == "0\n1\n2\n3\n", "\(result)")
    #expect(try #require(journal.receive()).hasPrefix("PRIORITY=4\nMESSAGE="))
  }

  @Test(arguments: [("journald:", "/run/systemd/journal/socket"), ("syslog:x", "/dev/log")])
  func aSocketThatIsNotThereIsSaid(log: String, path: String) throws {
    let apus = try Scratch()
    let result = shell(
      """
      unshare --mount sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /dev &&
        \(apus.apus) --log \(log) --root \(apus.folder)/state list'
      """)
    #expect(result.status == 1 && result.output == "")
    let message = try loggedMessage(result.errors)
    #expect(
      message.hasPrefix("open the log --log \(log): ") && message.contains("\(path): no such"))
  }

  @Test(arguments: ["file:log", "log", "x:log", "./journald:log"])
  func allElseIsAFile(log: String) throws {
    let apus = try Scratch()
    #expect(apus("--log \(log) state none").status == 1)
    let path = log.hasPrefix("file:") ? "log" : log
    #expect(try loggedMessage(contents(of: "\(apus.folder)/\(path)")).contains("\"none\""))
  }

  @Test(.enabled(if: access("/run/systemd/journal/socket", F_OK) == 0, "no systemd-journald here"))
  func theHostsOwnJournal() throws {
    let apus = try Scratch()
    for log in ["journald:\(apus.id)", "syslog:\(apus.id)"] {
      #expect(apus("--log \(log) state none").status == 1)
    }
    #expect(
      waitUntil {
        let entries = shell("journalctl -o cat ID=\(apus.id) + SYSLOG_IDENTIFIER=\(apus.id)")
        return entries.output.matches(of: /container "none" does not exist/).count == 2
      })
  }
}

/// A socket that takes messages, such as that of syslog.
private final class DatagramSocket {
  private let number: Int32

  init(_ path: String) throws {
    number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, size) }
    }
    try #require(bound == 0)
  }

  deinit { close(number) }

  /// A message that has come; nil if none has.
  func receive() -> String? {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = recv(number, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
