import Testing

/// What the options of `exec` make of the process in config.json.
@Suite struct ExecTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    try apus.makeBundle(edit: #"-e 's|"TERM=xterm"|"FROM=config"|'"#)
    try #require(apus("run -d \(apus.id)").status == 0)
  }

  private func exec(_ options: String, _ program: String) -> Outcome {
    apus("exec \(options) \(apus.id) \(program)")
  }

  @Test func theProgramHasItsOwnOptionsAndExitStatus() {
    #expect(
      exec("", "sh -c 'echo \"$0 $*\"; exit 7' -e -- -x")
        == Outcome(
          status: 7, output: "-e -- -x\n", errors: ""))
    #expect(exec("--", "sh -c 'kill -9 $$'").status == 137)
  }

  @Test func environmentIsAddedAndTheFolderReplaced() {
    let result = exec("-e A=1 --env=B='2 3' --cwd /bin", "sh -c 'echo $FROM,$A,$B,$PWD'")
    #expect(result == Outcome(status: 0, output: "config,1,2 3,/bin\n", errors: ""))
  }

  @Test func userAndGroupsAreNumbers() {
    #expect(exec("-u 1:2 -g 5 -g 6", "id").output.contains(/uid=1 gid=2 groups=(2,)?5,6/))
    #expect(exec("-u 1", "id").output.contains("uid=1 gid=0"))
    #expect(exec("", "id").output.contains("uid=0"))
  }

  // CVE-2022-29162: what is inheritable outlives the change of user for marked files.
  @Test func anAddedCapabilityIsNeverInheritable() throws {
    let status = exec("--cap CAP_NET_RAW", "/bin/busybox grep Cap /proc/self/status").output
    let netRaw: UInt64 = 1 << 13
    for (set, isThere) in [
      ("CapInh", false), ("CapPrm", true), ("CapEff", true), ("CapBnd", true), ("CapAmb", false),
    ] {
      let line = try Regex("\(set):\\s*([0-9a-f]+)", as: (Substring, Substring).self)
      let digits = try #require(try line.firstMatch(in: status)?.1, "\(status)")
      let bits = try #require(UInt64(digits, radix: 16))
      #expect((bits & netRaw != 0) == isThere, "\(set)")
    }
    let unknown = exec("-c CAP_FOO", "true")
    #expect(unknown.status == 0)
    #expect(
      unknown.errors.contains("level=warning msg=\"ignored: unknown capability \\\"CAP_FOO\\\""))
  }

  @Test func aFileSaysItAll() throws {
    _ = shell(
      """
      echo '{"args": ["sh", "-c", "id -u; echo $A$B"], "cwd": "/", "user": {"uid": 3, "gid": 4},
        "env": ["PATH=/bin", "A=file"]}' > \(apus.folder)/process.json
      """)
    let result = exec("-p process.json -e B=flag -u 9", "false ignored")
    #expect(result == Outcome(status: 0, output: "3\nfile\n", errors: ""))
  }

  @Test(arguments: [
    ("", "", "name a program"), ("--cwd relative", "true", ": --cwd: \"relative\" must be"),
    ("-e NAME", "true", ": --env: "), ("", "/bin/none", "/bin/none: no such file"),
    ("-p none.json", "", "none.json"), ("--cwd /none/x", "true", "the directory /none/x (--cwd): "),
  ])
  func whatCannotRunExitsWith255(options: String, program: String, hint: String) throws {
    let result = exec(options, program)
    #expect(result.status == 255)
    #expect(result.output == "")
    let message = try loggedMessage(result.errors)
    #expect(message.contains(hint) && !message.contains("config.json"), "\(message)")
  }

  @Test(arguments: [
    (#"{"args": ["/bin/none"], "cwd": "/"}"#, "(process.json /args/0)"),
    (#"{"args": ["true"], "cwd": "x"}"#, ": process.json /cwd: "),
    (#"{"args": ["true"], "cwd": "/", "oomScoreAdj": 2000}"#, ": process.json /oomScoreAdj: "),
  ])
  func theFileIsNamedWithThePlace(process: String, place: String) throws {
    _ = shell("echo '\(process)' > \(apus.folder)/process.json")
    let message = try loggedMessage(exec("-p process.json", "").errors)
    #expect(message.contains(place) && !message.contains("config.json"), "\(message)")
  }

  @Test func whatConfigSaysIsNamedByItsPlaceThere() throws {
    _ = shell("cd \(apus.folder) && sed -i 's|\"cwd\": \"/\"|\"cwd\": \"/none\"|' config.json")
    let message = try loggedMessage(exec("", "true").errors)
    #expect(message.contains("(config.json /process/cwd)"), "\(message)")
  }
}
