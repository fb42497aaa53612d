import Testing

/// What `state`, `list` and `ps` tell of containers.
@Suite struct ReportTests {
  @Test func stateHasTheKeysOfRuncInItsOrder() throws {
    let apus = try Scratch()
    try apus.makeBundle(edit: #"-e '2a "annotations": {"b": "x=y", "a": ""},'"#)
    try #require(apus("create \(apus.id)").status == 0)
    let folder = shell("realpath \(apus.folder)").output.dropLast()
    let created = apus("state \(apus.id)")
    #expect(created.status == 0)
    #expect(created.errors == "")
    let expected = try Regex(
      #"""
      \{
        "ociVersion": "1\.3\.0",
        "id": "\#(apus.id)",
        "pid": [1-9]\d*,
        "status": "created",
        "bundle": "\#(folder)",
        "rootfs": "\#(folder)/rootfs",
        "created": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z",
        "annotations": \{
          "a": "",
          "b": "x=y"
        \},
        "owner": ""
      \}

      """#)
    #expect(try expected.wholeMatch(in: created.output) != nil, "\(created.output)")
    try #require(apus("kill \(apus.id) KILL").status == 0)
    try #require(waitUntil { apus("state \(apus.id)").output.contains("\"status\": \"stopped\"") })
    #expect(apus("state \(apus.id)").output.contains("\"pid\": 0,"))
  }

  @Test func listIsATableOrJSONOrNames() throws {
    let apus = try Scratch()
    let heading = "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n"
    let missing = shell("\(apus.apus) --root \(apus.folder)/none list")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("\(apus.folder)/none: no such file or directory (ENOENT)"))
    #expect(apus("list") == Outcome(status: 0, output: heading, errors: ""))
    #expect(apus("list -f json").output == "null\n")
    #expect(apus("list -q").output == "")
    try apus.makeBundle()
    let names = ["\(apus.id)-and-more", "\(apus.id)-b"]
    for name in names { try #require(apus("create \(name)").status == 0) }
    let state = apus("state \(names[1])").output
    // A time of day has no zeros at its end: the two may differ in length.
    let times = try names.map {
      try #require(apus("state \($0)").output.firstMatch(of: /"created": "([^"]+)"/)?.1)
    }
    let width = try #require(times.map(\.count).max()) + 3
    let pid = try #require(state.firstMatch(of: /"pid": (\d+)/)?.1)
    let bundle = try #require(state.firstMatch(of: /"bundle": "([^"]+)"/)?.1)
    let lines = apus("list").output.split(separator: "\n")
    try #require(lines.count == 3)
    func pad(_ text: some StringProtocol, _ width: Int) -> String {
      text + String(repeating: " ", count: width - text.count)
    }
    #expect(lines[0].hasPrefix(pad("ID", 22) + "PID         STATUS      BUNDLE"))
    #expect(
      lines[2] == pad(names[1], 22) + pad(pid, 12) + "created     " + pad(bundle, bundle.count + 3)
        + pad(times[1], width) + "root")
    #expect(apus("list -q").output == "\(names[0])\n\(names[1])\n")
    let json = apus("list --format json").output
    #expect(json.hasPrefix("[{\"ociVersion\":\"1.3.0\",\"id\":\"\(names[0])\",\"pid\":"))
    #expect(json.hasSuffix(",\"owner\":\"root\"}]\n"))
  }

  @Test func aHalfMadeContainerDoesNotHideTheOthers() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    try #require(apus("create \(apus.id)").status == 0)
    _ = shell("cd \(apus.folder)/state && mkdir half broken && echo '{' > broken/state.json")
    let result = apus("list -q")
    #expect(result.status == 0)
    #expect(result.output == "\(apus.id)\n")
    for name in ["half", "broken"] {
      #expect(result.errors.contains(try Regex("level=warning msg=\".*\(name)")), "\(name)")
    }
    _ = shell("rm -r \(apus.folder)/state/half \(apus.folder)/state/broken")
  }

  @Test func psShowsTheLinesOfThisContainer() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    try #require(apus("run -d \(apus.id)").status == 0)
    let state = apus("state \(apus.id)").output
    let pid = try #require(state.firstMatch(of: /"pid": (\d+)/)?.1)
    let lines = apus("ps \(apus.id)").output.split(separator: "\n")
    try #require(lines.count == 2)
    #expect(lines[0].hasPrefix("UID "))
    #expect(lines[1].contains(" \(pid) "))
    #expect(lines[1].hasSuffix("/bin/sleep 1000"))
    #expect(apus("ps -f json \(apus.id)") == Outcome(status: 0, output: "[\(pid)]\n", errors: ""))
    let chosen = apus("ps \(apus.id) -eo comm,pid")
    #expect(chosen.output.split(separator: "\n").count == 2)
    #expect(chosen.output.contains(try Regex("sleep +\(pid)\n")), "\(chosen.output)")
    let without = apus("ps \(apus.id) -eo comm")
    #expect(without.status == 1)
    #expect(try loggedMessage(without.errors).contains("no column PID"))
    let refused = apus("ps \(apus.id) --bogus")
    #expect(refused.status == 1)
    #expect(try loggedMessage(refused.errors).contains("exited with status 1"))
    let format = apus("ps -f yaml \(apus.id)")
    #expect(format.status == 1)
    #expect(try loggedMessage(format.errors).contains("table or json"))
  }

  @Test func signalsHaveNamesAndNumbers() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    try #require(apus("run -d \(apus.id)").status == 0)
    for signal in ["0", "WINCH", "SIGWINCH", "winch", "28", "-a WINCH", "--all SIGCONT"] {
      let (option, name) = signal.hasPrefix("-") ? split(signal) : ("", signal)
      #expect(
        apus("kill \(option) \(apus.id) \(name)") == Outcome(status: 0, output: "", errors: ""))
    }
    for signal in ["FOO", "65", "''", "-9"] {
      let result = apus("kill -- \(apus.id) \(signal)")
      #expect(result.status == 1)
      #expect(try loggedMessage(result.errors).contains("unknown signal"), "\(signal)")
    }
    try #require(apus("kill \(apus.id) 9").status == 0)
    try #require(waitUntil { apus("state \(apus.id)").output.contains("\"stopped\"") })
    let late = apus("kill \(apus.id) KILL")
    #expect(late.status == 1)
    #expect(try loggedMessage(late.errors).contains("container not running"))
    #expect(apus("kill --all \(apus.id) KILL") == Outcome(status: 0, output: "", errors: ""))
  }

  private func split(_ words: String) -> (String, String) {
    let parts = words.split(separator: " ")
    return (String(parts[0]), String(parts[1]))
  }
}

/// Asks until it is so, for 10 seconds at the most.
func waitUntil(_ condition: () -> Bool) -> Bool {
  for _ in 0..<200 {
    if condition() { return true }
    _ = shell("sleep 0.05")
  }
  return false
}
