import Testing

/// What `check` says of a bundle, in which way, and that it makes nothing.
@Suite struct CheckTests {
  let apus: Scratch

  init() throws {
    apus = try Scratch()
    try apus.makeBundle()
  }

  private var file: String { "\(apus.folder)/config.json" }

  private func edit(_ expression: String) {
    _ = shell("sed -i \(expression) \(file)")
  }

  /// What `check` prints, each finding on its line; expects an exit status.
  private func check(_ status: Int32 = 1) -> [String] {
    let result = apus("check")
    #expect(result.status == status && result.errors == "", "\(result)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test(arguments: ["", "--rootless"]) func whatSpecWritesIsClean(option: String) throws {
    let made = shell("cd \(apus.folder) && rm config.json && \(apus.apus) spec \(option)")
    try #require(made.status == 0)
    let lines = check(0)
    #expect(lines.dropLast().allSatisfy { $0.hasPrefix("note: /") }, "\(lines)")
    let notes = lines.count == 2 ? "1 note" : "\(lines.count - 1) notes"
    #expect(lines.last == "\(file): 0 errors, 0 warnings, \(notes)")
  }

  @Test func allIsSaidAtOnceAndTheGravestFirst() {
    edit(
      #"""
      -e 's|"cwd": "/"|"cwd": "tmp"|' -e 's|"/bin/sleep"|"/bin/none"|' -e 's|"hostname"|"hostnam"|' \
        -e 's|"CAP_KILL"|"CAP_SYS_ADMIN"|' -e 's|"type": "mqueue"|"type": "nosuchfs"|' \
        -e 's|"terminal"|"apparmorProfil": 1, "x-own": 2, "terminal"|; s|"readonly"|"readOnly"|'
      """#)
    let lines = check()
    for beginning in [
      "error: /process/cwd: \"tmp\" must be an absolute path",
      "error: /process/args/0: the root file system has no program \"/bin/none\"",
      "warning: /process/apparmorProfil: unknown, and passed over (write \"apparmorProfile\"",
      "note: /process/x-own: unknown, and passed over",
      "warning: /hostnam: unknown, and passed over (write \"hostname\" if that is meant)",
      "warning: /root/readOnly: taken for \"readonly\", which other runtimes may not do",
      "warning: /process/capabilities/effective/1: CAP_SYS_ADMIN can",
    ] {
      #expect(lines.filter { $0.hasPrefix(beginning) }.count == 1, "\(beginning) in \(lines)")
    }
    #expect(lines.contains { $0.contains(": /mounts/4/type: this kernel has no file system") })
    let levels = lines.dropLast().map { $0.prefix { $0 != ":" } }
    #expect(
      levels == levels.filter { $0 == "error" } + levels.filter { $0 == "warning" }
        + levels.filter { $0 == "note" })
    #expect(lines.last?.hasPrefix("\(file): ") == true)
  }

  @Test func whatIsMissingOnTheHost() {
    edit(
      #"""
      -e 's|"path": "rootfs"|"path": "/none/root"|' \
        -e 's|"mounts": \[|"mounts": [{"destination": "/m", "source": "data", "options": ["bind"]},|' \
        -e 's|"linux": {|"hooks": {"poststop": [{"path": "/etc/passwd"}]}, "linux": {"netDevices": {"nope0": {}},|' \
        -e 's|"type": "ipc"|"type": "ipc", "path": "/none/ns"|'
      """#)
    #expect(
      check().filter { $0.hasPrefix("error: ") }.sorted() == [
        "error: /hooks/poststop/0/path: /etc/passwd is not executable (chmod +x)",
        "error: /linux/namespaces/2/path: stat /none/ns: no such file or directory (ENOENT)",
        "error: /linux/netDevices/nope0: the host has no network device \"nope0\"",
        "error: /mounts/0/source: stat \(apus.folder)/data: no such file or directory (ENOENT)",
        "error: /root/path: stat /none/root: no such file or directory (ENOENT)",
      ])
  }

  @Test func programsAreLookedForWhereTheContainerFindsThem() {
    func found(_ program: String, _ change: String = "") -> Bool {
      let base = "\(apus.folder)/base"
      _ = shell(
        """
        [ -e \(base) ] || cp \(file) \(base)
        sed -e 's|"/bin/sleep"|"\(program)"|' \(change) \(base) > \(file)
        """)
      return !apus("check").output.contains(" /process/args/0: ")
    }
    _ = shell(
      """
      cd \(apus.folder)/rootfs && ln -s /bin/busybox link && ln -s /etc/passwd out && mkdir -p a/dir &&
      echo > plain
      """)
    #expect(found("/link"))
    #expect(found("sleep"))
    #expect(!found("/out"), "a link to a file of the host leads nowhere in the container")
    #expect(!found("/plain"))
    #expect(!found("/a/dir"))
    #expect(!found("nosuchprogram"))
    #expect(
      found("/m/nosuchprogram", #"-e 's|"mounts": \[|&{"destination": "/m", "type": "tmpfs"},|'"#))
  }

  @Test func asJSON() {
    edit(#"-e 's|"cwd": "/"|"cwd": "tmp"|'"#)
    let result = apus("check --format json")
    #expect(result.status == 1)
    // What is noted depends on what the kernel could do besides.
    let notes = result.output.split(separator: "\n").count { $0.contains(#""level": "note""#) }
    #expect(
      result.output.hasPrefix(
        """
        {
          "file": "\(file)",
          "errors": 1,
          "warnings": 0,
          "notes": \(notes),
          "findings": [
            {
              "level": "error",
              "subject": "specification",
              "pointer": "/process/cwd",
              "message": "\\"tmp\\" must be an absolute path"
            },
            {
              "level": "note",
              "subject": "isolation",

        """), "\(result.output)")
    #expect(result.output.hasSuffix("\n  ]\n}\n"))
  }

  @Test func whatIsNoJSONHasALineAndAColumn() {
    _ = shell("printf '{\\n  \"ociVersion\": nope}' > \(file)")
    let lines = check()
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("error: line 2, column 17: ") == true, "\(lines)")
    #expect(lines.last == "\(file): 1 error, 0 warnings, 0 notes")
    let json = apus("check -f json").output
    #expect(json.contains("\"subject\": \"syntax\",\n      \"pointer\": \"\",\n      \"line\": 2,"))
    #expect(json.contains("\"column\": 17,"))
    _ = shell("echo '{\"ociVersion\": 1}' > \(file)")
    #expect(
      check().first?.hasPrefix("error: /ociVersion: expected a string, found a number") == true)
  }

  @Test func aMissingFileIsAnErrorOfTheCommand() throws {
    let result = try Scratch()("check")
    #expect(result.status == 1 && result.output == "")
    #expect(try loggedMessage(result.errors).contains("config.json: no such file"))
  }

  /// An ordinary user needs a user namespace, and mappers for more than himself.
  @Test func anOrdinaryUserIsToldWhatHeMayNot() {
    _ = shell("chmod -R go+rX \(apus.folder)")
    let user = "setpriv --reuid 12345 --regid 12345 --clear-groups"
    let result = shell("cd \(apus.folder) && \(user) $(realpath \(apus.apus)) check")
    #expect(result.status == 1 && result.errors == "", "\(result)")
    #expect(
      result.output.contains("error: /linux/namespaces: only root can make a container without"),
      "\(result)")
    #expect(result.output.contains("warning: /linux/resources: this user may make no cgroup"))
  }

  @Test func nothingIsMade() {
    let log = "\(apus.folder)/strace"
    let result = shell("cd \(apus.folder) && strace -f -o \(log) \(apus.apus) --root none check")
    #expect(result.status == 0, "\(result)")
    let calls = contents(of: log).split(separator: "\n")
    #expect(calls.contains { $0.contains("config.json") })
    let writing = calls.filter { call in
      [
        "O_WRONLY", "O_RDWR", "O_CREAT", "mkdir", "mknod", "mount", "unlink", "rename", "clone",
        "fork", "setns", "unshare", "connect",
      ].contains { call.contains($0) }
    }
    #expect(writing == [])
  }
}
