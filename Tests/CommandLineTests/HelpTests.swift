import Testing

let commands = [
  "create", "start", "run", "exec", "state", "list", "ps", "events", "update", "kill",
  "pause", "resume", "checkpoint", "restore", "delete", "spec", "check", "plan", "trace",
  "features",
]

/// What can be learned without a container.
@Suite struct HelpTests {
  @Test(arguments: ["--help", "-h", "-help", "help", "h", "", "--debug", "--help=true list"])
  func theProgramListsItsCommands(words: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.output.hasPrefix("NAME:\n   apus - "))
    for command in commands { #expect(result.output.contains("\n   \(command) "), "\(command)") }
    for option in [
      "--root DIR", "--log FILE", "--log-format FORMAT", "--log-level LEVEL", "--debug",
      "--rootless WHEN",
    ] {
      #expect(result.output.contains(option), "\(option)")
    }
  }

  @Test(arguments: commands) func everyCommandExplainsItself(command: String) throws {
    let apus = try Scratch()
    let result = apus("\(command) --help")
    #expect(result.status == 0)
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "NAME:")
    #expect(lines.dropFirst().first?.hasPrefix("   apus \(command) - ") == true)
    #expect(result.output.contains("\nUSAGE:\n   apus \(command) [OPTIONS]"))
    #expect(result.output.contains("-h, --help"))
    #expect(lines.allSatisfy { $0.utf8.count <= 110 })
    for words in ["\(command) -h", "help \(command)", "h \(command)"] {
      #expect(apus(words) == result, "\(words)")
    }
  }

  @Test(arguments: [
    (
      "create",
      [
        "-b, --bundle DIR", "-f, --config FILE", "--console-socket SOCKET", "--pid-file FILE",
        "--pidfd-socket SOCKET",
        "--no-pivot", "--no-new-keyring", "--preserve-fds N",
      ]
    ),
    ("run", ["-d, --detach", "--keep", "--no-subreaper", "-b, --bundle DIR"]),
    (
      "exec",
      [
        "--console-socket", "--cwd", "-e, --env", "-t, --tty", "-u, --user UID[:GID]",
        "-g, --additional-gids", "-p, --process", "-d, --detach", "--pid-file", "--process-label",
        "--apparmor", "--no-new-privs", "-c, --cap", "--preserve-fds", "--cgroup",
        "--ignore-paused", "--pidfd-socket", "--no-subreaper",
      ]
    ),
    ("delete", ["-f, --force", "-r, --regex"]), ("kill", ["-r, --regex"]),
    ("list", ["-f, --format FORMAT", "-q, --quiet"]),
    ("ps", ["-f, --format FORMAT"]),
    ("spec", ["-b, --bundle DIR", "-f, --file FILE", "--rootless"]),
    ("check", ["-b, --bundle DIR", "-f, --format FORMAT"]),
    ("events", ["--interval TIME", "--stats"]),
    (
      "update",
      [
        "-r, --resources FILE", "--blkio-weight", "--cpu-period", "--cpu-quota", "--cpu-burst",
        "--cpu-share ", "--cpu-rt-period", "--cpu-rt-runtime", "--cpu-idle", "--cpuset-cpus",
        "--cpuset-mems", "--memory BYTES", "--memory-reservation", "--memory-swap", "--pids-limit",
        "--l3-cache-schema SCHEMA", "--mem-bw-schema SCHEMA",
      ]
    ),
    ("plan", ["-b, --bundle DIR", "-f, --format FORMAT"]),
  ])
  func theHelpShowsEveryOption(command: String, options: [String]) throws {
    let result = try Scratch()("\(command) --help")
    for option in options { #expect(result.output.contains(option), "\(option)") }
  }

  @Test func hiddenOptionsAreNotShown() throws {
    #expect(try !Scratch()("kill --help").output.contains("--all"))
    #expect(try !Scratch()("--help").output.contains("--criu"))
  }

  @Test(arguments: ["--version", "-v", "-version", "--version list"])
  func versionHasTheLinesThatEnginesRead(words: String) throws {
    let result = try Scratch()(words)
    #expect(result.status == 0 && result.errors == "")
    let lines = try Regex(
      #"apus version \d+\.\d+\.\d+\nspec: 1\.3\.0\nlibseccomp: \d+\.\d+\.\d+\n"#)
    #expect(try lines.wholeMatch(in: result.output) != nil, "\(result.output)")
  }

  @Test func whatCannotBePrintedIsAnError() throws {
    let result = try Scratch()("features > /dev/full")
    #expect(result.status == 1)
    #expect(result.errors.contains("ENOSPC"))
  }
}
