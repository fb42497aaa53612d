import Glibc
import JSON
import LinuxKernel
import OCISpec
import Testing

/// What one of apus and runc has made, the other one knows what to do with.
@Suite struct OtherRuntimeTests {
  /// What a container is like.
  enum Shape: String, CaseIterable, Sendable {
    case plain, withUserNamespace, withOwnCgroup, withHostProcesses
  }

  /// A sandbox of a shape, in which anything may be written.
  static func sandbox(
    _ shape: Shape = .plain, _ arguments: String..., edit: (inout Spec) -> Void = { _ in }
  ) throws -> Sandbox {
    let apus = try Sandbox {
      $0.process?.args = arguments.isEmpty ? ["/bin/sleep", "100"] : arguments
      $0.root?.readonly = false
    }
    try apus.configure {
      switch shape {
      case .plain: break
      case .withUserNamespace:
        $0.linux?.namespaces?.append(.init(type: "user"))
        $0.linux?.uidMappings = UserNamespaceTests.uids
        $0.linux?.gidMappings = UserNamespaceTests.gids
      case .withOwnCgroup: $0.linux?.cgroupsPath = "/\(apus.id)-own"
      case .withHostProcesses:
        $0.linux?.namespaces?.removeAll { $0.type == "pid" }
      }
      edit(&$0)
    }
    if shape == .withUserNamespace {
      let prepared = try apus.script("chmod 755 . rootfs && chown -R 100000:200000 rootfs")
      try #require(prepared == .silently)
    }
    return apus
  }

  /// Makes a container, and starts it.
  private func run(_ apus: Sandbox, by maker: Runtime) throws {
    let run = try apus.by(maker, "run", "--detach", apus.id)
    try #require(run.status == 0, "\(maker): \(run)")
  }

  // MARK: exec

  @Test(arguments: Runtime.allCases, Shape.allCases)
  func itsExecFindsTheSame(maker: Runtime, shape: Shape) throws {
    let apus = try Self.sandbox(shape) {
      $0.process?.user = .init(uid: 0, gid: 0, umask: 0o027, additionalGids: [7])
      $0.process?.noNewPrivileges = shape == .plain
      $0.process?.oomScoreAdj = 500
      $0.process?.rlimits = [.init(type: "RLIMIT_CORE", hard: 600, soft: 500)]
      $0.process?.capabilities = .init(
        bounding: ["CAP_KILL", "CAP_CHOWN"], effective: ["CAP_KILL"], inheritable: ["CAP_CHOWN"],
        permitted: ["CAP_KILL", "CAP_CHOWN"], ambient: ["CAP_CHOWN"])
      $0.linux?.seccomp = .init(
        defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        syscalls: [
          .init(names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: UInt(ENOTBLK)),
          .init(
            names: ["sethostname"], action: "SCMP_ACT_ERRNO",
            args: [.init(index: 1, value: 3, op: "SCMP_CMP_GE")]),
        ])
    }
    try run(apus, by: maker)
    func look(_ runtime: Runtime) throws -> Report {
      try apus.report(
        of: try apus.by(
          runtime, "exec", apus.id, "/bin/probe", "read:/proc/kcore", "list:/proc/scsi",
          "write:/proc/sys/kernel/hostname", "open:/dev/null", "stat:/dev/console"))
    }
    let (one, other) = (try look(maker), try look(maker.other))
    #expect(one.namespaces == other.namespaces)
    #expect(one.cgroups == other.cgroups)
    #expect(one.status.effective == other.status.effective)
    #expect(one.status.permitted == other.status.permitted)
    #expect(one.status.bounding == other.status.bounding)
    #expect(one.status.inheritable == other.status.inheritable)
    #expect(one.status.ambient == other.status.ambient)
    #expect(one.status.noNewPrivileges == other.status.noNewPrivileges)
    #expect(one.status.seccomp == 2 && other.status.seccomp == 2)
    #expect(one.oomScoreAdj == 500 && other.oomScoreAdj == 500)
    // The exec of runc 1.1 leaves its caller's.
    #expect((maker == .apus ? one : other).umask == 0o027)
    // How many files a program of Go may open, it changes for itself, and runc 1.1 at times too late.
    let differing = one.limits.filter {
      other.limits[$0.key] != $0.value && $0.key != "RLIMIT_NOFILE"
    }
    #expect(differing.isEmpty)
    #expect(one.limits["RLIMIT_CORE"] == .init(soft: 500, hard: 600))
    #expect(one.uid == other.uid && one.gid == other.gid && one.groups == other.groups)
    #expect(one.cwd == other.cwd && one.hostname == other.hostname)
    #expect(one.env.sorted() == other.env.sorted())
    #expect(one.descriptors.keys.sorted() == other.descriptors.keys.sorted())
    #expect(one.sessionKeyring == other.sessionKeyring)
    #expect(one.mounts.map(\.point) == other.mounts.map(\.point))
    #expect(one.mounts.map(\.allOptions) == other.mounts.map(\.allOptions))
    #expect(one.answers == other.answers)
    for runtime in Runtime.allCases {
      let exec = try apus.by(runtime, "exec", apus.id, "/bin/mkdir", "/dev/shm/made")
      #expect(exec.errors.contains("Block device required"), "\(runtime): \(exec)")
    }
  }

  @Test(arguments: Runtime.allCases) func itsExecHasItsOptions(maker: Runtime) throws {
    let apus = try Self.sandbox()
    try run(apus, by: maker)
    let report = try apus.report(
      of: try apus.by(
        maker.other, "exec", "--user", "1000:1001", "--additional-gids", "7", "--env", "A=b c",
        "--cwd", "/bin", "--cap", "CAP_NET_RAW", apus.id, "/bin/probe"))
    #expect(report.uid == [1000, 1000, 1000, 1000])
    #expect(report.gid == [1001, 1001, 1001, 1001])
    #expect(Set(report.groups) == [7])
    #expect(report.env.contains("A=b c"))
    #expect(report.cwd == "/bin")
    #expect(report.status.bounding == ProcessTests.defaults | capabilities(13))

    let detached = try apus.by(
      maker.other, "exec", "--detach", "--pid-file", "pid", apus.id, "/bin/sleep", "50")
    #expect(detached.status == 0, "\(detached)")
    let pid = try #require(Int32(text(of: "\(apus.folder)/pid")))
    #expect(cgroupFolders(of: pid) == cgroupFolders(of: try apus.pid()))
    #expect(
      lines(of: "/proc/\(pid)/status").contains { $0.hasPrefix("NSpid:") && $0.hasSuffix("\t1") }
        == false)
    #expect(try apus.by(maker.other, "exec", apus.id, "/bin/sh", "-c", "exit 7").status == 7)
    #expect(try apus.by(maker.other, "exec", apus.id, "/bin/none").status == 255)
  }

  @Test(arguments: Runtime.allCases) func aTerminal(maker: Runtime) throws {
    let apus = try Self.sandbox { $0.process?.terminal = true }
    func inTerminal(_ runtime: Runtime, _ words: String) throws -> Command {
      let line = "\(apus.commandLine(of: runtime)) \(words)"
      return try Command(
        ["script", "-qec", line, "/dev/null"], in: apus.folder, mark: apus.id)
    }
    let program = try inTerminal(maker, "run \(apus.id)")
    #expect(try eventually(within: 5) { try apus("state", apus.id).output.contains("running") })
    let exec = try inTerminal(maker.other, "exec --tty \(apus.id) /bin/probe").finish()
    try #require(exec.status == 0, "\(exec)")
    // The terminal outside has echoed the end of the input, somewhere: a NUL of script, or ^D.
    let printed = Array(exec.output.replacing(#/\^[@D](\x08\x08)?/#, with: "").utf8)
    let terminal = try #require(try decodeJSON(Report.self, from: printed).terminal)
    #expect(terminal.controlling)
    #expect(terminal.name.hasPrefix("/dev/pts/"))
    #expect(try apus.by(maker.other, "kill", apus.id, "KILL").status == 0)
    #expect(try program.finish().status == 128 + 9)
    #expect(apus.leftovers() == [])
  }

  // MARK: all else

  @Test(arguments: Runtime.allCases, Shape.allCases)
  func itLooksAfterIt(maker: Runtime, shape: Shape) throws {
    let apus = try Self.sandbox(shape, "/bin/sh", "-c", "echo > /started; exec sleep 100")
    let other = maker.other
    let create = try apus.by(maker, "create", apus.id)
    try #require(create.status == 0, "\(create)")
    #expect(try apus.by(other, "state", apus.id).output.contains("\"created\""))
    let start = try apus.by(other, "start", apus.id)
    #expect(start == .silently)
    #expect(eventually { apus.has("rootfs/started") })
    let pid = try apus.pid()

    let state = try decodeJSON(
      OCIState.self, from: Array(try apus.by(other, "state", apus.id).output.utf8))
    #expect(state.status == "running" && state.pid == Int(pid) && state.bundle == apus.folder)
    #expect(try apus.by(other, "list", "--quiet").output == "\(apus.id)\n")
    let pids = try apus.by(other, "ps", "--format", "json", apus.id).output
    #expect(try decodeJSON([Int32].self, from: Array(pids.utf8)) == [pid])

    #expect(try apus.by(other, "pause", apus.id) == .silently)
    for runtime in Runtime.allCases {
      #expect(try apus.by(runtime, "state", apus.id).output.contains("\"paused\""), "\(runtime)")
      #expect(try apus.by(runtime, "exec", apus.id, "/bin/true").status == 255, "\(runtime)")
      #expect(try apus.by(runtime, "start", apus.id).status == 1, "\(runtime)")
    }
    #expect(try apus.by(other, "resume", apus.id) == .silently)
    for runtime in Runtime.allCases {
      #expect(try apus.by(runtime, "state", apus.id).output.contains("\"running\""), "\(runtime)")
    }

    #expect(
      try apus.by(other, "update", "--memory", "64M", "--pids-limit", "30", apus.id).status == 0)
    #expect(try LimitFile("memory.limit_in_bytes", "memory.max").value(of: apus) == "67108864")
    #expect(try LimitFile("pids.max", "pids.max").value(of: apus) == "30")
    // What is recorded is built on by whoever comes next.
    #expect(try apus.by(maker, "update", "--pids-limit", "31", apus.id).status == 0)
    #expect(try LimitFile("memory.limit_in_bytes", "memory.max").value(of: apus) == "67108864")
    #expect(try LimitFile("pids.max", "pids.max").value(of: apus) == "31")

    for runtime in Runtime.allCases {
      let stats = try apus.by(runtime, "events", "--stats", apus.id).output
      #expect(stats.contains(#""pids":{"current":1,"limit":31}"#), "\(runtime): \(stats)")
      #expect(stats.contains(#""limit":67108864"#), "\(runtime): \(stats)")
      // An update leaves the rules on devices as they are.
      let exec = try apus.by(runtime, "exec", apus.id, "/bin/sh", "-c", ": < /dev/null")
      #expect(exec.status == 0, "\(runtime): \(exec)")
    }

    #expect(try apus.by(other, "kill", apus.id, "KILL") == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    #expect(try apus.by(other, "delete", apus.id) == .silently)
    #expect(apus.leftovers() == [])
  }

  /// When it is deleted by the other one.
  enum Moment: String, CaseIterable, Sendable { case created, running, paused, stopped }

  @Test(arguments: Runtime.allCases, Moment.allCases)
  func itDeletesIt(maker: Runtime, moment: Moment) throws {
    for shape in [Shape.plain, .withHostProcesses] {
      let apus = try Self.sandbox(shape)
      let create = try apus.by(maker, "create", apus.id)
      try #require(create.status == 0, "\(shape): \(create)")
      if moment != .created { #expect(try apus.by(maker, "start", apus.id).status == 0) }
      if moment == .paused { #expect(try apus.by(maker, "pause", apus.id).status == 0) }
      if moment == .stopped {
        #expect(try apus.by(maker, "kill", apus.id, "KILL").status == 0)
        #expect(try eventually { try apus.state().status == "stopped" })
      }
      let plain = try apus.by(maker.other, "delete", apus.id)
      let isRefused = moment == .running || moment == .paused
      #expect(plain.status == (isRefused ? 1 : 0), "\(shape): \(plain)")
      if isRefused {
        let forced = try apus.by(maker.other, "delete", "--force", apus.id)
        #expect(forced == .silently, "\(shape)")
      }
      #expect(apus.leftovers() == [], "\(shape)")
    }
  }

  // MARK: hooks

  /// A hook that writes its name down.
  private static func hook(_ name: String, in apus: Sandbox) -> Spec.Hook {
    Spec.Hook(
      path: "/bin/sh", args: ["sh", "-c", "echo \(name) >> \(apus.folder)/log"],
      env: ["PATH=/bin:/usr/bin"], timeout: 10)
  }

  /// runc runs poststart in its `create`, and so neither of both in the other's `start`.
  @Test(arguments: Runtime.allCases) func eachHookOnce(maker: Runtime) throws {
    let apus = try Self.sandbox()
    try apus.configure {
      $0.hooks = .init(
        poststart: [Self.hook("poststart", in: apus)], poststop: [Self.hook("poststop", in: apus)])
    }
    let log = "\(apus.folder)/log"
    let early = maker == .runc ? ["poststart"] : []
    let create = try apus.by(maker, "create", apus.id)
    try #require(create.status == 0, "\(create)")
    #expect(lines(of: log) == early)
    #expect(try apus.by(maker.other, "start", apus.id).status == 0)
    #expect(lines(of: log) == early)
    #expect(try apus.by(maker.other, "delete", "--force", apus.id).status == 0)
    #expect(lines(of: log) == early + ["poststop"])
    #expect(apus.leftovers() == [])
  }

  /// runc leaves out what it doesn't know when it writes a record anew.
  @Test func apusGoesOnWithARecordThatRuncHasWrittenAnew() throws {
    let apus = try Self.sandbox()
    try apus.configure {
      $0.annotations = ["org.test.key": "a value"]
      $0.hooks = .init(
        poststart: [Self.hook("poststart", in: apus)], poststop: [Self.hook("poststop", in: apus)])
    }
    #expect(try apus.create() == .silently)
    let path = "state/\(apus.id)/state.json"
    let record = text(of: "\(apus.folder)/\(path)")
    try apus.write(record.dropLast() + #","apus":{"unknown":1}}"#, to: path)
    #expect(try apus.by(.runc, "update", "--pids-limit", "20", apus.id).status == 0)
    #expect(!text(of: "\(apus.folder)/\(path)").contains("unknown"))
    #expect(try apus.state().annotations == ["org.test.key": "a value"])
    #expect(try apus.start() == .silently)
    #expect(lines(of: "\(apus.folder)/log") == ["poststart"])
    #expect(try apus("exec", apus.id, "/bin/true") == .silently)
    #expect(try apus("pause", apus.id) == .silently)
    #expect(try apus("update", "--pids-limit", "21", apus.id) == .silently)
    #expect(try apus("resume", apus.id) == .silently)
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    #expect(try apus.delete() == .silently)
    #expect(lines(of: "\(apus.folder)/log") == ["poststart", "poststop"])
    #expect(apus.leftovers() == [])
  }

  @Test func whatApusDoesNotKnowOfARecordStays() throws {
    let apus = try Self.sandbox()
    try #require(try apus.by(.runc, "create", apus.id).status == 0)
    let path = "state/\(apus.id)/state.json"
    let new = #""unknown":{"b":[1,2.50],"a":"\u003c"},"#
    let record = text(of: "\(apus.folder)/\(path)")
      .replacing(#""config":{"#, with: #"\#(new)"config":{\#(new)"#)
      .replacing(#""cgroups":{"#, with: #""cgroups":{\#(new)"#)
    try apus.write(record, to: path)
    #expect(try apus("update", "--pids-limit", "20", apus.id) == .silently)
    let after = text(of: "\(apus.folder)/\(path)")
    #expect(after.split(separator: new.dropLast()).count == 4, "\(after)")
    #expect(after.utf8.count >= record.utf8.count)
    #expect(try apus.by(.runc, "exec", apus.id, "/bin/true").status == 0)
  }

  // MARK: a node that moves over

  /// Two containers, one that waits at the gate and one that is paused, go from one runtime to the
  /// other, and back.
  @Test(arguments: Runtime.allCases) func aNodeMovesOverAndBack(from old: Runtime) throws {
    let waiting = try Self.sandbox(
      .withUserNamespace, "/bin/sh", "-c", "echo > /started; exec sleep 100")
    let paused = try Self.sandbox(
      .withOwnCgroup, "/bin/sh", "-c", "while :; do echo >> /ticks; usleep 20000; done")
    func ticks() -> Int { text(of: "\(paused.folder)/rootfs/ticks").utf8.count }
    #expect(try waiting.by(old, "create", waiting.id).status == 0)
    try run(paused, by: old)
    #expect(eventually { ticks() > 0 })
    #expect(try paused.by(old, "pause", paused.id).status == 0)
    let (before, new) = (ticks(), old.other)
    pause(0.1)
    #expect(ticks() == before)

    #expect(try waiting.by(new, "start", waiting.id).status == 0)
    #expect(eventually { waiting.has("rootfs/started") })
    #expect(try paused.by(new, "resume", paused.id).status == 0)
    #expect(eventually { ticks() > before })
    #expect(try paused.by(new, "pause", paused.id).status == 0)
    let later = ticks()
    #expect(try paused.by(old, "resume", paused.id).status == 0)
    #expect(eventually { ticks() > later })
    for (apus, last) in [(waiting, old), (paused, new)] {
      #expect(try apus.by(last.other, "exec", apus.id, "/bin/true").status == 0)
      #expect(try apus.by(last, "kill", apus.id, "KILL").status == 0)
      #expect(try eventually { try apus.state().status == "stopped" })
      #expect(try apus.by(last, "delete", apus.id).status == 0)
      #expect(apus.leftovers() == [])
    }
  }
}
