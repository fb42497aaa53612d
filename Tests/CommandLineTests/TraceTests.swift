import Testing

/// What took how long: the option --trace, and the command that shows what it has written.
@Suite struct TraceTests {
  /// A line for each.
  private func records(_ text: String) -> [Substring] {
    Array(text.split(separator: "\n").dropFirst())
  }

  @Test func aRunIsTracedStepByStep() throws {
    let apus = try Scratch()
    try apus.makeBundle(edit: #"-e 's|"/bin/sleep", "1000"|"/bin/true"|' -e '/"1000"/d'"#)
    let trace = "\(apus.folder)/trace"
    #expect(apus("--trace trace run \(apus.id)") == Outcome(status: 0, output: "", errors: ""))
    let text = contents(of: trace)
    #expect(text.hasPrefix("[\n{"))
    let plan = apus("plan").output.split(separator: "\n")
    let steps = records(text).filter { $0.contains(#""cat":"step""#) }
    #expect(steps.count == plan.count, "every step is there")
    for (number, step) in steps.enumerated() {
      #expect(step.contains(#""ph":"X","ts":"#))
      #expect(step.contains(#""step":\#(number + 1),"#), "\(step)")
      let duration = try #require(step.firstMatch(of: /"dur":([0-9.]+),/)?.1)
      #expect(try #require(Double(duration)) < 5_000_000, "\(step)")
    }
    // Two processes at work, each with a name.
    #expect(Set(steps.compactMap { $0.firstMatch(of: /"pid":(\d+)/)?.1 }).count == 2)
    #expect(text.contains(#""args":{"name":"apus run \#(apus.id)"}"#))
    #expect(text.contains(#""args":{"name":"apus run \#(apus.id) (container)"}"#))
    for phase in ["start up", "decode config.json", "make the plan", "wait until the program ends"]
    {
      #expect(text.contains(#"{"name":"\#(phase)","cat":"phase","ph":"X","ts":"#), "\(phase)")
    }
    // With its end, it is JSON.
    let check = shell(
      "{ sed '$s/,$//' \(trace); echo ]; } | perl -MJSON::PP -0 -e 'decode_json(<>)'")
    #expect(check == Outcome(status: 0, output: "", errors: ""))
  }

  @Test func theSlowestComesFirst() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    #expect(apus("--trace one create \(apus.id)").status == 0)
    #expect(apus("--trace one state \(apus.id)").status == 0, "a new trace replaces the old one")
    #expect(!contents(of: "\(apus.folder)/one").contains("make the plan"))
    try #require(apus("delete --force \(apus.id)").status == 0)
    #expect(apus("--trace one create \(apus.id)").status == 0)
    let table = apus("trace one")
    #expect(table.status == 0)
    let lines = table.output.split(separator: "\n")
    #expect(lines[0].hasSuffix("where      what"))
    #expect(lines[1].contains("████████████████████"))
    let times = lines.dropFirst().compactMap { line in
      line.split(separator: " ").first.flatMap { Double($0) }
    }
    #expect(times.count == lines.count - 1)
    #expect(times == times.sorted(by: >))
    #expect(lines.contains { $0.contains("  create     make the plan") })
    #expect(lines.contains { $0.contains("  container  mount proc at /proc") })
  }

  @Test func anEnginesCommandsAddUp() throws {
    let apus = try Scratch()
    try apus.makeBundle()
    let script = """
      export APUS_TRACE=\(apus.folder)/all; cd \(apus.folder)
      apus() { \(apus.apus) --root state "$@"; }
      for n in 1 2 3; do apus create \(apus.id)$n & done; wait
      for n in 1 2 3; do apus start \(apus.id)$n && apus exec \(apus.id)$n true; done
      apus exec \(apus.id)1 missing
      for n in 1 2 3; do apus delete --force \(apus.id)$n; done
      """
    let done = shell(script)
    #expect(done.status == 0)
    let table = apus("trace all")
    #expect(table.status == 0)
    for line in [
      #"  3  .*  create     make the plan"#, #"  3  .*  start      open the gate"#,
      #"  4  .*  exec       load config\.json"#, #"  3  .*  delete     remove its cgroups"#,
    ] {
      #expect(try table.output.contains(Regex(line)), "\(table.output)")
    }
  }

  @Test func twoTracesAreCompared() throws {
    let apus = try Scratch()
    func write(_ name: String, _ durations: String) {
      _ = shell(
        """
        { echo '[{"name":"process_name","cat":"process","ph":"M","ts":0,"dur":0,"pid":7,"tid":7,\
        "args":{"name":"apus run x"}}'
        for d in \(durations); do printf ',{"name":"%s","cat":"phase","ph":"X","ts":1,"dur":%s,\
        "pid":7,"tid":7}' ${d%:*} ${d#*:}; done; } > \(apus.folder)/\(name)
        """)
    }
    write("before", "same:10 slower:5 slower:7 slower:90 gone:3 faster:100.25")
    write("after", "same:10 slower:27.5 new:1 faster:20")
    let bar = "████████████████████"
    #expect(
      apus("trace before after").output == """
            before     after     change                        where  what
             100.3      20.0      -80.3  \(bar)  run    faster
               7.0      27.5      +20.5  █████▏                run    slower
               3.0         -       -3.0  ▊                     run    gone
                 -       1.0       +1.0  ▎                     run    new
              10.0      10.0        0.0                        run    same

        """)
  }

  @Test func wrongInput() throws {
    let apus = try Scratch()
    let missing = apus("trace none")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("none: no such file or directory (ENOENT)"), "\(missing)")
    _ = shell("echo hello > \(apus.folder)/text; echo '[{}]' > \(apus.folder)/other")
    for file in ["text", "other"] {
      let refused = apus("trace \(file)")
      #expect(refused.status == 1)
      #expect(refused.errors.contains("read the trace \(file): "), "\(refused)")
      #expect(refused.errors.contains("give a file that --trace has written"), "\(refused)")
    }
    #expect(apus("trace").status == 1)
    let nowhere = apus("--trace none/trace list")
    #expect(nowhere.status == 1)
    #expect(nowhere.errors.contains("none/trace: no such file or directory (ENOENT)"))
    #expect(nowhere.output == "", "nothing is done then")
  }

  @Test func aFailureIsTracedToo() throws {
    let apus = try Scratch()
    try apus.makeBundle(edit: #"-e 's|"path": "rootfs"|"path": "nothing"|'"#)
    #expect(apus("--trace trace create \(apus.id)").status == 1)
    let text = contents(of: "\(apus.folder)/trace")
    #expect(text.contains(#"{"name":"decode config.json","cat":"phase""#))
  }
}
