import Testing

/// `--config`: a configuration that is not the bundle's own. What is relative in it is still below the
/// bundle's folder.
@Suite struct ConfigFileTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    try apus.makeBundle()
    // The bundle's own says something else.
    let made = shell(
      """
      cd \(apus.folder) && mkdir other && sed -e 's|"TERM=xterm"|"FROM=other"|' config.json \
        -e 's|"/bin/sleep", "1000"|"sh", "-c", "echo $FROM; sleep 1000"|' > other/spec &&
      sed -i -e 's|"TERM=xterm"|"FROM=bundle"|' config.json
      """)
    try #require(made.status == 0)
  }

  @Test(arguments: ["--config other/spec", "-f $PWD/other/spec", "--config=/dev/stdin"])
  func itIsReadInsteadOfTheBundles(option: String) {
    let short = shell(
      """
      cd \(apus.folder) && sed 's/sleep 1000/exit 7/' -i other/spec && timeout 20 \
      \(apus.apus) --root state run -b . \(option) \(apus.id) < other/spec
      """)
    #expect(short == Outcome(status: 7, output: "other\n", errors: ""))
  }

  @Test func whoEntersTheContainerHasItToo() throws {
    try #require(apus("create --config other/spec \(apus.id)").status == 0)
    try #require(apus("start \(apus.id)").status == 0)
    _ = shell("rm -r \(apus.folder)/other \(apus.folder)/config.json")
    let exec = apus("exec \(apus.id) sh -c 'echo $FROM'")
    #expect(exec == Outcome(status: 0, output: "other\n", errors: ""))
    #expect(apus("state \(apus.id)").output.contains("\"bundle\": \"\(apus.folder)\""))
    #expect(apus("update --pids-limit 50 \(apus.id)").status == 0)
    #expect(apus("delete -f \(apus.id)") == Outcome(status: 0, output: "", errors: ""))
    #expect(shell("ls \(apus.folder)/state").output == "")
  }

  @Test(.enabled(if: shell("command -v runc").status == 0, "no runc here"))
  func runcKnowsSuchAContainer() throws {
    try #require(apus("run -d --config other/spec \(apus.id)").status == 0)
    let ours = apus("list -f json")
    #expect(ours.status == 0 && ours.output.contains(apus.id))
    #expect(shell("runc --root \(apus.folder)/state list -f json") == ours)
  }

  @Test func errorsNameIt() throws {
    let missing = apus("create --config none \(apus.id)")
    #expect(missing.status == 1)
    #expect(try loggedMessage(missing.errors).contains("none: no such file"))
    _ = shell("cd \(apus.folder) && sed -i 's|\"cwd\": \"/\"|\"cwd\": \"x\"|' other/spec")
    let wrong = apus("run --config other/spec \(apus.id)")
    #expect(wrong.status == 1)
    #expect(try loggedMessage(wrong.errors).hasPrefix("other/spec: /process/cwd: "))
    #expect(apus("list -q").output == "")
  }
}
