import Testing

/// Command lines that runc refuses are refused the same way: exit status, and what goes where.
@Suite struct WrongInputTests {
  @Test(arguments: [
    ("start", "apus: \"start\" requires exactly 1 argument(s)"),
    ("start a b", "apus: \"start\" requires exactly 1 argument(s)"),
    ("create", "apus: \"create\" requires exactly 1 argument(s)"),
    ("run a b", "apus: \"run\" requires exactly 1 argument(s)"),
    ("state", "apus: \"state\" requires exactly 1 argument(s)"),
    ("delete", "apus: \"delete\" requires exactly 1 argument(s)"),
    ("pause", "apus: \"pause\" requires exactly 1 argument(s)"),
    ("resume a b", "apus: \"resume\" requires exactly 1 argument(s)"),
    ("kill", "apus: \"kill\" requires a minimum of 1 argument(s)"),
    ("kill a TERM x", "apus: \"kill\" requires a maximum of 2 argument(s)"),
    ("exec", "apus: \"exec\" requires a minimum of 1 argument(s)"),
    ("exec -p file", "apus: \"exec\" requires a minimum of 1 argument(s)"),
    ("ps", "apus: \"ps\" requires a minimum of 1 argument(s)"),
    ("update", "apus: \"update\" requires exactly 1 argument(s)"),
    ("update a b", "apus: \"update\" requires exactly 1 argument(s)"),
    ("events", "apus: \"events\" requires exactly 1 argument(s)"),
    ("list x", "apus: \"list\" requires exactly 0 argument(s)"),
    ("list help", "apus: \"list\" requires exactly 0 argument(s)"),
    ("spec x", "apus: \"spec\" requires exactly 0 argument(s)"),
    ("features x", "apus: \"features\" requires exactly 0 argument(s)"),
  ])
  func theNumberOfArguments(words: String, message: String) throws {
    try expectUsage(words, message)
  }

  @Test(arguments: [
    ("list --bogus", "unknown option --bogus"), ("list -bogus", "unknown option -bogus"),
    ("list -x", "unknown option -x"), ("list --bogus=1 -q", "unknown option --bogus"),
    // Neither abbreviated nor run together.
    ("list --quie", "unknown option --quie"), ("list --form=json", "unknown option --form"),
    ("list -qf json", "unknown option -qf"), ("create --bund", "unknown option --bund"),
    ("create -b.", "unknown option -b."), ("list ---", "unknown option ---"),
    ("list --=x", "unknown option --"), ("list -:", "unknown option -:"),
    ("list --version", "unknown option --version"), ("list --debug", "unknown option --debug"),
    ("exec -td a b", "unknown option -td"),
    ("run --bundle", "option --bundle needs a value"), ("run -b", "option --bundle needs a value"),
    ("delete --force=maybe a", "invalid value \"maybe\" for option --force: give true or false"),
    (
      "create --preserve-fds x a",
      "invalid value \"x\" for option --preserve-fds: give a number from 0 to 4294967295"
    ),
    (
      "create --preserve-fds=-1 a",
      "invalid value \"-1\" for option --preserve-fds: give a number from 0 to 4294967295"
    ),
    (
      "exec -g 5x a b",
      "invalid value \"5x\" for option --additional-gids: give a number from 0 to 4294967295"
    ),
  ])
  func options(words: String, message: String) throws {
    try expectUsage(words, message)
  }

  @Test(arguments: [
    ("--bogus list", "unknown option --bogus"), ("--deb list", "unknown option --deb"),
    ("--rootless", "option --rootless needs a value"),
    ("--cgroup-manager", "option --cgroup-manager needs a value"),
    ("--log", "option --log needs a value"),
    ("--debug=maybe list", "invalid value \"maybe\" for option --debug: give true or false"),
  ])
  func globalOptions(words: String, message: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("Incorrect Usage: \(message)\n\nNAME:\n   apus - "))
    #expect(try loggedMessage(result.errors) == message)
  }

  @Test(arguments: ["bogus", "migrate x", "bogus --foo", "-", "help bogus"])
  func unknownCommandsExitAsRuncDoes(words: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 3)
    #expect(result.output == "")
    let message = try loggedMessage(result.errors)
    #expect(message.hasPrefix("unknown command \""))
    #expect(message.contains("apus help"))
  }

  @Test(arguments: [
    "start none", "state none", "kill none", "kill none KILL", "kill --all none 9", "delete none",
    "delete --force=false none", "pause none", "resume none", "ps none", "ps none -ef",
    "ps -f json none", "ps none --bogus",
  ])
  func aContainerThatDoesNotExist(words: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(try loggedMessage(result.errors).contains("\"none\" does not exist"))
  }

  @Test(arguments: ["start a/b", "state ..", "delete -f a/b", "kill ''", "create a/b"])
  func aNameThatIsNone(words: String) throws {
    let apus = try Scratch()
    try apus.makeBundle()
    let result = apus(words)
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(try loggedMessage(result.errors).contains("container id"))
  }

  @Test(arguments: ["delete -f none", "delete none -f", "delete -force none", "delete -f -- none"])
  func deletingByForceWhatDoesNotExistIsNoError(words: String) throws {
    #expect(try Scratch()(words) == Outcome(status: 0, output: "", errors: ""))
  }

  @Test(arguments: [
    ("list -f yaml", "table or json"), ("plan -f yaml", "text or json"),
    ("check -f yaml", "text or json"),
    ("--log-format yaml list", "text or json"), ("--log /nonexistent/x list", "ENOENT"),
    ("--log file:/nonexistent/x list", "ENOENT"), ("--log file: list", "ENOENT"),
    ("--log-level loud list", "error, warning, info or debug"),
    ("--rootless maybe list", "true, false or auto"),
    ("spec -b /nonexistent", "/nonexistent"), ("create -b /nonexistent a", "/nonexistent"),
    ("create a", "config.json"), ("run a", "config.json"), ("plan", "config.json"),
  ])
  func valuesThatAreNone(words: String, hint: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(try loggedMessage(result.errors).contains(hint), "\(result.errors)")
  }

  @Test func anEmptyRootIsNotTheRootOfTheHost() throws {
    let apus = try Scratch()
    let result = shell("\(apus.apus) --root '' list")
    #expect(result.status == 1)
    #expect(try loggedMessage(result.errors).contains("--root is empty"))
  }

  @Test(arguments: ["/", "//", "/.", "/tmp/.."])
  func theRootOfTheHostHoldsNoContainers(root: String) throws {
    let apus = try Scratch()
    for words in ["list", "state x"] {
      let result = shell("\(apus.apus) --root \(root) \(words)")
      #expect(result.status == 1)
      #expect(try loggedMessage(result.errors).contains("is the root of the file system"))
    }
  }

  private func expectUsage(_ words: String, _ message: String) throws {
    let result = try Scratch()(words)
    let command = words.split(separator: " ")[0]
    #expect(result.status == 1)
    #expect(
      result.output.hasPrefix("Incorrect Usage: \(message)\n\nNAME:\n   apus \(command) - "),
      "\(result.output)")
    #expect(try loggedMessage(result.errors) == message)
  }
}

/// The message of the only line of a text log, its escapes undone as far as they are used here.
func loggedMessage(_ log: String) throws -> String {
  let pattern =
    /time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)" level=error msg="((?:[^"\\]|\\.)*)"\n/
  let match = try #require(try pattern.wholeMatch(in: log), "\(log)")
  return String(match.1).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
}
