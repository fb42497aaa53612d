import OCISpec
import Testing

/// One weakness: what is changed in the configuration that `spec` writes, and what is then found.
struct Weakness: CustomTestStringConvertible, Sendable {
  let level: Finding.Level
  let pointer: String
  let beginning: String
  let change: @Sendable (inout Spec) -> Void

  init(
    _ level: Finding.Level, _ pointer: String, _ beginning: String,
    _ change: @escaping @Sendable (inout Spec) -> Void
  ) {
    self.level = level
    self.pointer = pointer
    self.beginning = beginning
    self.change = change
  }

  var testDescription: String { "\(level): \(pointer): \(beginning)" }
}

struct WeaknessTests {
  @Test(arguments: [false, true], [false, true])
  func whatSpecWritesHasNotesAtMost(rootless: Bool, unified: Bool) {
    let spec = Spec.default(rootless: rootless, uid: 1000, gid: 1000, unifiedCgroups: unified)
    let findings = spec.weaknesses()
    #expect(findings.allSatisfy { $0.level == .note && $0.subject == .isolation })
    #expect(
      findings.map(\.pointer)
        == [String](repeating: "/linux/namespaces", count: (rootless ? 1 : 0) + (unified ? 0 : 1))
        + ["/linux/seccomp"])
  }

  @Test(arguments: namespaceWeaknesses + processWeaknesses + mountWeaknesses + deviceWeaknesses)
  func isFound(weakness: Weakness) {
    var spec = Spec.default(unifiedCgroups: true)
    let before = spec.weaknesses()
    weakness.change(&spec)
    let found = spec.weaknesses().filter { !before.contains($0) }
    #expect(found.map(\.level) == [weakness.level], "\(found)")
    #expect(found.first?.pointer == weakness.pointer)
    #expect(found.first?.message.hasPrefix(weakness.beginning) == true, "\(found)")
  }

  @Test(arguments: harmless) func isNotFound(change: Weakness) {
    var spec = Spec.default(unifiedCgroups: true)
    let before = spec.weaknesses()
    change.change(&spec)
    #expect(spec.weaknesses().filter { !before.contains($0) } == [])
  }

  @Test func inAUserNamespaceRootIsNobodyOnTheHost() {
    var spec = Spec.default(rootless: true, uid: 1000, gid: 1000)
    spec.process?.capabilities?.bounding = Vocabulary.capabilities
    spec.linux?.namespaces?.removeAll { $0.type == "pid" }
    spec.linux?.maskedPaths = nil
    spec.linux?.resources = .init(devices: [.init(allow: true, access: "rwm")])
    #expect(spec.weaknesses().count > 5)
    #expect(spec.weaknesses().allSatisfy { $0.level == .note })
    // Unless it is the host's own.
    spec.linux?.namespaces?.removeAll { $0.type == "user" }
    spec.linux?.namespaces?.append(.init(type: "user", path: "/proc/1/ns/user"))
    #expect(spec.weaknesses().contains { $0.level == .warning && $0.pointer.hasSuffix("Paths") })
  }

  @Test func whoLooksKnowsTheHostsNamespaces() {
    var spec = Spec.default(unifiedCgroups: true)
    spec.linux?.namespaces?.removeAll { $0.type == "pid" }
    spec.linux?.namespaces?.append(.init(type: "pid", path: "/run/ns"))
    func levels(_ path: String) -> [Finding.Level] {
      spec.weaknesses { $0 == path }.filter { $0.pointer.hasSuffix("/path") }.map(\.level)
    }
    #expect(levels("/run/ns") == [.warning])
    #expect(levels("/run/other") == [.note])
  }

  @Test func withoutThePartForLinuxAllIsShared() {
    let spec = Spec(process: .init(args: ["sh"]), root: .init(path: "rootfs"))
    #expect(spec.weaknesses().filter { $0.pointer == "/linux/namespaces" }.count == 6)
  }
}

private let namespaceWeaknesses: [Weakness] =
  [
    ("pid", .warning, "shares the host's processes"),
    ("network", .warning, "shares the host's network"),
    ("ipc", .warning, "shares the host's shared memory"), ("uts", .note, "shares the host's name"),
    ("cgroup", .note, "sees where in the host's tree"),
    ("mount", .warning, "shares the host's mounts"),
  ].flatMap { (type: String, level: Finding.Level, beginning: String) in
    [
      Weakness(level, "/linux/namespaces", beginning) {
        $0.linux?.namespaces?.removeAll { $0.type == type }
      },
      Weakness(level, "/linux/namespaces/5/path", beginning) {
        $0.linux?.namespaces?.removeAll { $0.type == type }
        $0.linux?.namespaces?.append(.init(type: type, path: "/proc/1/ns/x"))
      },
      Weakness(.note, "/linux/namespaces/5/path", "joins the \(type) namespace") {
        $0.linux?.namespaces?.removeAll { $0.type == type }
        $0.linux?.namespaces?.append(.init(type: type, path: "/proc/1234/ns/x"))
      },
    ]
  } + [
    Weakness(.warning, "/linux/rootfsPropagation", "what the container mounts appears") {
      $0.linux?.rootfsPropagation = "rshared"
    },
    Weakness(.warning, "/root/path", "the host's own root") { $0.root?.path = "/./" },
  ]

private let processWeaknesses: [Weakness] = [
  Weakness(.warning, "/process/capabilities", "has all capabilities") {
    $0.process?.capabilities?.bounding = Vocabulary.capabilities
  },
  Weakness(.warning, "/process/capabilities/bounding/3", "CAP_SYS_ADMIN can mount") {
    $0.process?.capabilities?.bounding?.append("CAP_SYS_ADMIN")
  },
  Weakness(.warning, "/process/capabilities/permitted/3", "CAP_SYS_PTRACE can trace") {
    $0.process?.capabilities?.permitted?.append("CAP_SYS_PTRACE")
  },
  Weakness(.warning, "/process/capabilities/effective/3", "CAP_SYS_MODULE can load") {
    $0.process?.capabilities?.effective?.append("CAP_SYS_MODULE")
  },
  Weakness(.warning, "/process/capabilities/bounding/3", "CAP_DAC_READ_SEARCH can open") {
    $0.process?.capabilities?.bounding?.append("CAP_DAC_READ_SEARCH")
  },
  Weakness(.note, "/process/capabilities/inheritable", "files marked inheritable") {
    $0.process?.capabilities?.inheritable = ["CAP_KILL"]
  },
  Weakness(.note, "/process/noNewPrivileges", "programs that are set-user-ID") {
    $0.process?.noNewPrivileges = nil
  },
  Weakness(.note, "/process/apparmorProfile", "not confined") {
    $0.process?.apparmorProfile = "unconfined"
  },
  Weakness(.note, "/process/selinuxLabel", "not confined") {
    $0.process?.selinuxLabel = "system_u:system_r:spc_t:s0"
  },
  Weakness(.note, "/linux/seccomp/defaultAction", "the filter lets every system call pass") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ALLOW")
  },
  Weakness(.note, "/linux/seccomp/defaultAction", "the filter lets pass what it doesn't name") {
    $0.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [.init(names: ["mount"], action: "SCMP_ACT_ERRNO")])
  },
]

private let mountWeaknesses: [Weakness] =
  [
    ("cgroup", "/sys/fs/cgroup", "can change its own cgroup"),
    ("sysfs", "/sys", "can change settings of the host's kernel"),
  ].map { (type: String, destination: String, beginning: String) in
    Weakness(.warning, "/mounts/7/options", beginning) {
      $0.mounts?.append(.init(destination: destination, type: type, options: ["ro", "rw"]))
    }
  } + [
    Weakness(.warning, "/mounts/7/destination", "one more procfs") {
      $0.mounts?.append(.init(destination: "/p", type: "proc"))
    },
    Weakness(.warning, "/mounts/7/type", "debugfs is the host's own") {
      $0.mounts?.append(.init(destination: "/d", type: "debugfs"))
    },
    Weakness(.warning, "/mounts/7/options", "what the container mounts there appears") {
      $0.mounts?.append(.init(destination: "/d", source: "/data", options: ["rbind", "rshared"]))
    },
  ]
  + [
    ("/", "rw"), ("/", "ro"), ("/proc", "ro"), ("/sys", "rw"), ("/etc", "ro"),
    ("/etc/shadow", "rw"),
    ("/sys/fs/cgroup", "rw"), ("/dev", "ro"), ("/var/run", "ro"), ("/run/docker.sock", "ro"),
    ("/var/run/docker.sock", "rw"), ("/run/containerd/containerd.sock", "ro"),
    ("/var/lib/docker/", "ro"), ("/srv/../etc", "ro"), ("/usr", "rw"),
  ].map { (source: String, mode: String) in
    Weakness(.warning, "/mounts/7/source", "") {
      $0.mounts?.append(.init(destination: "/m", source: source, options: ["rbind", mode]))
    }
  } + [
    Weakness(.warning, "/linux/maskedPaths", "the host's kernel can be read through /proc/acpi") {
      $0.linux?.maskedPaths = []
    },
    Weakness(.warning, "/linux/maskedPaths", "the host's kernel can be read through /proc/kcore") {
      $0.linux?.maskedPaths?.removeAll { $0 == "/proc/kcore" }
    },
    Weakness(.note, "/linux/maskedPaths", "the host's kernel can be read through /proc/asound") {
      $0.linux?.maskedPaths?.removeAll { $0 == "/proc/asound" }
    },
    Weakness(.warning, "/linux/readonlyPaths", "the host's kernel can be changed through /proc/bus")
    {
      $0.linux?.readonlyPaths = nil
    },
    Weakness(.warning, "/linux/readonlyPaths", "the host's kernel can be changed through /proc/sys")
    {
      $0.linux?.readonlyPaths?.removeAll { $0 == "/proc/sys" }
    },
  ]

private let deviceWeaknesses: [Weakness] = [
  Weakness(.warning, "/linux/resources/devices/1", "allows every device") {
    $0.linux?.resources?.devices?.append(.init(allow: true, type: "a", access: "rwm"))
  },
  Weakness(.warning, "/linux/resources/devices/1", "allows every disk") {
    $0.linux?.resources?.devices?.append(.init(allow: true, type: "b", access: "r"))
  },
  Weakness(.warning, "/linux/devices/0", "the host's memory") {
    $0.linux?.devices = [.init(path: "/dev/mem", type: "c", major: 1, minor: 1)]
  },
  Weakness(.note, "/linux/devices/0", "a block device") {
    $0.linux?.devices = [.init(path: "/dev/sda", type: "b", major: 8, minor: 0)]
  },
]

private let harmless: [Weakness] =
  [
    ("/srv/data", "rw"), ("/sys", "ro"), ("/usr", "ro"), ("/etc/localtime", "ro"), ("etc", "rw"),
    ("/var/lib/app", "rw"), ("/etcetera", "rw"),
  ].map { (source: String, mode: String) in
    Weakness(.note, "\(source) \(mode)", "") {
      $0.mounts?.append(.init(destination: "/m", source: source, options: ["rbind", mode]))
    }
  } + [
    Weakness(.note, "usual capabilities", "") {
      $0.process?.capabilities?.bounding? += ["CAP_CHOWN", "CAP_NET_RAW", "CAP_MKNOD"]
    },
    Weakness(.note, "masked with what is above it", "") {
      $0.linux?.maskedPaths = ["/proc/", "/sys/firmware"]
    },
    Weakness(.note, "covered by a mount", "") {
      $0.linux?.maskedPaths?.removeAll { $0 == "/proc/kcore" }
      $0.mounts?.append(.init(destination: "/proc/kcore", source: "/srv/x", options: ["bind"]))
    },
    Weakness(.note, "no procfs, nothing to hide", "") {
      $0.mounts?.removeAll { $0.destination == "/proc" }
      $0.linux?.readonlyPaths = nil
    },
    Weakness(.note, "mknod of every device", "") {
      $0.linux?.resources?.devices? += [
        .init(allow: true, type: "b", access: "m"), .init(allow: true, type: "c", access: "m"),
      ]
    },
    Weakness(.note, "what a later rule takes back", "") {
      $0.linux?.resources?.devices? += [
        .init(allow: true, access: "rwm"), .init(allow: false, access: "rwm"),
      ]
    },
    Weakness(.note, "a profile that denies by default", "") {
      $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ERRNO")
    },
  ]
