import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// The mounts of a plan.
struct MountTests {
  /// What a mount of config.json comes to, in words.
  private func lines(
    _ mounts: Spec.Mount..., namespaces: [String] = ["mount"], cgroups: CgroupLayout = .unified
  ) throws -> [String] {
    let plan = try plan(
      {
        $0.mounts = mounts
        $0.linux?.namespaces = namespaces.map { .init(type: $0) }
      }, cgroups: cgroups)
    return plan.lines.filter { $0.contains("(/mounts/") }
  }

  @Test func aFileSystem() throws {
    #expect(
      try lines(
        .init(
          destination: "/run", type: "tmpfs", source: "tmpfs",
          options: ["nosuid", "nodev", "mode=755", "size=64k"]))
        == ["mount tmpfs at /run, nosuid,nodev,mode=755,size=64k  (/mounts/0)"])
    #expect(
      try lines(.init(destination: "/data", type: "ext4", source: "/dev/sdb1", options: ["ro"]))
        == ["mount ext4 of /dev/sdb1 at /data, ro  (/mounts/0)"])
  }

  @Test func aFileSystemWithoutASource() throws {
    let plan = try plan { $0.mounts = [.init(destination: "/run", type: "tmpfs", source: "")] }
    let mount = PlannedMount(
      destination: "/run", source: .filesystem(type: "tmpfs", source: nil, parameters: []))
    #expect(plan.actions.contains(.mount(mount)))
  }

  @Test(
    arguments: [
      ("data", "/data"), ("/a/./b//c/", "/a/b/c"), ("/a/../../etc", "/etc"), ("../..", "/"),
    ])
  func destinationsAreFromTheRootOn(_ destination: String, _ expected: String) throws {
    #expect(
      try lines(.init(destination: destination, type: "tmpfs"))
        == ["mount tmpfs at \(expected)  (/mounts/0)"])
  }

  /// As some callers of runc write them.
  @Test(
    arguments: [
      ("/bundle/rootfs/data", "/data"), ("/bundle/./rootfs//data", "/data"),
      ("/bundle/rootfs", "/"), ("/bundle/rootfs/\u{301}", "/\u{301}"),
      ("/bundle/rootfs2/data", "/bundle/rootfs2/data"),
    ])
  func destinationsMayBeThoseOnTheHost(_ destination: String, _ expected: String) throws {
    #expect(
      try lines(.init(destination: destination, type: "tmpfs"))
        == ["mount tmpfs at \(expected)  (/mounts/0)"])
  }

  /// As long in bytes as the rest of the path, and shorter in characters.
  @Test func theHostsPathMayHaveAnyLetters() throws {
    let plan = try plan {
      $0.root?.path = "/\u{e9}\u{e9}\u{e9}"
      $0.mounts = [.init(destination: "/\u{e9}\u{e9}\u{e9}/data", type: "tmpfs")]
    }
    #expect(plan.lines.contains("mount tmpfs at /data  (/mounts/0)"))
  }

  @Test func procCannotBeReachedByTheHostsPath() {
    for path in ["/bundle/rootfs/proc/self", "/bundle/rootfs/proc/\u{301}"] {
      let error = #expect(throws: PlanError.self) {
        try plan { $0.mounts = [.init(destination: path, type: "tmpfs")] }
      }
      #expect(error?.pointer == "/mounts/0/destination")
    }
  }

  @Test func binds() throws {
    #expect(
      try lines(
        .init(destination: "/a", source: "/src", options: ["bind", "ro", "rprivate"]),
        .init(destination: "/b", type: "none", source: "folder", options: ["rbind"]),
        .init(
          destination: "/c", type: "bind", source: "/src", options: ["rbind", "rro", "noatime"]))
        == [
          "bind /src at /a, ro,suid,dev,exec,symfollow,rprivate  (/mounts/0)",
          "bind /bundle/folder and what is mounted below it at /b  (/mounts/1)",
          "bind /src and what is mounted below it at /c, noatime,rw,suid,dev,exec,diratime,symfollow,rro  (/mounts/2)",
        ])
  }

  /// What the host has set can't be cleared by who is root in a user namespace only.
  @Test func aBindInAUserNamespaceKeepsWhatIsNotNamed() throws {
    let plan = try plan {
      $0.mounts = [.init(destination: "/a", source: "/src", options: ["bind", "ro", "exec"])]
      $0.linux?.namespaces?.append(.init(type: "user"))
      $0.linux?.uidMappings = [.init(containerID: 0, hostID: 1000, size: 10)]
      $0.linux?.gidMappings = [.init(containerID: 0, hostID: 1000, size: 10)]
    }
    #expect(plan.has(inOrder: "bind /src at /a, ro,exec,symfollow  (/mounts/0)"))
  }

  @Test func aBindHasNoParametersOfAFileSystem() throws {
    let plan = try plan {
      $0.mounts = [
        .init(destination: "/a", source: "/src", options: ["bind", "sync", "tmpcopyup"])
      ]
    }
    let mount = PlannedMount(
      destination: "/a", source: .bind(path: "/src", recursive: false),
      options: MountOptions(["bind"]))
    #expect(plan.actions.contains(.mount(mount)))
  }

  @Test func aCopyOfWhatIsCovered() throws {
    #expect(
      try lines(.init(destination: "/etc", type: "tmpfs", options: ["tmpcopyup", "nodev"]))
        == ["mount tmpfs at /etc, nodev,with a copy of what is there  (/mounts/0)"])
  }

  @Test func aLinkThatIsToBeCopied() throws {
    let mounts = [
      Spec.Mount(destination: "/a", source: "link", options: ["bind", "copy-symlink"]),
      Spec.Mount(destination: "/b", source: "/file", options: ["bind", "copy-symlink"]),
      Spec.Mount(destination: "/c", source: "/l", options: ["bind", "src-nofollow"]),
      Spec.Mount(destination: "/d", type: "tmpfs", options: ["dest-nofollow"]),
    ]
    let plan = try plan({ $0.mounts = mounts }, facts: { $0.links = ["/bundle/link": "target"] })
    #expect(
      plan.lines.filter { $0.contains("(/mounts/") } == [
        "link /a to target, as the host's link is  (/mounts/0)",
        "bind /file at /b  (/mounts/1)",
        "bind /l at /c, src-nofollow  (/mounts/2)",
        "mount tmpfs at /d, dest-nofollow  (/mounts/3)",
      ])
  }

  @Test func aRemountChangesWhatIsThere() throws {
    #expect(
      try lines(.init(destination: "/sys", options: ["remount", "rw", "nosuid"]))
        == ["remount /sys nosuid,rw  (/mounts/0)"])
    #expect(
      try lines(.init(destination: "/a", source: "/a", options: ["remount", "bind", "ro"]))
        == ["remount /a ro  (/mounts/0)"])
    #expect(
      try lines(.init(destination: "/a", options: ["remount", "size=1m", "sync", "ro"])) == [
        "reconfigure /a with size=1m,sync  (/mounts/0)", "remount /a ro  (/mounts/0)",
      ])
  }

  @Test(
    arguments: [
      ("atime", "atime"), ("nostrictatime", "nostrictatime"), ("relatime", "relatime"),
      ("strictatime", "strictatime"), ("noatime", "noatime"), ("diratime", "diratime"),
      ("nosymfollow", "nosymfollow"), ("symfollow", "symfollow"), ("ratime", "ratime"),
      ("rrelatime", "rrelatime"), ("runbindable", "runbindable"),
    ])
  func optionsAreShown(_ option: String, _ shown: String) throws {
    #expect(
      try lines(.init(destination: "/a", type: "tmpfs", options: [option]))
        == ["mount tmpfs at /a, \(shown)  (/mounts/0)"])
  }

  @Test func theRuntimesOwnMountsComeLast() throws {
    let plan = try plan {
      $0.mounts = [.init(destination: "/run", type: "tmpfs", source: "tmpfs")]
    } facts: {
      $0.mounts = [.init(destination: "/run/notify", source: "/state", options: ["bind", "ro"])]
    }
    #expect(
      plan.has(
        inOrder: "mount tmpfs at /run  (/mounts/0)",
        "bind /state at /run/notify, ro,suid,dev,exec,symfollow"))
  }

  // CVE-2019-16884: what is not a procfs at /proc, or in it, could feed lies to the runtime.

  @Test(
    arguments: [
      "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps",
      "/proc/uptime", "/proc/loadavg", "/proc/slabinfo", "/proc/net/dev",
      "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ])
  func filesOfProcThatMayBeCovered(_ path: String) throws {
    #expect(
      try lines(.init(destination: path, source: "/lxcfs", options: ["bind"]))
        == ["bind /lxcfs at \(path)  (/mounts/0)"])
  }

  @Test(
    arguments: [
      "/proc/self", "/proc/cpuinfo/x", "/proc/sys", "proc/1", "/x/../proc/self/attr", "/proc/./tty",
    ])
  func nothingElseInProcMayBeCovered(_ path: String) {
    for mount in [
      Spec.Mount(destination: path, source: "/x", options: ["bind"]),
      Spec.Mount(destination: path, type: "tmpfs"),
    ] {
      let error = #expect(throws: PlanError.self) {
        try plan { $0.mounts = [.init(destination: "/a", type: "tmpfs"), mount] }
      }
      #expect(error?.pointer == "/mounts/1/destination")
      #expect(
        error?.problem.contains(
          "cannot be mounted because it is inside /proc; allowed there: /proc/")
          == true)
    }
  }

  @Test func neighboursOfProcAreNoneOfIt() throws {
    #expect(
      try lines(.init(destination: "/process", type: "tmpfs"))
        == ["mount tmpfs at /process  (/mounts/0)"])
  }

  @Test func onlyAProcfsAtProc() throws {
    let error = #expect(throws: PlanError.self) {
      try plan { $0.mounts = [.init(destination: "/proc/", type: "tmpfs")] }
    }
    #expect(
      error?.description
        == "/mounts/0/destination: \"/proc\" can hold a procfs only: use the type proc, or a bind "
        + "of one")
    #expect(
      try lines(.init(destination: "/proc", type: "proc")) == ["mount proc at /proc  (/mounts/0)"])
  }

  @Test func aBindAtProcIsProvenLater() throws {
    let plan = try plan {
      $0.mounts = [
        .init(destination: "/proc", source: "/proc", options: ["rbind"]),
        .init(destination: "/x", source: "/proc", options: ["rbind"]),
      ]
    }
    let proofs = plan.actions.compactMap { action -> Bool? in
      if case .mount(let mount) = action { mount.mustBeProcfs } else { nil }
    }
    #expect(proofs == [true, false])
  }

  // The type cgroup stands for what the host has.

  private static let cgroup = Spec.Mount(
    destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
    options: ["nosuid", "rprivate", "ro"])

  @Test(arguments: [["mount"], ["mount", "cgroup"]], ["cgroup", "cgroup2"])
  func cgroupsOfAUnifiedHost(namespaces: [String], type: String) throws {
    var mount = Self.cgroup
    mount.type = type
    #expect(
      try lines(mount, namespaces: namespaces)
        == ["mount cgroup2 at /sys/fs/cgroup, ro,nosuid,rprivate  (/mounts/0)"])
  }

  @Test func cgroupsOfALegacyHost() throws {
    // The container's own directory of each, and not the v2 tree.
    #expect(
      try lines(Self.cgroup, cgroups: hybrid)
        == [
          "mount tmpfs at /sys/fs/cgroup, mode=755  (/mounts/0)",
          "bind /sys/fs/cgroup/systemd/user.slice/box at /sys/fs/cgroup/systemd  (/mounts/0)",
          "bind /sys/fs/cgroup/memory/user.slice/box at /sys/fs/cgroup/memory  (/mounts/0)",
          "bind /sys/fs/cgroup/cpu,cpuacct/box at /sys/fs/cgroup/cpu,cpuacct  (/mounts/0)",
          "link /sys/fs/cgroup/cpu to cpu,cpuacct  (/mounts/0)",
          "link /sys/fs/cgroup/cpuacct to cpu,cpuacct  (/mounts/0)",
          "bind /sys/fs/cgroup/cpuset/box at /sys/fs/cgroup/cpuset  (/mounts/0)",
          "bind /sys/fs/cgroup/pids/box at /sys/fs/cgroup/pids  (/mounts/0)",
          "bind /sys/fs/cgroup/devices/box at /sys/fs/cgroup/devices  (/mounts/0)",
          "bind /sys/fs/cgroup/freezer/box at /sys/fs/cgroup/freezer  (/mounts/0)",
          "remount /sys/fs/cgroup and what is mounted below it ro,nosuid,rprivate  (/mounts/0)",
        ])
  }

  @Test func cgroupsOfALegacyHostInANamespace() throws {
    let lines = try lines(Self.cgroup, namespaces: ["mount", "cgroup"], cgroups: hybrid)
    #expect(
      lines.contains("mount cgroup at /sys/fs/cgroup/systemd, none,name=systemd  (/mounts/0)"))
    #expect(lines.contains("mount cgroup at /sys/fs/cgroup/memory, memory  (/mounts/0)"))
    #expect(lines.contains("mount cgroup at /sys/fs/cgroup/cpu,cpuacct, cpu,cpuacct  (/mounts/0)"))
    #expect(lines.contains("link /sys/fs/cgroup/cpuacct to cpu,cpuacct  (/mounts/0)"))
    #expect(!lines.contains { $0.contains("unified") || $0.hasPrefix("bind") })
  }

  @Test func cgroupsThatAreLeftAsTheyAre() throws {
    let mount = Spec.Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup")
    #expect(
      try lines(mount, cgroups: hybrid).last?.hasPrefix("bind /sys/fs/cgroup/freezer") == true)
  }
}
