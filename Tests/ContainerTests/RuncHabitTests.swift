import OCISpec
import Testing

/// What callers of runc rely on though no specification says it.
@Suite struct RuncHabitTests {
  @Test(arguments: [["HOME="], ["HOME=/given", "HOME="]])
  func anEmptyHomeIsAsGoodAsNone(environment: [String]) throws {
    let apus = try Sandbox { $0.process?.env = ["PATH=/bin"] + environment }
    #expect(try apus.script("mkdir rootfs/etc") == .silently)
    try apus.write("root:x:0:0::/root:\n", to: "rootfs/etc/passwd")
    #expect(try apus.report().env == ["PATH=/bin", "HOME=/root"])
  }

  @Test func aPathThatIsListedTwiceIsHiddenOnce() throws {
    let apus = try Sandbox {
      $0.linux?.maskedPaths = ["/usr", "/usr/", "/bin/../usr"]
      $0.linux?.readonlyPaths = ["/dev/shm", "/dev/./shm"]
    }
    let points = try apus.report().mounts.map(\.point)
    #expect(points.filter { $0 == "/usr" }.count == 1)
    // The mount of config.json, and the one that makes it read-only.
    #expect(points.filter { $0 == "/dev/shm" }.count == 2)
  }

  /// Executable for root only, which is what its capability makes of another user.
  @Test func aCapabilityCountsWhenTheProgramIsLookedFor() throws {
    let apus = try Sandbox("/bin/true") { $0.process?.user.uid = 1000 }
    #expect(try apus.script("chmod 744 rootfs/bin/busybox") == .silently)
    expectRefusal(try apus.run(), "/bin/true", "/process/args/0")
    try apus.configure {
      let names = ["CAP_DAC_OVERRIDE"]
      $0.process?.capabilities = Spec.Process.Capabilities(
        bounding: names, effective: names, inheritable: names, permitted: names, ambient: names)
    }
    #expect(try apus.run() == .silently)
  }

  /// A container that can be written to would be a bad surprise.
  @Test func aKeyCountsInAnotherCase() throws {
    let apus = try Sandbox("/bin/touch", "/file") { $0.root?.readonly = true }
    let exact = text(of: "\(apus.folder)/config.json")
    try apus.write(exact.replacing("\"readonly\":", with: "\"readOnly\":"), to: "config.json")
    let run = try apus.run()
    #expect(run.status == 1 && run.errors.contains("Read-only file system"), "\(run)")
    #expect(!apus.has("rootfs/file"))
  }

  @Test func aTmpfsLooksLikeTheDirectoryOfTheImage() throws {
    let apus = try Sandbox {
      for place in ["/there", "/new/here"] {
        $0.mounts?.append(Spec.Mount(destination: place, type: "tmpfs", source: "tmpfs"))
      }
    }
    #expect(try apus.script("mkdir -m 710 rootfs/there") == .silently)
    let report = try apus.report("stat:/there", "stat:/new/here")
    #expect(report.nodes["/there"]?.mode == 0o710)
    #expect(report.nodes["/new/here"]?.mode == 0o1777)
  }

  @Test func aDestinationMayBeThePathOnTheHost() throws {
    let apus = try Sandbox()
    try apus.configure {
      $0.mounts?.append(
        Spec.Mount(
          destination: "\(apus.folder)/rootfs/here", type: "tmpfs", source: "tmpfs"))
    }
    #expect(try apus.report().mount(at: "/here")?.type == "tmpfs")
  }

  /// Many images have links such as /etc/resolv.conf that lead to what only the running system has.
  @Test func whatALinkLeadsToIsMade() throws {
    let apus = try Sandbox {
      $0.mounts =
        ($0.mounts ?? []) + [
          Spec.Mount(
            destination: "/etc/told", type: "bind", source: "told", options: ["bind"]),
          Spec.Mount(destination: "/etc/folder", type: "tmpfs", source: "tmpfs"),
        ]
    }
    try apus.write("a secret", to: "told")
    let made = try apus.script(
      """
      mkdir rootfs/etc; ln -s ../jump/told rootfs/etc/told; ln -s /var/of/it rootfs/jump
      ln -s ../../../../opt/folder rootfs/etc/folder
      """)
    #expect(made == .silently)
    let report = try apus.report("read:/var/of/it/told")
    #expect(report.answers["read:/var/of/it/told"] == "a secret")
    #expect(report.mount(at: "/opt/folder")?.type == "tmpfs")
    #expect(apus.has("rootfs/opt/folder"))
  }

  @Test func aLinkThatLeadsNowhereForEverIsAnError() throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.append(Spec.Mount(destination: "/loop/x", type: "tmpfs", source: "tmpfs"))
    }
    #expect(try apus.script("ln -s loop rootfs/loop") == .silently)
    expectRefusal(try apus.run(), "ELOOP", "/mounts/7")
  }

  @Test func aTerminalIsBoundOnTheConsoleOfAReadonlyDev() throws {
    let apus = try Sandbox("/bin/stat", "-c", "%t", "/dev/console") {
      $0.process?.terminal = true
      for index in ($0.mounts ?? []).indices where $0.mounts?[index].destination == "/dev" {
        $0.mounts?[index].options?.append("ro")
      }
    }
    let run = try apus.script(
      #"script --quiet --return --command "$APUS run $ID" /dev/null"#)
    #expect(run.output.contains("88"), "\(run)")  // 136, the major number of terminals
  }

  @Test(arguments: [false, true]) func killReachesAllWhoShareThePIDsOfTheHost(initIsGone: Bool)
    throws
  {
    let apus = try Sandbox("/bin/sh", "-c", "sleep 100 & sleep 100 & wait") {
      $0.linux?.namespaces?.removeAll { $0.type == "pid" }
      $0.linux?.maskedPaths = nil
      $0.linux?.readonlyPaths = nil
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    func processes() throws -> [Int] {
      try apus("ps", "--format", "json", apus.id).output.split { !$0.isNumber }.compactMap {
        Int($0)
      }
    }
    #expect(try eventually { try processes().count == 3 })
    if initIsGone {
      #expect(try shell("kill -9 \(try apus.pid())") == .silently)
      #expect(try eventually { try processes().count == 2 })
    }
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually { try processes().isEmpty })
  }

  @Test func aHookInTheContainerHasTheProgramsEnvironmentUnlessGivenOne() throws {
    let apus = try Sandbox("/bin/true") {
      $0.process?.env = ["PATH=/bin", "ONE=two"]
      $0.hooks = Spec.Hooks(startContainer: [
        Spec.Hook(path: "/bin/sh", args: ["sh", "-c", #"[ "$ONE" = two ]"#]),
        Spec.Hook(path: "/bin/sh", args: ["sh", "-c", #"[ -z "$ONE" ]"#], env: ["A=b"]),
      ])
    }
    #expect(try apus.run() == .silently)
  }

  @Test func aHookBeforeThePivotIsInTheRootfs() throws {
    let apus = try Sandbox("/bin/cat", "/bin/told") {
      $0.hooks = Spec.Hooks(createContainer: [
        Spec.Hook(path: "/bin/sh", args: ["sh", "-c", "echo here > bin/told"])
      ])
    }
    #expect(try apus.run() == Finished(status: 0, output: "here\n", errors: ""))
  }

  @Test func aHookInTheContainerIsUnderTheFilter() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.seccomp = Spec.Linux.Seccomp(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          Spec.Linux.Seccomp.Rule(names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO")
        ])
      $0.hooks = Spec.Hooks(startContainer: [
        Spec.Hook(path: "/bin/mkdir", args: ["mkdir", "/dev/shm/made"])
      ])
    }
    expectRefusal(try apus.run(), "/hooks/startContainer/0", "exited with status 1")
  }

  @Test(.enabled(if: !Host.isUnified, "v1 only"))
  func aCpusetThatIsEmptyIsFilled() throws {
    let apus = try Sandbox("/bin/true")
    let above = "\(apus.id)-above"
    try apus.configure { $0.linux?.cgroupsPath = "/\(above)/below/\(apus.id)" }
    let folder = "/sys/fs/cgroup/cpuset/\(above)"
    #expect(try shell("mkdir -p \(folder)/below") == .silently)
    defer {
      _ = try? shell("for i in /sys/fs/cgroup/*/\(above); do rmdir $i/below $i; done")
    }
    #expect(text(of: "\(folder)/below/cpuset.cpus") == "\n")
    #expect(try apus.run() == .silently)
    #expect(
      text(of: "\(folder)/below/cpuset.cpus") == text(of: "/sys/fs/cgroup/cpuset/cpuset.cpus"))
  }

  @Test func processorsOfTheCallerAreNotTheContainers() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let run = try apus.script("exec taskset -c 0 $APUS run --detach $ID")
    #expect(run == .silently)
    let own = lines(of: "/proc/self/status").first { $0.hasPrefix("Cpus_allowed_list:") }
    let line = "grep Cpus_allowed_list: /proc/self/status"
    let inside = try apus("exec", apus.id, "sh", "-c", line).output
    let outside = try apus.script("exec taskset -c 0 $APUS exec $ID \(line)").output
    #expect(inside == "\(own ?? "")\n")
    #expect(outside == inside)
  }

  @Test func aContainerMayShareTheMountsOfTheHost() throws {
    let apus = try Sandbox("/bin/echo", "here") {
      $0.linux?.namespaces?.removeAll { $0.type == "mount" }
      $0.root?.readonly = false
      $0.linux?.maskedPaths = nil
      $0.linux?.readonlyPaths = nil
      $0.mounts = nil
      let hook = Spec.Hook(path: "/bin/sh", args: ["sh", "-c", "echo > called"])
      $0.hooks = Spec.Hooks(createRuntime: [hook])
    }
    #expect(try apus.run() == Finished(status: 0, output: "here\n", errors: ""))
    #expect(apus.has("called"))
  }

  /// Whoever reads from a pipe to its end does not want to wait for `start`.
  @Test func initAtTheGateHoldsNothingOfTheCallers() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let made = try apus.script(
      #"mkfifo pipe; (exec 9> pipe; exec $APUS create $ID > log 2>&1) & cat pipe; wait; cat log"#)
    #expect(made == .silently)
    #expect(try apus.state().status == "created")
    let open = try shell("readlink /proc/\(apus.pid())/fd/*").output.split(separator: "\n")
    #expect(!open.contains { $0.hasPrefix("/dev/") && $0 != "/dev/null" }, "\(open)")
  }

  @Test func anOptionMayNameADescriptor() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let process = #"{"args": ["/bin/echo", "here"], "cwd": "/", "user": {"uid": 0, "gid": 0}}"#
    try apus.write(process, to: "process.json")
    let run = try apus.script("exec bash -c \"$APUS exec -p /dev/fd/63 $ID 63< process.json\"")
    #expect(run == Finished(status: 0, output: "here\n", errors: ""))
  }
}
