import Cgroups
import LinuxKernel
import OCISpec

extension Plan {
  /// The process, and the namespaces that it is born in, joins or makes.
  mutating func planNamespaces(_ spec: Spec, _ facts: Facts, _ cgroup: CgroupPaths)
    throws(PlanError)
  {
    let wanted = try WantedNamespaces(spec.linux)
    // A joined PID namespace takes in the children of who joins, so the runtime joins it first.
    steps += wanted.joined.filter { $0.action.performer == .runtime }
    let joined = wanted.joined.filter { $0.action.performer == .container }
    // What is to be joined may belong to another user namespace, whose rights the new one does not
    // have; one that is joined has to own what is made; and the clocks of a time namespace are set
    // before anybody is in it.
    let isOwnedByAnother =
      wanted.makes(.user) ? !joined.isEmpty : wanted.joins(.user) && !wanted.made.isEmpty
    let inTwoSteps = wanted.makes(.time) || isOwnedByAnother
    let begun = inTwoSteps ? [] : wanted.made
    add(.clone(begun), begun.isEmpty ? "" : "/linux/namespaces")
    // The runtime does this while the container's process goes on, for it takes its time.
    if let unit = facts.systemdUnit {
      try planUnit(unit, spec, cgroup, facts)
    } else if facts.managesCgroups, !cgroup.isUnified {
      collect { plan throws(PlanError) in try plan.planCgroups(spec, cgroup, facts) }
    }
    handOverCgroup(cgroup, spec, facts)
    planJoin(resctrlGroups(spec.linux?.intelRdt, facts))
    if let score = spec.process?.oomScoreAdj { add(.setOOMScore(score), "/process/oomScoreAdj") }
    if facts.systemdUnit == nil, !joinsCgroupAmongMounts(spec, cgroup) { planJoin(cgroup) }

    steps += joined
    if inTwoSteps, wanted.makes(.user) { add(.unshare(.user), "/linux/namespaces") }
    try planUserNamespace(spec.linux, isMade: wanted.makes(.user), facts)
    if wanted.makes(.time) {
      add(.unshare(.time), "/linux/namespaces")
      let offsets = clockOffsets(spec.linux?.timeOffsets)
      if !offsets.isEmpty { add(.setClockOffsets(offsets), "/linux/timeOffsets") }
    }
    if inTwoSteps {
      let rest = wanted.made.filter { $0 != .user && $0 != .time }
      if !rest.isEmpty || wanted.makes(.time) {
        add(.goOnInChild(rest), "/linux/namespaces")
      }
    }

    if !facts.noNewKeyring { add(.joinSessionKeyring("_ses.\(facts.id)")) }
    if wanted.makes(.network) { add(.bringUpLoopback, "/linux/namespaces") }
    planNetworkDevices(spec.linux)
    // The namespace's root is the cgroup that its maker is in: not before it is in there.
    if let pointer = wanted.ownCgroup { add(.unshare(.cgroup), pointer) }
  }

  /// Whether the process joins its cgroups of v1 where it first needs them, and leaves the runtime the
  /// time to make them: who sees the host's cgroups in their place until then, and still has the
  /// host's rights.
  func joinsCgroupAmongMounts(_ spec: Spec, _ cgroup: CgroupPaths) -> Bool {
    let namespaces = spec.linux?.namespaces ?? []
    return !cgroup.isUnified && namespaces.contains { $0.type == "mount" }
      && namespaces.allSatisfy { namespace in
        switch NamespaceKind(rawValue: namespace.type) {
        case .pid, .network, .ipc, .uts: true
        case .mount: (namespace.path ?? "").isEmpty
        default: false
        }
      }
  }

  private func clockOffsets(_ offsets: [String: Spec.Linux.TimeOffset]?) -> [ClockOffset] {
    (offsets ?? [:]).sorted { $0.key < $1.key }.compactMap { name, offset in
      ClockOffset.Clock(rawValue: name).map {
        ClockOffset($0, seconds: offset.secs ?? 0, nanoseconds: offset.nanosecs ?? 0)
      }
    }
  }
}

/// The namespaces of config.json, by what is to be done.
private struct WantedNamespaces {
  private(set) var made: [NamespaceKind] = []
  /// In the order in which they can be joined.
  private(set) var joined: [Step] = []
  /// Where config.json asks for a new cgroup namespace.
  private(set) var ownCgroup: String?

  init(_ linux: Spec.Linux?) throws(PlanError) {
    for (index, namespace) in (linux?.namespaces ?? []).enumerated() {
      let pointer = "/linux/namespaces/\(index)"
      guard let kind = NamespaceKind(rawValue: namespace.type) else {
        throw PlanError("\(pointer)/type", "unknown namespace \"\(namespace.type)\"")
      }
      if let path = namespace.path, !path.isEmpty {
        joined.append(Step(.joinNamespace(kind, path: path), pointer))
      } else if kind == .cgroup {
        ownCgroup = pointer
      } else {
        made.append(kind)
      }
    }
    // The host's root may join any of them. Who has joined a user namespace may join those of that
    // one alone, and after the mount namespace the paths of the others are the container's.
    joined =
      joined.filter { $0.action.rank == 0 } + joined.filter { $0.action.rank == 1 }
      + joined.filter { $0.action.rank == 2 }
  }

  func makes(_ kind: NamespaceKind) -> Bool { made.contains(kind) }

  func joins(_ kind: NamespaceKind) -> Bool {
    joined.contains {
      if case .joinNamespace(kind, _) = $0.action { true } else { false }
    }
  }
}

extension Action {
  fileprivate var rank: Int {
    switch self {
    case .joinNamespace(.user, _): 1
    case .joinNamespace(.mount, _): 2
    default: 0
    }
  }
}

/// The ranges of config.json.
func ranges(_ mappings: [Spec.Linux.IDMapping]?) -> [IDRange] {
  (mappings ?? []).map { IDRange(inside: $0.containerID, outside: $0.hostID, count: $0.size) }
}
