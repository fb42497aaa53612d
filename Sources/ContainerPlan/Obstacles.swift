import CSeccomp
import Glibc
import LinuxKernel
import OCISpec

extension Spec {
  /// What a host can't do of what is asked for, though nothing is wrong with that. Pure.
  /// - Parameter plan: a draft of the container.
  public func obstacles(on host: HostAbilities, plan: Plan) -> [Finding] {
    var findings: [Finding] = []
    func add(
      _ pointer: String, _ message: String, advice: String? = nil, _ level: Finding.Level = .error
    ) {
      findings.append(Finding(level, .host, pointer, message, advice: advice))
    }
    namespaceObstacles(host, add)
    mountObstacles(host, add)
    process?.obstacles(host, makesUserNamespace: makes(.user), add)
    linux?.seccomp?.obstacles(host, add)
    linux?.resources?.obstacles(host, add)
    let usesMappers = plan.steps.contains {
      if case .mapIDs(_, _, .helpers) = $0.action { true } else { false }
    }
    if usesMappers, !host.missingMappers.isEmpty {
      add(
        "/linux/uidMappings",
        "only \(host.missingMappers.joined(separator: " and ")) can map more than one's own IDs, and "
          + "there is none in $PATH",
        advice: "install the package uidmap or shadow-utils, or map only yourself")
    }
    return findings
  }

  typealias Add = (String, String, String?, Finding.Level) -> Void

  /// Whether a namespace of its own is made for the container.
  private func makes(_ kind: NamespaceKind) -> Bool {
    linux?.namespaces?.contains { $0.type == kind.rawValue && ($0.path ?? "").isEmpty } ?? false
  }

  private func namespaceObstacles(_ host: HostAbilities, _ add: Add) {
    for (index, namespace) in (linux?.namespaces ?? []).enumerated() {
      guard let kind = NamespaceKind(rawValue: namespace.type) else { continue }
      let pointer = "/linux/namespaces/\(index)"
      if !host.namespaces.contains(kind) {
        add(
          pointer, "this kernel has no \(kind.rawValue) namespaces",
          "use a kernel that is built with them", .error)
      } else if let bar = host.namespaceBars[kind], (namespace.path ?? "").isEmpty {
        add(pointer, "no \(kind.rawValue) namespace may be made here", "set \(bar)", .error)
      }
    }
  }
}

extension Spec.Process {
  fileprivate func obstacles(_ host: HostAbilities, makesUserNamespace: Bool, _ add: Spec.Add) {
    capabilityObstacles(host, makesUserNamespace, add)
    let mayRaise = host.capabilities.contains("CAP_SYS_RESOURCE")
    for (index, limit) in (rlimits ?? []).enumerated() {
      guard let kind = ResourceLimit(name: limit.type) else { continue }
      let pointer = "/process/rlimits/\(index)/hard"
      if kind == .nofile, limit.hard > host.descriptorLimit {
        add(
          pointer, "\(limit.hard) is more than the kernel allows anybody, \(host.descriptorLimit)",
          "raise /proc/sys/fs/nr_open", .error)
      } else if let own = host.hardLimits[kind], limit.hard > own, !mayRaise {
        add(
          pointer,
          "\(limit.type) can't be raised above the runtime's own, \(own), by who has no "
            + "CAP_SYS_RESOURCE", "run apus with it, or with a higher limit", .error)
      }
    }
    if let score = oomScoreAdj, score < host.oomScoreAdj, !mayRaise {
      add(
        "/process/oomScoreAdj",
        "\(score) is below the runtime's own, \(host.oomScoreAdj), which takes CAP_SYS_RESOURCE",
        "run apus with it", .error)
    }
    if let profile = apparmorProfile, !profile.isEmpty, profile != "unconfined",
      let loaded = host.appArmorProfiles, !loaded.contains(profile),
      // Profiles of a namespace, and stacks of several.
      !profile.contains(":"), strstr(profile, "//") == nil
    {
      add(
        "/process/apparmorProfile", "no profile \"\(profile)\" is loaded into AppArmor",
        "load it with apparmor_parser", .error)
    }
  }

  private func capabilityObstacles(
    _ host: HostAbilities, _ makesUserNamespace: Bool, _ add: Spec.Add
  ) {
    // Who makes a user namespace has them all in it.
    if makesUserNamespace { return }
    let sets = [
      ("effective", capabilities?.effective), ("permitted", capabilities?.permitted),
      ("inheritable", capabilities?.inheritable),
    ]
    for (set, names) in sets {
      let missing = (names ?? []).filter {
        CapabilitySet.number(of: $0) != nil && !host.capabilities.contains($0)
      }
      guard !missing.isEmpty else { continue }
      return add(
        "/process/capabilities/\(set)",
        "the runtime itself has no \(missing.joined(separator: ", "))",
        "run apus with more, or leave this out", .error)
    }
  }
}

extension CapabilitySet {
  fileprivate func contains(_ name: String) -> Bool {
    Self.number(of: name).map { bits & (1 << UInt64($0)) != 0 } ?? false
  }
}

extension Spec.Linux.Seccomp {
  fileprivate func obstacles(_ host: HostAbilities, _ add: Spec.Add) {
    let pointer = "/linux/seccomp"
    if defaultAction.isEmpty, (syscalls ?? []).isEmpty { return }
    if !host.hasSeccomp {
      return add(
        pointer, "this kernel has no filters of system calls", "use one with CONFIG_SECCOMP_FILTER",
        .error)
    }
    for (index, name) in (flags ?? []).enumerated() {
      if let flag = SeccompFlag(name: name), !host.seccompFlags.contains(flag) {
        add("\(pointer)/flags/\(index)", "this kernel knows no \(name)", "leave it out", .error)
      }
    }
    let runnable = SeccompABI.runnable.map(\.name)
    let foreign = (architectures ?? []).filter { !runnable.contains($0) }
    if !foreign.isEmpty {
      add(
        "\(pointer)/architectures",
        "this processor makes no system calls of \(foreign.joined(separator: ", "))", nil, .note)
    }
    unknownCalls(add, at: "\(pointer)/syscalls")
  }

  /// Calls that libseccomp has no number of are as if nobody named them.
  private func unknownCalls(_ add: Spec.Add, at pointer: String) {
    for (index, rule) in (syscalls ?? []).enumerated() where rule.action != defaultAction {
      let unknown = rule.names.filter { !SeccompABI.knows($0) }
      guard !unknown.isEmpty else { continue }
      let allows = rule.action == "SCMP_ACT_ALLOW" || rule.action == "SCMP_ACT_LOG"
      add(
        "\(pointer)/\(index)/names",
        "libseccomp \(libseccompVersion) doesn't know \(unknown.joined(separator: ", ")): "
          + "\(defaultAction) stays what happens", nil, allows ? .note : .warning)
    }
  }
}

extension SeccompABI {
  /// Whether libseccomp knows a call, of whatever architecture.
  fileprivate static func knows(_ name: String) -> Bool {
    runnable.contains {
      seccomp_syscall_resolve_name_arch($0.token, name) != -1 /* __NR_SCMP_ERROR */
    }
  }
}
