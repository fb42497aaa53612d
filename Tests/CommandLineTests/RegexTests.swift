import Testing

/// `--regex` of kill and delete, as crun has it: all containers whose names match somewhere.
@Suite struct RegexTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    try apus.makeBundle()
    for name in ["one", "two", "onetwo"] {
      try #require(apus("run -d \(apus.id)-\(name)").status == 0)
    }
  }

  /// The ends of the names of containers that are in a state.
  private func names(_ status: String) -> [String] {
    apus("list").output.split(separator: "\n").filter { $0.contains(" \(status) ") }.compactMap {
      $0.split(separator: " ")[0].split(separator: "-").last.map(String.init)
    }
  }

  @Test(arguments: ["--regex", "-r"]) func killsThoseThatMatch(option: String) {
    #expect(
      apus("kill \(option) '^\(apus.id)-(one|none)$' KILL")
        == Outcome(status: 0, output: "", errors: ""))
    #expect(waitUntil { names("stopped") == ["one"] })
    #expect(apus("kill \(option) two KILL") == Outcome(status: 0, output: "", errors: ""))
    #expect(waitUntil { names("running") == [] })
    #expect(names("stopped") == ["one", "onetwo", "two"])
  }

  @Test func deletesThoseThatMatch() {
    #expect(apus("delete -f -r 'one$'") == Outcome(status: 0, output: "", errors: ""))
    #expect(names("running") == ["onetwo", "two"])
    #expect(apus("delete --regex --force .") == Outcome(status: 0, output: "", errors: ""))
    #expect(names("running") == [])
  }

  @Test func oneThatFailsKeepsNothingFromTheOthers() throws {
    try #require(apus("kill -r two$ KILL").status == 0)
    #expect(waitUntil { names("stopped").count == 2 })
    let result = apus("delete -r .")
    #expect(result.status == 1 && result.output == "")
    #expect(try loggedMessage(result.errors).contains("\"\(apus.id)-one\" that is not stopped"))
    #expect(names("running") == ["one"] && names("stopped") == [])
    let all = apus("kill -r . NOSUCH")
    #expect(try loggedMessage(all.errors).contains("unknown signal"))
  }

  @Test func whatNoneMatchesIsNoError() {
    for words in ["delete -f -r '^none'", "delete -r '^none'", "kill -r '^none' KILL"] {
      #expect(apus(words) == Outcome(status: 0, output: "", errors: ""))
    }
    #expect(names("running").count == 3)
  }

  @Test func whatIsNoExpressionIsRefused() throws {
    for words in ["delete -r '('", "kill -r '[' KILL"] {
      let result = apus(words)
      #expect(result.status == 1)
      #expect(try loggedMessage(result.errors).hasPrefix("invalid regular expression \""))
    }
    // Without the option it is a name.
    #expect(try loggedMessage(apus("kill 'o.*'").errors).contains("invalid container id"))
  }
}
