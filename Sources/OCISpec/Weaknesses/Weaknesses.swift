extension Spec {
  /// What isolates the container less than it could be: what leaves it close to the host, or hands
  /// it what belongs to the host.
  ///
  /// Warnings are about ways out of the container; what engines and `spec` do by default gets notes
  /// at most. In a user namespace of its own root is nobody on the host, so little is more than a
  /// note. Pure: no file is looked at.
  ///
  /// - Parameter isOfTheHost: whether the namespace at a path is the one that the runtime is in.
  public func weaknesses(isOfTheHost: (String) -> Bool = isPathOfTheHostsInit) -> [Finding] {
    var report = WeaknessReport()
    let namespaces = linux?.namespaces ?? []
    report.hasOwnUsers = namespaces.contains {
      $0.type == "user" && !isOfTheHost($0.path ?? "")
    }
    linux.orEmpty.weigh(&report, self, isOfTheHost)
    process?.weigh(&report)
    linux.orEmpty.weighSeccomp(&report)
    weighMounts(&report)
    weighHiddenPaths(&report)
    linux?.weighDevices(&report)
    return report.findings
  }
}

/// Whether a path names a namespace of the host by way of procfs.
public func isPathOfTheHostsInit(_ path: String) -> Bool {
  ["/proc/1/ns/", "/proc/self/ns/", "/proc/thread-self/ns/"].contains { path.hasPrefix($0) }
}

extension Spec.Linux? {
  /// Without the part for Linux everything is shared with the host.
  var orEmpty: Spec.Linux { self ?? Spec.Linux() }
}

/// Collects what weakens a container.
struct WeaknessReport {
  private(set) var findings: [Finding] = []
  /// Whether its root is nobody on the host.
  var hasOwnUsers = false

  mutating func add(
    _ level: Finding.Level, _ pointer: String, _ message: String, advice: String? = nil
  ) {
    findings.append(Finding(level, .isolation, pointer, message, advice: advice))
  }

  /// What matters only as far as root inside is root on the host.
  mutating func warn(_ pointer: String, _ message: String, advice: String? = nil) {
    add(hasOwnUsers ? .note : .warning, pointer, message, advice: advice)
  }
}

extension Spec.Linux {
  fileprivate func weigh(
    _ report: inout WeaknessReport, _ spec: Spec, _ isOfTheHost: (String) -> Bool
  ) {
    for type in ["mount", "pid", "network", "ipc", "uts", "cgroup"] where namespace(type) == nil {
      shares(&report, type, "/linux/namespaces", spec)
    }
    for (index, namespace) in (namespaces ?? []).enumerated() {
      guard let path = namespace.path, !path.isEmpty else { continue }
      let pointer = "/linux/namespaces/\(index)"
      if isOfTheHost(path) {
        shares(&report, namespace.type, "\(pointer)/path", spec)
      } else {
        report.add(
          .note, "\(pointer)/path",
          "joins the \(namespace.type) namespace \(quoted(path)): shares it with all who are in it")
      }
    }
    if rootfsPropagation == "shared" || rootfsPropagation == "rshared" {
      report.warn(
        "/linux/rootfsPropagation", "what the container mounts appears on the host",
        advice: "use \"slave\" or \"private\"")
    }
    if spec.root.map({ clean($0.path) == "/" && isAbsolute($0.path) }) == true {
      report.warn("/root/path", "the host's own root file system is the container's")
    }
  }

  private func shares(
    _ report: inout WeaknessReport, _ type: String, _ pointer: String, _ spec: Spec
  ) {
    let advice = "add {\"type\": \"\(type)\"} to /linux/namespaces"
    switch type {
    case "mount":
      report.add(
        .warning, pointer,
        "shares the host's mounts: the root file system and all mounts of config.json are passed "
          + "over, and the host's files seen", advice: advice)
    case "pid":
      report.warn(
        pointer, "shares the host's processes: they can be seen, and signalled", advice: advice)
    case "network":
      report.warn(
        pointer, "shares the host's network: its interfaces, ports and abstract sockets",
        advice: advice)
    case "ipc":
      report.warn(
        pointer, "shares the host's shared memory segments and message queues", advice: advice)
    case "uts":
      let canChange = spec.process?.capabilities?.has("CAP_SYS_ADMIN") == true
      report.add(
        canChange && !report.hasOwnUsers ? .warning : .note, pointer,
        "shares the host's name\(canChange ? ", and may change it" : "")", advice: advice)
    case "cgroup":
      report.add(
        .note, pointer, "sees where in the host's tree its cgroup is", advice: advice)
    case "user":
      report.add(.note, pointer, "joins the host's own user namespace", advice: "leave it out")
    default: break
    }
  }

  fileprivate func weighSeccomp(_ report: inout WeaknessReport) {
    let pointer = "/linux/seccomp"
    let rules = seccomp?.syscalls ?? []
    guard let seccomp, !seccomp.defaultAction.isEmpty || !rules.isEmpty else {
      return report.add(
        .note, pointer, "no filter of system calls: all of the kernel can be tried",
        advice: "take the profile of an engine, such as Docker's default")
    }
    func passes(_ action: String) -> Bool { action == "SCMP_ACT_ALLOW" || action == "SCMP_ACT_LOG" }
    guard passes(seccomp.defaultAction) else { return }
    if rules.allSatisfy({ passes($0.action) }) {
      report.add(.note, "\(pointer)/defaultAction", "the filter lets every system call pass")
    } else {
      report.add(
        .note, "\(pointer)/defaultAction",
        "the filter lets pass what it doesn't name, such as system calls of newer kernels",
        advice: "deny by default, and allow what is needed")
    }
  }
}
