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
}
