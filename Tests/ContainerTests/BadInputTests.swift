import Glibc
import OCISpec
import Testing

/// What can't be done is refused in one sentence that names its subject and its cause, and leaves
/// nothing.
@Suite struct BadInputTests {
  /// One thing wrong with config.json, and what the sentence has to mention.
  struct Mistake: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let mentions: [String]
    let edit: @Sendable (inout Spec) -> Void

    init(_ name: String, _ mentions: String..., edit: @escaping @Sendable (inout Spec) -> Void) {
      self.testDescription = name
      self.mentions = mentions
      self.edit = edit
    }
  }

  static let mistakes = [
    Mistake("malformed version", "/ociVersion", "one.two") { $0.ociVersion = "one.two" },
    Mistake("no process", "/process") { $0.process = nil },
    Mistake("no arguments", "/process/args") { $0.process?.args = [] },
    Mistake("relative cwd", "/process/cwd", "tmp") { $0.process?.cwd = "tmp" },
    Mistake("no cwd", "/process/cwd") { $0.process?.cwd = "" },
    Mistake("unknown namespace", "/linux/namespaces/5", "nonsense") {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "nonsense"))
    },
    Mistake("namespace twice", "/linux/namespaces/5", "pid") {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "pid"))
    },
    Mistake("namespace that is not there", "/linux/namespaces/1", "/none", "ENOENT") {
      $0.linux?.namespaces?[1].path = "/none"
    },
    Mistake("namespace of another kind", "/linux/namespaces/1", "/proc/self/ns/uts", "EINVAL") {
      $0.linux?.namespaces?[1].path = "/proc/self/ns/uts"
    },
    Mistake("unknown mount option", "/mounts/7", "nonsense") {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nonsense"]))
    },
    Mistake("unknown file system", "/mounts/7", "nonsense", "ENODEV") {
      $0.mounts?.append(Spec.Mount(destination: "/tmp", type: "nonsense", source: "none"))
    },
    Mistake("bind of nothing", "/mounts/7", "/none", "ENOENT") {
      $0.mounts?.append(
        Spec.Mount(destination: "/tmp", type: "bind", source: "/none", options: ["bind"]))
    },
    Mistake("unknown limit", "/process/rlimits/0", "RLIMIT_NONSENSE") {
      $0.process?.rlimits = [Spec.Process.RLimit(type: "RLIMIT_NONSENSE", hard: 1, soft: 1)]
    },
    Mistake("soft limit above the hard one", "/process/rlimits/0", "hard") {
      $0.process?.rlimits = [Spec.Process.RLimit(type: "RLIMIT_NOFILE", hard: 1, soft: 2)]
    },
    Mistake("no root", "/root") { $0.root = nil },
    Mistake("root that is not there", "/root/path", "/none", "ENOENT") {
      $0.root?.path = "none"
    },
    Mistake("root that is a file", "/root/path", "/config.json") {
      $0.root?.path = "config.json"
    },
    Mistake("program that is not there", "/process/args/0", "/bin/none", "ENOENT") {
      $0.process?.args = ["/bin/none"]
    },
    Mistake("program that is not in PATH", "/process/args/0", "none") {
      $0.process?.args = ["none"]
    },
    Mistake("program that is not executable", "/process/args/0", "/data", "EACCES") {
      $0.process?.args = ["/data"]
    },
    Mistake(
      "program that is a directory", "/process/args/0", "the directory /bin", "permission denied"
    ) {
      $0.process?.args = ["/bin"]
    },
    Mistake("sysctl of the host", "/linux/sysctl", "kernel.core_pattern") {
      $0.linux?.sysctl = ["kernel.core_pattern": "|/bin/evil"]
    },
    Mistake("hostname of the host", "/hostname") {
      $0.linux?.namespaces?.removeAll { $0.type == "uts" }
    },
    Mistake("mask of the host", "/linux/maskedPaths") {
      $0.linux?.namespaces?.removeAll { $0.type == "mount" }
    },
    Mistake("working directory that is a file", "/process/cwd", "/data", "ENOTDIR") {
      $0.process?.cwd = "/data"
    },
    Mistake("oom score that is none", "/process/oomScoreAdj", "2000") {
      $0.process?.oomScoreAdj = 2000
    },
    Mistake("device of an unknown type", "/linux/devices/0", "x") {
      $0.linux?.devices = [Spec.Linux.Device(path: "/dev/x", type: "x", major: 1, minor: 3)]
    },
    Mistake("limit that the kernel refuses", "/linux/resources/cpu/cpus", "4095") {
      $0.linux?.resources?.cpu = Spec.Linux.Resources.CPU(cpus: "4095")
    },
  ]

  @Test(arguments: mistakes) func inTheConfiguration(mistake: Mistake) throws {
    let apus = try Sandbox("/bin/true", edit: mistake.edit)
    try apus.write("", to: "rootfs/data")
    let create = try apus.create()
    expectRefusal(create)
    for word in mistake.mentions { #expect(create.errors.contains(word), "\(create)") }
    #expect(apus.leftovers() == [])
    #expect(try apus.run().status == 1)
    #expect(apus.leftovers() == [])
  }

  @Test(arguments: [
    ("", ["config.json"]), ("{", ["config.json"]), ("{} x", ["config.json"]),
    ("nonsense", ["config.json"]), ("[]", ["config.json"]),
    (#"{"ociVersion": "1.0.0", "process": {"args": "sh"}}"#, ["config.json", "/process/args"]),
    (#"{"ociVersion": "1.0.0", "root": {"path": 7}}"#, ["config.json", "/root/path"]),
    (
      #"{"ociVersion": "1.0.0", "process": {"user": {"uid": -1}}}"#,
      ["config.json", "/process/user/uid"]
    ),
  ]) func inTheShapeOfTheConfiguration(text: String, mentions: [String]) throws {
    let apus = try Sandbox("/bin/true")
    try apus.write(text, to: "config.json")
    let create = try apus.create()
    expectRefusal(create)
    for word in mentions { #expect(create.errors.contains(word), "\(create)") }
    #expect(apus.leftovers() == [])
  }

  /// Init fails, and the runtime before it hears of that.
  @Test func twoMistakesAtOnceAreOneSentence() throws {
    let apus = try Sandbox("/bin/true") {
      $0.process?.oomScoreAdj = -1000
      $0.mounts?.insert(Spec.Mount(destination: "/x", type: "nonsense", source: "x"), at: 0)
    }
    let create = try apus.script(
      """
      exec setpriv --bounding-set=-sys_resource strace -f -o trace -e trace=fsopen,clone3 \
        -e inject=clone3:delay_exit=300000 $APUS create $ID
      """)
    expectRefusal(create, "/process/oomScoreAdj")
    #expect(lines(of: "\(apus.folder)/trace").contains { $0.contains("ENODEV") })
    #expect(apus.leftovers() == [])
  }

  @Test func aBundleThatIsNone() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(try apus("create", "--bundle", "none", apus.id), "none", "ENOENT")
    expectRefusal(
      try apus("create", "--bundle", "config.json", apus.id), "config.json", "ENOTDIR")
    expectRefusal(try apus("create", "--bundle", "rootfs", apus.id), "config.json", "ENOENT")
    #expect(try apus.script("rm config.json; mkdir config.json") == .silently)
    expectRefusal(try apus.create(), "config.json", "EISDIR")
    #expect(apus.leftovers() == [])
  }

  @Test(arguments: ["", "a/b", "/", ".", "..", "../x", "a b", "a\nb", "é", "a*"])
  func anIdThatIsNone(id: String) throws {
    let apus = try Sandbox("/bin/true")
    for command in ["create", "run", "start", "state", "delete", "pause", "resume", "ps"] {
      expectRefusal(try apus(command, id), "id")
    }
    expectRefusal(try apus("kill", id, "KILL"), "id")
    #expect(apus.leftovers() == [])
    #expect(!apus.has("x") && !apus.has("a"))
  }

  @Test func anIdOf2000Characters() throws {
    let apus = try Sandbox("/bin/true")
    let create = try apus("create", String(repeating: "x", count: 2000))
    expectRefusal(create, "id")
    #expect(create.errors.utf8.count < 1000)
    #expect(apus.leftovers() == [])
  }

  @Test func anIdInUse() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    let before = try apus.state()
    expectRefusal(try apus.create(), apus.id, "exists")
    expectRefusal(try apus.run(), apus.id, "exists")
    #expect(try apus.state() == before)
    #expect(try apus.start() == .silently)
    expectRefusal(try apus.create(), apus.id, "exists")
    #expect(try apus.state().status == "running")
  }

  @Test func aContainerThatDoesNotExist() throws {
    let apus = try Sandbox("/bin/true")
    for command in ["start", "state", "delete", "pause", "resume", "ps"] {
      expectRefusal(try apus(command, apus.id), apus.id, "does not exist")
    }
    expectRefusal(try apus("kill", apus.id, "KILL"), apus.id, "does not exist")
    #expect(try apus.deleteByForce() == .silently)
  }

  @Test func aSignalThatIsNone() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    for name in ["NONSENSE", "65", "SIG", ""] {
      expectRefusal(try apus("kill", apus.id, name), "signal")
    }
    #expect(try apus.state().status == "created")
  }

  @Test func aPidFileThatCannotBe() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(try apus("create", "--pid-file", "none/pid", apus.id), "none", "ENOENT")
    #expect(apus.leftovers() == [])
  }

  @Test func aCapabilityThatIsUnknownIsLeftOutWithAWarning() throws {
    let apus = try Sandbox {
      $0.process?.capabilities?.bounding?.append("CAP_NONSENSE")
    }
    try apus.configure { $0.process?.args = ["/bin/probe"] }
    let run = try apus.run()
    #expect(run.errors.contains("CAP_NONSENSE"))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try apus.report(of: run).status.bounding == capabilities(29, 5, 10))
  }

  @Test func aRecordThatIsDamaged() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    #expect(try apus.script("cp state/$ID/state.json saved") == .silently)
    try apus.write("nonsense", to: "state/\(apus.id)/state.json")
    for command in ["state", "start", "pause", "ps"] {
      expectRefusal(try apus(command, apus.id), "state.json")
    }
    #expect(try apus.script("cp saved state/$ID/state.json") == .silently)
    #expect(try apus.start() == .silently)
  }

  @Test(arguments: ["size=4k", "size=16k", "nr_inodes=3"])
  func aFullDiskUnderTheStateFolder(limit: String) throws {
    let apus = try Sandbox("/bin/true")
    let create = try apus.script(
      """
      exec unshare --mount sh -c '
        set -e
        mount -t tmpfs -o \(limit) tmpfs state
        touch state/filler
        dd if=/dev/zero of=state/filler bs=1k count=64 2> /dev/null || :
        set +e
        '"$APUS create $ID"'; status=$?
        ls -A state
        '"$APUS delete $ID"'
        exit $status'
      """)
    #expect(create.status == 1)
    #expect(create.output == "filler\n", "\(create)")
    let sentences = create.errors.split(separator: "\n")
    #expect(sentences.count == 2)
    #expect(sentences.first?.contains("ENOSPC") ?? false, "\(create)")
    #expect(sentences.last?.contains("does not exist") ?? false, "\(create)")
    #expect(apus.leftovers() == [])
  }

  @Test func aStateFolderThatCannotBe() throws {
    let apus = try Sandbox("/bin/true")
    let command = "\(apus.apus) --root config.json/state create $ID"
    expectRefusal(try apus.script(command), "config.json", "ENOTDIR")
    expectRefusal(
      try apus.inOwnMounts(
        """
        mount -t tmpfs -o ro tmpfs state
        exec \(apus.commandLine) create \(apus.id)
        """), "EROFS")
    #expect(apus.leftovers() == [])
  }
}
