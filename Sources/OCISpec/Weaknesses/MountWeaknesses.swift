extension Spec {
  func weighMounts(_ report: inout WeaknessReport) {
    guard linux.orEmpty.namespace("mount") != nil else { return }
    for (index, mount) in (mounts ?? []).enumerated() {
      let pointer = "/mounts/\(index)"
      if mount.isBind || mount.type == "bind" {
        mount.weighBind(&report, at: pointer)
      } else {
        mount.weighType(&report, at: pointer)
      }
    }
  }
}

extension Spec.Mount {
  /// As its last option says.
  var isReadonly: Bool {
    let last = options?.last { ["ro", "rro", "rw", "rrw"].contains($0) }
    return last == "ro" || last == "rro"
  }

  fileprivate func weighType(_ report: inout WeaknessReport, at pointer: String) {
    switch type {
    case "cgroup", "cgroup2":
      if isReadonly { return }
      report.warn(
        "\(pointer)/options", "can change its own cgroup, and so its limits",
        advice: "add the option ro")
    case "sysfs":
      if isReadonly { return }
      report.warn(
        "\(pointer)/options", "can change settings of the host's kernel and devices in sysfs",
        advice: "add the option ro")
    case "proc":
      if clean(destination) == "/proc" { return }
      report.warn(
        "\(pointer)/destination",
        "one more procfs, in which maskedPaths and readonlyPaths hide nothing",
        advice: "leave it out")
    case "configfs", "debugfs", "devtmpfs", "efivarfs", "pstore", "securityfs", "tracefs":
      report.warn(
        "\(pointer)/type", "\(type ?? "") is the host's own, with all that is in it",
        advice: "leave it out")
    default: break
    }
  }

  fileprivate func weighBind(_ report: inout WeaknessReport, at pointer: String) {
    if options?.contains(where: { $0 == "shared" || $0 == "rshared" }) == true {
      report.warn(
        "\(pointer)/options", "what the container mounts there appears on the host",
        advice: "use rslave")
    }
    guard let source, isAbsolute(source) else { return }
    let path = clean(source)
    if Self.controlSockets.contains(where: { path.hasSuffix($0) }) {
      // To connect is no write to the file system: ro doesn't help.
      return report.add(
        .warning, "\(pointer)/source", "who reaches \(quoted(path)) can do anything on the host",
        advice: "leave it out")
    }
    let whole = Self.wholes[path]
    if let whole, whole.isHarmfulToRead || !isReadonly {
      report.warn(
        "\(pointer)/source", "gives the container \(whole.what)",
        advice: isReadonly ? "bind what is needed of it only" : "bind what is needed only, with ro")
    } else if whole == nil, !isReadonly,
      let tree = ["/proc", "/sys", "/etc", "/boot"].first(where: { path.hasPrefix($0 + "/") })
    {
      report.warn(
        "\(pointer)/source", "can change what is the host's in \(tree)", advice: "add the option ro"
      )
    }
  }

  /// By which an engine, or the host's service manager, is told what to do as root.
  private static let controlSockets = [
    "/docker.sock", "/containerd.sock", "/crio.sock", "/podman.sock", "/buildkitd.sock",
    "/dbus/system_bus_socket", "/systemd/private", "/cri-dockerd.sock",
  ]

  /// What should not be in a container as a whole.
  private static let wholes: [String: (what: String, isHarmfulToRead: Bool)] = [
    "/": ("all of the host's files", true),
    "/boot": ("the host's kernel and boot loader", false),
    "/dev": ("all of the host's devices", true),
    "/etc": ("the host's settings and secrets", true),
    "/home": ("all users' files", true),
    "/proc": ("the host's processes and kernel settings", true),
    "/root": ("the files of the host's root", true),
    "/run": ("the sockets of the host's services", true),
    "/sys": ("the settings of the host's kernel and devices", false),
    "/usr": ("the host's programs", false),
    "/var": ("the state of the host's services", true),
    "/var/run": ("the sockets of the host's services", true),
    "/var/lib": ("the state of the host's services", true),
    "/var/lib/containerd": ("all other containers' files", true),
    "/var/lib/containers": ("all other containers' files", true),
    "/var/lib/docker": ("all other containers' files", true),
    "/var/lib/kubelet": ("all other containers' volumes and secrets", true),
  ]
}
