import Glibc
import OCISpec
import Testing

/// A bit mask of capabilities, by their numbers.
func capabilities(_ numbers: UInt64...) -> UInt64 { numbers.reduce(0) { $0 | 1 << $1 } }

/// `process` in config.json, as the process finds it.
@Suite struct ProcessTests {
  static let defaults = capabilities(29, 5, 10)  // AUDIT_WRITE, KILL, NET_BIND_SERVICE

  @Test func argumentsAndEnvironmentComeAsTheyAre() throws {
    let apus = try Sandbox {
      $0.process?.env = ["PATH=/bin", "A=b c=d", "EMPTY=", "HOME=/home", "TEXT=\"\\\n"]
    }
    let report = try apus.report("one two", "", "*", "ü")
    #expect(report.args.prefix(4) == ["/bin/probe", "one two", "", "*"])
    #expect(report.env == ["PATH=/bin", "A=b c=d", "EMPTY=", "HOME=/home", "TEXT=\"\\\n"])
  }

  @Test func homeIsThatOfTheUserWhenNotGiven() throws {
    let apus = try Sandbox { $0.process?.user.uid = 1000 }
    #expect(try apus.script("mkdir rootfs/etc") == .silently)
    try apus.write("root:x:0:0::/root:\nme:x:1000:1000::/home/me:\n", to: "rootfs/etc/passwd")
    #expect(try apus.report().env == ["PATH=/bin", "HOME=/home/me"])
  }

  @Test func theProgramIsFoundInThePathOfTheContainer() throws {
    let apus = try Sandbox("here") { $0.process?.env = ["PATH=/none:/opt"] }
    #expect(try apus.script("mkdir rootfs/opt; cp rootfs/bin/probe rootfs/opt/here") == .silently)
    #expect(try apus.report(of: try apus.run()).args == ["here"])
  }

  @Test func aScriptIsRunByItsInterpreter() throws {
    let apus = try Sandbox("/script", "x")
    try apus.write("#!/bin/sh\necho $0 $1\n", to: "rootfs/script")
    #expect(try apus.script("chmod 755 rootfs/script") == .silently)
    #expect(try apus.run() == Finished(status: 0, output: "/script x\n", errors: ""))
  }

  @Test func theWorkingDirectoryIsMadeWhenMissing() throws {
    #expect(try Sandbox { $0.process?.cwd = "/bin" }.report().cwd == "/bin")
    #expect(try Sandbox { $0.process?.cwd = "/made/here" }.report().cwd == "/made/here")
  }

  @Test func rootIsTheDefaultUser() throws {
    let report = try Sandbox().report()
    #expect(report.uid == [0, 0, 0, 0])
    #expect(report.gid == [0, 0, 0, 0])
    #expect(report.groups == [])
    #expect(report.umask == 0o022)
    #expect(report.pid == 1)
    #expect(report.session == 1)
  }

  @Test func userGroupsAndMask() throws {
    let apus = try Sandbox {
      $0.process?.user = Spec.Process.User(
        uid: 1000, gid: 1001, umask: 0o027, additionalGids: [7, 1008])
    }
    let report = try apus.report()
    #expect(report.uid == [1000, 1000, 1000, 1000])
    #expect(report.gid == [1001, 1001, 1001, 1001])
    #expect(report.groups.sorted() == [7, 1008])
    #expect(report.umask == 0o027)
  }

  @Test func theFiveSetsOfCapabilities() throws {
    let status = try Sandbox().report().status
    #expect(status.bounding == Self.defaults)
    #expect(status.permitted == Self.defaults)
    #expect(status.effective == Self.defaults)
    #expect(status.inheritable == 0)
    #expect(status.ambient == 0)
  }

  @Test func anotherUserKeepsWhatIsAmbient() throws {
    let apus = try Sandbox { $0.process?.user.uid = 1000 }
    let plain = try apus.report().status
    #expect(plain.bounding == Self.defaults)
    #expect(plain.permitted == 0)
    #expect(plain.effective == 0)
    try apus.configure {
      $0.process?.capabilities?.inheritable = ["CAP_KILL"]
      $0.process?.capabilities?.ambient = ["CAP_KILL"]
    }
    let status = try apus.report().status
    #expect(status.bounding == Self.defaults)
    #expect(status.inheritable == capabilities(5))
    #expect(status.ambient == capabilities(5))
    #expect(status.permitted == capabilities(5))
    #expect(status.effective == capabilities(5))
  }

  @Test func whatIsAmbientButNotInheritableIsLeftOutWithAWarning() throws {
    let apus = try Sandbox("/bin/probe") {
      $0.process?.user.uid = 1000
      $0.process?.capabilities?.inheritable = ["CAP_KILL"]
      $0.process?.capabilities?.ambient = ["CAP_KILL", "CAP_AUDIT_WRITE", "CAP_CHOWN"]
    }
    let run = try apus.run()
    #expect(try apus.report(of: run).status.ambient == capabilities(5))
    let lines = run.errors.split(separator: "\n")
    #expect(lines.count == 1)
    for words in [
      "level=warning", "/process/capabilities/ambient: can't raise ambient capability ",
      "CAP_AUDIT_WRITE, CAP_CHOWN: ",
    ] {
      #expect(run.errors.contains(words), "\(run)")
    }
  }

  @Test func withoutCapabilitiesThereAreNone() throws {
    let status = try Sandbox { $0.process?.capabilities = nil }.report().status
    #expect(status.bounding == 0)
    #expect(status.permitted == 0)
    #expect(status.effective == 0)
  }

  @Test(arguments: [true, false]) func noNewPrivileges(wanted: Bool) throws {
    let report = try Sandbox { $0.process?.noNewPrivileges = wanted }.report()
    #expect(report.status.noNewPrivileges == (wanted ? 1 : 0))
  }

  @Test func limitsAreLowered() throws {
    let apus = try Sandbox {
      $0.process?.rlimits = [
        Spec.Process.RLimit(type: "RLIMIT_NOFILE", hard: 512, soft: 256),
        Spec.Process.RLimit(type: "RLIMIT_CORE", hard: 4096, soft: 0),
        Spec.Process.RLimit(type: "RLIMIT_CPU", hard: UInt64.max, soft: 3600),
        Spec.Process.RLimit(type: "RLIMIT_FSIZE", hard: 1 << 40, soft: 1 << 33),
        Spec.Process.RLimit(type: "RLIMIT_STACK", hard: 1 << 25, soft: 1 << 22),
      ]
    }
    let limits = try apus.report().limits
    #expect(limits["RLIMIT_NOFILE"] == Report.Limit(soft: 256, hard: 512))
    #expect(limits["RLIMIT_CORE"] == Report.Limit(soft: 0, hard: 4096))
    #expect(limits["RLIMIT_CPU"] == Report.Limit(soft: 3600, hard: UInt64.max))
    #expect(limits["RLIMIT_FSIZE"] == Report.Limit(soft: 1 << 33, hard: 1 << 40))
    #expect(limits["RLIMIT_STACK"] == Report.Limit(soft: 1 << 22, hard: 1 << 25))
  }

  /// Runs the probe, with a limit above that of the caller.
  private func raised() throws -> (Sandbox, Finished) {
    let apus = try Sandbox("/bin/probe") {
      $0.process?.rlimits = [Spec.Process.RLimit(type: "RLIMIT_NOFILE", hard: 2048, soft: 1024)]
    }
    return (apus, try apus.script("ulimit -n 512; exec $APUS run $ID"))
  }

  @Test(.enabled(if: Host.mayRaiseLimits, "no CAP_SYS_RESOURCE here")) func limitsAreRaised()
    throws
  {
    let (apus, run) = try raised()
    let limits = try apus.report(of: run).limits
    #expect(limits["RLIMIT_NOFILE"] == Report.Limit(soft: 1024, hard: 2048))
  }

  @Test(.enabled(if: !Host.mayRaiseLimits, "CAP_SYS_RESOURCE here"))
  func aLimitThatCannotBeRaisedIsAnError() throws {
    let (apus, run) = try raised()
    expectRefusal(run, "/process/rlimits/0", "RLIMIT_NOFILE", "EPERM")
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: Host.mayRaiseLimits, "no CAP_SYS_RESOURCE here"))
  func theOOMScoreIsLowered() throws {
    #expect(try Sandbox { $0.process?.oomScoreAdj = -500 }.report().oomScoreAdj == -500)
  }

  /// Those that nobody may raise without privileges stay as they are.
  @Test func limitsOfEveryKind() throws {
    var own: [String: Report.Limit] = [:]
    for (name, words) in Self.limits {
      let line = lines(of: "/proc/self/limits").first { $0.hasPrefix(words) } ?? ""
      let numbers = line.dropFirst(words.count).split(separator: " ").prefix(2).map {
        $0 == "unlimited" ? UInt64.max : UInt64($0) ?? 0
      }
      try #require(numbers.count == 2, "\(words)")
      own[name] = Report.Limit(soft: min(numbers[0], 1 << 30), hard: numbers[1])
    }
    let apus = try Sandbox {
      $0.process?.rlimits = own.map { .init(type: $0, hard: $1.hard, soft: $1.soft) }
    }
    let limits = try apus.report().limits
    #expect(own.count == 16)
    for (name, limit) in own { #expect(limits[name] == limit, "\(name)") }
  }

  /// In /proc/self/limits they have other names.
  private static let limits = [
    "RLIMIT_AS": "Max address space", "RLIMIT_CORE": "Max core file size",
    "RLIMIT_CPU": "Max cpu time", "RLIMIT_DATA": "Max data size", "RLIMIT_FSIZE": "Max file size",
    "RLIMIT_LOCKS": "Max file locks", "RLIMIT_MEMLOCK": "Max locked memory",
    "RLIMIT_MSGQUEUE": "Max msgqueue size", "RLIMIT_NICE": "Max nice priority",
    "RLIMIT_NOFILE": "Max open files", "RLIMIT_NPROC": "Max processes",
    "RLIMIT_RSS": "Max resident set", "RLIMIT_RTPRIO": "Max realtime priority",
    "RLIMIT_RTTIME": "Max realtime timeout", "RLIMIT_SIGPENDING": "Max pending signals",
    "RLIMIT_STACK": "Max stack size",
  ]

  /// Users have names on Windows only.
  @Test func aUsernameIsPassedOver() throws {
    let apus = try Sandbox { $0.process?.user.username = "somebody" }
    #expect(try apus.report().uid == [0, 0, 0, 0])
  }

  @Test func theOOMScoreIsRaisedOrLeftAlone() throws {
    #expect(try Sandbox { $0.process?.oomScoreAdj = 700 }.report().oomScoreAdj == 700)
    let own = text(of: "/proc/self/oom_score_adj")
    #expect(try "\(Sandbox().report().oomScoreAdj)\n" == own)
  }

  @Test func schedulingAndPersonality() throws {
    let apus = try Sandbox {
      $0.process?.scheduler = Spec.Process.Scheduler(policy: "SCHED_BATCH", nice: 5)
      $0.process?.ioPriority = Spec.Process.IOPriority(class: "IOPRIO_CLASS_BE", priority: 6)
      $0.linux?.personality = Spec.Linux.Personality(domain: "LINUX32")
    }
    let report = try apus.report()
    #expect(report.scheduler == 3)
    #expect(report.nice == 5)
    #expect(report.ioPriority == 2 << 13 | 6)
    #expect(report.personality & 0xff == 8)
  }

  @Test func theSessionKeyringIsTheContainersOwn() throws {
    let apus = try Sandbox()
    #expect(try apus.report().sessionKeyring == "_ses.\(apus.id)")
  }

  @Test func aSeccompFilterIsLoaded() throws {
    let apus = try Sandbox {
      $0.linux?.seccomp = Spec.Linux.Seccomp(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          Spec.Linux.Seccomp.Rule(
            names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: UInt(ENOTTY))
        ])
    }
    let report = try apus.report("write:/dev/shm")
    #expect(report.status.seccomp == 2)
    #expect(report.answers["write:/dev/shm"] == "ENOTTY")
  }

  /// Of a terminal that knows its own size it has that: see below.
  @Test func theSizeOfATerminalThatNobodyElseKnows() throws {
    let apus = try Sandbox("/bin/stty", "size") {
      $0.process?.terminal = true
      $0.process?.consoleSize = Spec.Process.ConsoleSize(height: 21, width: 87)
    }
    let run = try apus.script(
      #"script --quiet --return --command "stty rows 0 columns 0; $APUS run $ID" /dev/null"#)
    #expect(run.status == 0)
    #expect(run.output.contains("21 87\r\n"), "\(run)")
    try apus.configure { $0.process?.terminal = false }
    #expect(try apus.run().errors.contains("stty"))  // not one: the size is passed over
  }

  @Test func aTerminalIsTheControllingOneAndHasASize() throws {
    let apus = try Sandbox {
      $0.process?.args = ["/bin/probe"]
      $0.process?.terminal = true
    }
    // At the end of its own input, script would type ^D into the terminal, amidst the report.
    let run = try apus.script(
      """
      mkfifo in; sleep 100 > in & sleeper=$!
      script -qec "stty rows 33 columns 77; $APUS run $ID" /dev/null < in; status=$?
      kill $sleeper; exit $status
      """)
    let output = run.output.prefix { $0 != "\r\n" }.drop { $0 != "{" }
    let report = try apus.report(
      of: Finished(status: run.status, output: String(output), errors: run.errors))
    #expect(report.terminal?.controlling ?? false)
    #expect(report.terminal?.rows == 33)
    #expect(report.terminal?.columns == 77)
    #expect(report.terminal?.foreground == report.pid)
    #expect(Set(report.descriptors.values) == ["/dev/pts/0"])
    #expect(report.dev["console"]?.kind == "c")
  }
}
