import Glibc
import OCISpec
import Testing

/// Containers that are saved and made anew, by CRIU.
@Suite(.enabled(if: Host.isRoot, "CRIU is for root alone"), CRIU.isUsableHere)
struct CheckpointTests {
  /// Counts, in its memory alone, and shows how far it is.
  private func counter(_ edit: (inout Spec) -> Void = { _ in }) throws -> Sandbox {
    let apus = try Sandbox(
      "/bin/sh", "-c",
      "read word < /proc/sys/kernel/random/uuid; i=0; "
        + "while :; do i=$((i+1)); echo $i $word > /tmp/count; sleep 0.02; done"
    ) {
      $0.root?.readonly = false
      edit(&$0)
    }
    try #require(try apus.script("mkdir rootfs/tmp") == .silently)
    return apus
  }

  private func count(_ apus: Sandbox) -> Int {
    lines(of: "\(apus.folder)/rootfs/tmp/count").first?.split(separator: " ").first
      .flatMap { Int($0) } ?? 0
  }

  /// What the program has in its memory alone: one that was started anew has another.
  private func word(_ apus: Sandbox) throws -> String {
    var word = ""
    try #require(
      eventually(within: 10) {
        let words = lines(of: "\(apus.folder)/rootfs/tmp/count").first?.split(separator: " ") ?? []
        word = words.count == 2 ? String(words[1]) : ""
        return word.count == 36
      })
    return word
  }

  /// With the null device for its standard streams: a file of the host is none that CRIU finds.
  private func run(_ apus: Sandbox) throws {
    let run = try apus.script("$APUS run --detach $ID < /dev/null > /dev/null 2>&1")
    try #require(run == .silently)
  }

  /// Has it count, and returns its word.
  @discardableResult private func begin(_ apus: Sandbox) throws -> String {
    try run(apus)
    try #require(eventually(within: 10) { count(apus) > 10 })
    return try word(apus)
  }

  /// It counts on, and is still the same program.
  private func expectOn(_ apus: Sandbox, from reached: Int, _ word: String) throws {
    #expect(eventually(within: 10) { count(apus) > reached + 5 })
    #expect(try self.word(apus) == word)
  }

  private func checkpoint(_ apus: Sandbox, _ options: String = "") throws {
    let saved = try apus.script("$APUS checkpoint \(options) $ID", limit: 60)
    try #require(saved == .silently, "\(saved) \(text(of: "\(apus.folder)/checkpoint/dump.log"))")
  }

  private func restore(_ apus: Sandbox, _ options: String = "") throws {
    let made = try apus.script("$APUS restore --detach \(options) $ID", limit: 60)
    try #require(made == .silently, "\(made) \(text(of: "\(apus.folder)/checkpoint/restore.log"))")
  }

  @Test func aProgramGoesOnWhereItWas() throws {
    let apus = try counter()
    let word = try begin(apus)
    try checkpoint(apus)
    #expect(apus.containers() == [])
    let reached = count(apus)
    for round in 1...2 {
      try restore(apus, "--pid-file pid")
      #expect(text(of: "\(apus.folder)/pid") == "\(try apus.pid())")
      try expectOn(apus, from: reached, word)
      #expect(try apus.state().status == "running")
      if round == 1 { try checkpoint(apus) }
    }
    // Whatever can be done with a container can be done with this one.
    #expect(try apus("exec", apus.id, "echo", "hello").output == "hello\n")
    #expect(try apus("ps", apus.id).output.contains("sh"))
    #expect(try apus("pause", apus.id) == .silently)
    #expect(try apus.state().status == "paused")
    #expect(try apus("resume", apus.id) == .silently)
    #expect(try apus("events", "--stats", apus.id).status == 0)
    #expect(!apus.has("state/\(apus.id)/criu-root"))
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually(within: 10) { try apus.state().status == "stopped" })
    #expect(try apus.delete() == .silently)
  }

  @Test func oneThatIsLeftRunning() throws {
    let apus = try counter()
    try begin(apus)
    let pid = try apus.pid()
    try checkpoint(apus, "--leave-running --image-path saved --work-path logs")
    let reached = count(apus)
    #expect(try apus.pid() == pid)
    #expect(eventually(within: 10) { count(apus) > reached })
    #expect(apus.has("logs/dump.log") && apus.has("saved/inventory.img"))
    #expect(apus.has("saved/descriptors.json"))
  }

  @Test func inTheForeground() throws {
    let apus = try Sandbox(
      "/bin/sh", "-c", "until [ -e /tmp/go ]; do sleep 0.05; done; exit 7"
    ) { $0.root?.readonly = false }
    try #require(try apus.script("mkdir rootfs/tmp") == .silently)
    try run(apus)
    try checkpoint(apus)
    let restored = try apus.begin("restore", apus.id)
    #expect(try eventually(within: 20) { try apus("state", apus.id).output.contains("running") })
    try apus.write("", to: "rootfs/tmp/go")
    #expect(try restored.finish(limit: 60).status == 7)
    #expect(apus.containers() == [])
  }

  @Test func mountPointsAreMadeAndWhatIsReadOnlyStaysSo() throws {
    let apus = try counter {
      $0.mounts? += [
        Spec.Mount(destination: "/one", type: "bind", source: "one", options: ["bind"]),
        Spec.Mount(
          destination: "/one/for/two", type: "bind", source: "two", options: ["bind", "ro"]),
        Spec.Mount(
          destination: "/link/three", type: "bind", source: "two", options: ["bind", "ro"]),
      ]
    }
    try #require(
      try apus.script(
        "mkdir -p one two rootfs/real; ln -s /real rootfs/link; echo hello > two/file")
        == .silently)
    try begin(apus)
    try checkpoint(apus)
    try #require(try apus.script("rm -r one/* rootfs/real/*") == .silently)
    try restore(apus)
    #expect(try apus("exec", apus.id, "cat", "/one/for/two/file").output == "hello\n")
    #expect(try apus("exec", apus.id, "cat", "/real/three/file").output == "hello\n")
    #expect(try apus("exec", apus.id, "touch", "/one/new").status == 0)
    #expect(try apus("exec", apus.id, "touch", "/one/for/two/new").status != 0)
    #expect(try apus("exec", apus.id, "touch", "/real/three/new").status != 0)
  }

  @Test func whatLimitsAMountStays() throws {
    let apus = try counter {
      $0.mounts? += ["/first", "/second", "/third"].map {
        Spec.Mount(
          destination: $0, type: "bind", source: "shared",
          options: ["bind", "nosuid", "nodev", "noexec"])
      }
    }
    try #require(try apus.script("mkdir shared") == .silently)
    try begin(apus)
    try checkpoint(apus)
    try restore(apus)
    for place in ["/first", "/second", "/third"] {
      let found = try apus("exec", apus.id, "grep", " \(place) ", "/proc/self/mountinfo").output
      #expect(found.contains(" rw,nosuid,nodev,noexec,"), "\(found)")
    }
  }

  /// There CRIU reads the images as the container's root.
  @Test func inAUserNamespace() throws {
    let apus = try counter {
      $0.linux?.namespaces?.append(.init(type: "user"))
      $0.linux?.uidMappings = [.init(containerID: 0, hostID: 100_000, size: 65536)]
      $0.linux?.gidMappings = [.init(containerID: 0, hostID: 200_000, size: 65536)]
    }
    try #require(
      try apus.script("chmod 755 . rootfs && chown -R 100000:200000 rootfs") == .silently)
    let word = try begin(apus)
    try checkpoint(apus)
    let reached = count(apus)
    try #require(try apus.script("chmod 700 checkpoint") == .silently)
    expectRefusal(try apus("restore", "--detach", apus.id), "--image-path", "chgrp 200000")
    #expect(apus.leftovers() == [])
    try #require(try apus.script("chmod 710 checkpoint") == .silently)
    try restore(apus)
    try expectOn(apus, from: reached, word)
    let mapping = try apus("exec", apus.id, "cat", "/proc/self/uid_map").output
    #expect(mapping.split(separator: " ").map(String.init) == ["0", "100000", "65536\n"])
  }

  @Test func loopbackIsUp() throws {
    let apus = try counter()
    try begin(apus)
    try checkpoint(apus)
    try restore(apus)
    #expect(try apus("exec", apus.id, "ip", "addr").output.contains("127.0.0.1"))
  }

  @Test func hooksOfAFreshContainer() throws {
    let apus = try counter { _ in }
    try apus.configure {
      func hook(_ name: String) -> Spec.Hook {
        Spec.Hook(path: "/bin/sh", args: ["sh", "-c", "echo \(name) >> \(apus.folder)/hooks"])
      }
      $0.hooks = Spec.Hooks(
        prestart: [hook("prestart")], createRuntime: [hook("createRuntime")],
        poststart: [hook("poststart")], poststop: [hook("poststop")])
    }
    try begin(apus)
    try checkpoint(apus)
    try restore(apus)
    #expect(
      lines(of: "\(apus.folder)/hooks") == [
        "prestart", "createRuntime", "poststart", "poststop", "prestart", "createRuntime",
      ])
  }

  @Test func aHookThatFailsLeavesNothing() throws {
    let apus = try counter()
    try begin(apus)
    try checkpoint(apus)
    try apus.configure { $0.hooks = Spec.Hooks(createRuntime: [Spec.Hook(path: "/bin/false")]) }
    let refused = try apus("restore", "--detach", apus.id)
    expectRefusal(refused, "createRuntime hook #0", "/hooks/createRuntime/0")
    #expect(apus.leftovers() == [])
  }

  @Test func imagesOfNothing() throws {
    let apus = try counter()
    expectRefusal(try apus("restore", "--detach", apus.id), "--image-path", "ENOENT")
    try #require(
      try apus.script("mkdir checkpoint; echo '[]' > checkpoint/descriptors.json") == .silently)
    expectRefusal(
      try apus("restore", "--detach", apus.id), "CRIU failed",
      "\(apus.folder)/checkpoint/restore.log",
      "Error (")
    #expect(apus.leftovers() == [])
  }

  @Test func whatIsNotRunning() throws {
    let apus = try counter()
    try #require(try apus.create() == .silently)
    expectRefusal(try apus("checkpoint", apus.id), "in the created state")
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually(within: 10) { try apus.state().status == "stopped" })
    expectRefusal(try apus("checkpoint", apus.id), "in the stopped state")
  }

  @Test func aPausedOne() throws {
    let apus = try counter()
    let word = try begin(apus)
    try #require(try apus("pause", apus.id) == .silently)
    try checkpoint(apus)
    #expect(apus.containers() == [])
    let reached = count(apus)
    try restore(apus)
    _ = try apus("resume", apus.id)
    try expectOn(apus, from: reached, word)
  }

  @Test(
    .enabled(
      if: (try? shell("criu check --feature mem_dirty_track").status) == 0,
      "this kernel doesn't track memory"))
  func aheadOfACheckpoint() throws {
    let apus = try counter()
    let word = try begin(apus)
    try checkpoint(apus, "--pre-dump --image-path parent")
    #expect(try apus.state().status == "running")
    try checkpoint(apus, "--parent-path ../parent")
    #expect(apus.has("checkpoint/parent"))
    let reached = count(apus)
    try restore(apus)
    try expectOn(apus, from: reached, word)
  }

  @Test(arguments: [
    ("--parent-path /absolute", "--parent-path"), ("--parent-path none", "--parent-path"),
    ("--manage-cgroups-mode none", "--manage-cgroups-mode"), ("--empty-ns pid", "--empty-ns"),
    ("--page-server nowhere", "--page-server"), ("--status-fd 77", "--status-fd"),
  ])
  func optionsThatCannotBe(options: String, word: String) throws {
    let apus = try counter()
    try begin(apus)
    expectRefusal(try apus.script("$APUS checkpoint \(options) $ID"), word)
    #expect(try apus.state().status == "running")
  }

  @Test(arguments: ["user", "cgroup"])
  func namespacesThatCRIUCannotJoin(type: String) throws {
    let apus = try counter()
    try begin(apus)
    try apus.configure {
      $0.linux?.namespaces?.removeAll { $0.type == type }
      $0.linux?.namespaces?.append(.init(type: type, path: "/proc/self/ns/\(type)"))
    }
    expectRefusal(
      try apus("checkpoint", apus.id), "a \(type) namespace that was there", "/linux/namespaces/")
    #expect(try apus.state().status == "running")
    #expect(!apus.has("checkpoint"))
  }

  @Test func withoutCRIU() throws {
    let apus = try counter()
    try begin(apus)
    expectRefusal(
      try apus.script("PATH=/nowhere $APUS checkpoint $ID"), "criu", "install CRIU")
    #expect(!apus.has("checkpoint"))
    #expect(try apus.state().status == "running")
  }
}

/// What is refused where no CRIU is needed to know.
@Suite struct CheckpointRefusalTests {
  @Test func whoIsNotTheHostsRoot() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(
      try apus.script("unshare --user --map-root-user $APUS restore $ID"), "the host's root")
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: Host.isRoot, "CRIU is for root alone")) func imagesThatAreNotThere() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(try apus.script("$APUS restore --image-path none $ID"))
    #expect(!apus.has("none"))
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: Host.isRoot, "CRIU is for root alone")) func noContainer() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(try apus("checkpoint", apus.id), "does not exist")
    #expect(!apus.has("checkpoint"))
  }
}

/// The program that saves processes.
enum CRIU {
  static let isUsableHere = ConditionTrait.enabled(
    if: isUsable, "CRIU is missing, or can't save a process of this kernel")

  /// Whether it is there and can save a process of this kernel.
  static let isUsable =
    Host.isRoot
    && (try? shell(
      """
      cd $(mktemp -d) || exit 1
      setsid sleep 60 < /dev/null > /dev/null 2>&1 &
      sleep 0.2
      criu dump --tree $! --shell-job --leave-running > log 2>&1
      status=$?
      kill $!
      rm -r "$PWD"
      exit $status
      """, limit: 60
    ).status) == 0
}
