import Testing

/// The ways in which runc takes options.
@Suite struct OptionTests {
  @Test(arguments: [
    "list -f json", "list -f=json", "list --format json", "list --format=json", "list -format json",
    "list -format=json", "list --f json", "list -f table -f json", "-- list -f json --",
    "--debug list -f json", "--debug=false list -f json", "-debug=T list -f json --quiet=false",
  ])
  func manySpellingsMeanTheSame(words: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 0)
    #expect(result.output == "null\n", "\(result)")
  }

  @Test(arguments: ["--root=state list -q", "-root state list -q", "-root=state list --quiet"])
  func globalOptionsComeFirst(words: String) throws {
    let apus = try Scratch()
    try apus.makeBundle()
    try #require(apus("create \(apus.id)").status == 0)
    let result = shell("cd \(apus.folder) && \(apus.apus) \(words)")
    #expect(result == Outcome(status: 0, output: "\(apus.id)\n", errors: ""))
  }

  @Test func optionsMayFollowTheName() throws {
    let result = try Scratch()("create c --bundle /nonexistent")
    #expect(result.status == 1)
    #expect(try loggedMessage(result.errors).contains("/nonexistent"))
  }

  @Test func whatFollowsTwoDashesIsNoOption() throws {
    let result = try Scratch()("delete -- -f")
    #expect(result.status == 1)
    #expect(try loggedMessage(result.errors).contains("container \"-f\" does not exist"))
  }

  // Those after the name are the program's, so neither is refused.
  @Test(arguments: [
    "exec none ls -l --bogus", "exec none -u 1: ls", "exec none --help", "exec -- none ls -l",
    "exec none -- ls", "exec -u 1 -e A=B -e C=D -t none ls", "exec -tty=false none ls",
  ])
  func optionsOfExecEndAtTheName(words: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 255)
    #expect(result.output == "")
    #expect(try loggedMessage(result.errors).contains("\"none\" does not exist"))
  }

  @Test(arguments: ["0", "1", "1:2", "0:0", "4294967294:4294967294", "007:1"])
  func usersOfExecAreNumbers(user: String) throws {
    let result = try Scratch()("exec -u \(user) none ls")
    #expect(result.status == 255)
    #expect(try loggedMessage(result.errors).contains("\"none\" does not exist"))
  }

  @Test(arguments: [
    "''", "1:", ":2", ":", "a", "root", "1:a", "a:1", "1:2:3", "-1", "+1", "1:-1", "' 1'", "1.5",
    "0x1", "4294967295", "4294967296", "1:4294967295", "1:4294967296", "18446744073709551617",
  ])
  func whatIsNoNumberIsNoUser(user: String) throws {
    let result = try Scratch()("exec -u \(user) none ls")
    #expect(result.status == 255)
    #expect(try loggedMessage(result.errors).hasPrefix("invalid user \""))
  }

  @Test func theGroupThatMeansNoneIsRefused() throws {
    let result = try Scratch()("exec -g 4294967295 none ls")
    #expect(result.status == 255)
    #expect(try loggedMessage(result.errors).hasPrefix("invalid group 4294967295"))
  }
}
