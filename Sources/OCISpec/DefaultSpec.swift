extension Spec {
  /// The configuration that `runc spec` writes, byte for byte when encoded with
  /// `.pretty(indent: "\t")`.
  ///
  /// - Parameters:
  ///   - rootless: for a user without root's rights, in a user namespace of its own.
  ///   - uid: the rootless user's ID on the host, mapped to root's inside.
  ///   - gid: the rootless user's group ID on the host, mapped to root's inside.
  ///   - unifiedCgroups: whether the host has only cgroup v2, which adds a cgroup namespace.
  public static func `default`(
    rootless: Bool = false, uid: UInt32 = 0, gid: UInt32 = 0, unifiedCgroups: Bool = false
  ) -> Spec {
    var spec = Spec(
      process: .example, root: Root(path: "rootfs", readonly: true), hostname: "runc",
      mounts: rootless ? Mount.examples.map(\.rootless) : Mount.examples,
      linux: .example(unifiedCgroups: unifiedCgroups))
    if rootless { spec.linux?.becomeRootless(uid: uid, gid: gid) }
    return spec
  }
}

extension Spec.Process {
  fileprivate static var example: Self {
    let capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
    return Self(
      terminal: true,
      args: ["sh"],
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: Capabilities(
        bounding: capabilities, effective: capabilities, permitted: capabilities),
      rlimits: [RLimit(type: "RLIMIT_NOFILE", hard: 1024, soft: 1024)],
      noNewPrivileges: true)
  }
}

extension Spec.Mount {
  fileprivate static var examples: [Self] {
    [
      Self(destination: "/proc", type: "proc", source: "proc"),
      Self(
        destination: "/dev", type: "tmpfs", source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      Self(
        destination: "/dev/pts", type: "devpts", source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
      Self(
        destination: "/dev/shm", type: "tmpfs", source: "shm",
        options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
      Self(
        destination: "/dev/mqueue", type: "mqueue", source: "mqueue",
        options: ["nosuid", "noexec", "nodev"]),
      Self(
        destination: "/sys", type: "sysfs", source: "sysfs",
        options: ["nosuid", "noexec", "nodev", "ro"]),
      Self(
        destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
        options: ["nosuid", "noexec", "nodev", "relatime", "ro"]),
    ]
  }

  /// The mount for a user who may mount no sysfs, and of whose IDs only one is mapped.
  fileprivate var rootless: Self {
    if destination == "/sys" {
      return Self(
        destination: "/sys", type: "none", source: "/sys",
        options: ["rbind", "nosuid", "noexec", "nodev", "ro"])
    }
    var mount = self
    mount.options?.removeAll { $0.hasPrefix("gid=") || $0.hasPrefix("uid=") }
    return mount
  }
}

extension Spec.Linux {
  fileprivate static func example(unifiedCgroups: Bool) -> Self {
    let types = ["pid", "network", "ipc", "uts", "mount"] + (unifiedCgroups ? ["cgroup"] : [])
    return Self(
      resources: Resources(devices: [Resources.DeviceRule(allow: false, access: "rwm")]),
      namespaces: types.map { Namespace(type: $0) },
      maskedPaths: [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
        "/proc/scsi",
      ],
      readonlyPaths: [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
      ])
  }

  /// Without root's rights: a user namespace, the host's network, no cgroup.
  fileprivate mutating func becomeRootless(uid: UInt32, gid: UInt32) {
    namespaces?.removeAll { $0.type == "network" }
    namespaces?.append(Namespace(type: "user"))
    uidMappings = [IDMapping(containerID: 0, hostID: uid, size: 1)]
    gidMappings = [IDMapping(containerID: 0, hostID: gid, size: 1)]
    resources = nil
  }
}
