import Testing

/// What runc prints of a container, and what apus does: the same bytes, so the same keys in the same
/// order with values of the same types. Each reads the record that the other has written.
@Suite(.enabled(if: shell("command -v runc").status == 0, "no runc here"))
struct RuncOutputTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    try apus.makeBundle(edit: #"-e '2a "annotations": {"b": "x=y<&", "a": ""},'"#)
  }

  private func runc(_ words: String) -> Outcome {
    shell("cd \(apus.folder) && timeout 20 runc --root \(apus.folder)/state \(words)")
  }

  /// How it comes to be in a state, from its making on.
  static let lives = [
    ["create"], ["run -d"], ["run -d", "pause"], ["create", "kill"], ["run -d", "kill"],
  ]

  @Test(arguments: lives, [true, false]) func ofOneContainer(life: [String], isRuncs: Bool) throws {
    let maker = isRuncs ? runc : apus.callAsFunction
    let id = apus.id
    for step in life {
      let done = step == "kill" ? apus("kill \(id) KILL") : maker("\(step) \(id)")
      try #require(done.status == 0, "\(done)")
    }
    if life.last == "kill" {
      try #require(waitUntil { apus("state \(id)").output.contains("\"stopped\"") })
    }
    for words in ["state \(id)", "list", "list -f json", "list --quiet"] {
      let (ours, theirs) = (apus(words), runc(words))
      #expect(ours.status == 0 && theirs.status == 0)
      #expect(lines(ours.output) == lines(theirs.output), "\(words)")
    }
    // In a container that runs no longer, runc's freezer cgroup may be gone before its list of it.
    if life.last != "kill" {
      for words in ["ps \(id)", "ps -f json \(id)", "ps \(id) -o pid,comm -e"] {
        let (ours, theirs) = (apus(words), runc(words))
        #expect(ours.status == 0 && theirs.status == 0, "\(ours) \(theirs)")
        #expect(ours.output.split(separator: "\n").count >= (words.contains("json") ? 1 : 2))
        #expect(withoutUse(ours.output) == withoutUse(theirs.output), "\(words)")
      }
    }
    if life.last == "pause" { #expect(apus("resume \(id)").status == 0) }
    #expect(apus("delete -f \(id)") == Outcome(status: 0, output: "", errors: ""))
  }

  /// A last line is one with or without its end: runc's state has none.
  private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

  /// ps' lines without column C of -f, in which two calls in a row may differ.
  private func withoutUse(_ text: String) -> String {
    text.replacing(#/ +[0-9]+( [0-9]{2}:[0-9]{2} )/#) { "\($0.1)" }
  }

  @Test func ofNoContainer() throws {
    for words in ["list", "list -f json", "list -q"] { #expect(apus(words) == runc(words)) }
  }

  @Test func ofMany() throws {
    let long = "\(apus.id)+\(String(repeating: "c", count: 40))"
    for name in [long] + (1...9).map({ "\(apus.id)_\($0)" }) {
      try #require(apus("create \(name)").status == 0)
    }
    for words in ["list", "list -f json", "list -q"] {
      #expect(apus(words) == runc(words))
      #expect(apus(words).output.count > 3 * apus.id.count)
    }
  }

  /// Exit statuses, and where something is printed.
  @Test(arguments: [
    "bogus", "help bogus", "--bogus", "list --bogus", "list x", "", "help", "h list", "list -h",
    "start", "kill", "state none", "kill none 9", "kill none bogus", "delete none",
    "delete -f none", "exec", "exec none", "exec none sh", "exec --user x none sh", "exec -g x a b",
    "ps none", "events none", "update none", "pause none", "resume none", "list -f x",
    "ps -f x none",
    "--log-format x list", "create -b /none x", "create --preserve-fds x a", "--log /none/x list",
    "create", "run", "--root", "-v", "list --debug", "create a/b",
  ])
  func mistakesEndTheSameWay(words: String) throws {
    let folder = try Scratch()
    let ours = folder(words)
    let theirs = shell(
      "cd \(folder.folder) && timeout 20 runc --root \(folder.folder)/state \(words)")
    #expect(ours.status == theirs.status, "\(ours) \(theirs)")
    #expect(ours.output.isEmpty == theirs.output.isEmpty, "\(ours) \(theirs)")
    #expect(ours.errors.isEmpty == theirs.errors.isEmpty, "\(ours) \(theirs)")
    #expect(ours.errors.split(separator: "\n").count == theirs.errors.split(separator: "\n").count)
  }

  /// The keys of a log's line of JSON are the same.
  @Test func aLineOfTheLog() throws {
    for words in ["state none", "bogus", "list -f x"] {
      let ours = apus("--log-format json \(words)").errors
      let theirs = runc("--log-format json \(words)").errors
      #expect(outline(ours) == outline(theirs))
      #expect(outline(ours).count == 3)
    }
  }

  /// All that runc tells of itself is there, in the same order; what is new comes between.
  @Test func features() throws {
    let theirs = outline(shell("runc features").output).filter {
      !$0.contains("org.opencontainers.runc.")
    }
    let ours = outline(apus("features").output)
    var rest = ours[...]
    for key in theirs {
      let place = try #require(rest.firstIndex(of: key), "\(key) in \(rest)")
      rest = rest[(place + 1)...]
    }
    #expect(theirs.count > 15)
  }

  /// Those that runc 1.5 has; Debian's is older.
  @Test func featuresOfNewerOnes() throws {
    let keys = outline(apus("features").output)
    let newer = [
      "ociVersionMin string", "ociVersionMax string", "hooks [string]", "mountOptions [string]",
      "linux {", "namespaces [string]", "capabilities [string]", "cgroup {", "v1 bool", "v2 bool",
      "systemd bool", "systemdUser bool", "rdma bool", "seccomp {", "enabled bool",
      "actions [string]", "operators [string]", "archs [string]", "knownFlags [string]",
      "supportedFlags [string]", "apparmor {", "enabled bool", "selinux {", "enabled bool",
      "intelRdt {", "enabled bool", "schemata bool", "monitoring bool", "memoryPolicy {",
      "modes [string]", "flags [string]", "mountExtensions {", "idmap {", "enabled bool",
      "netDevices {", "enabled bool", "annotations {",
      "io.github.seccomp.libseccomp.version string", "org.apus.version string",
      "org.opencontainers.runc.checkpoint.enabled string",
      "potentiallyUnsafeConfigAnnotations [string]",
    ]
    #expect(keys == newer)
  }

  /// Each key with the type of its value, in their order.
  private func outline(_ json: String) -> [String] {
    json.matches(of: /"((?:[^"\\]|\\.)*)"\s*:\s*(\[\s*)?("|\{|true|false|[0-9])/).map { match in
      let type =
        switch match.3 {
        case "\"": "string"
        case "{": "{"
        case "true", "false": "bool"
        default: "number"
        }
      return "\(match.1) \(match.2 == nil ? type : "[\(type)]")"
    }
  }
}
