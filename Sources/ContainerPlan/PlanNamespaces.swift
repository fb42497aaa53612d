import Cgroups
import LinuxKernel
import OCISpec

extension Plan {
  /// The process, and the namespaces that it is born in, joins or makes.
  mutating func planNamespaces(_ spec: Spec, _ facts: Facts, _ cgroup: CgroupPaths)
    throws(PlanError)
  {
    var made: [NamespaceKind] = []
    var joined: [Step] = []
    var joinedMount: Step?
    var ownCgroup: String?
    for (index, namespace) in (spec.linux?.namespaces ?? []).enumerated() {
      let pointer = "/linux/namespaces/\(index)"
      guard let kind = NamespaceKind(rawValue: namespace.type) else {
        throw PlanError("\(pointer)/type", "unknown namespace \"\(namespace.type)\"")
      }
      if let path = namespace.path, !path.isEmpty {
        let step = Step(.joinNamespace(kind, path: path), pointer)
        if kind == .mount { joinedMount = step } else { joined.append(step) }
      } else if kind == .cgroup {
        ownCgroup = pointer
      } else {
        made.append(kind)
      }
    }
    // A joined PID namespace takes in the children of who joins, so the runtime joins it first.
    steps += joined.filter { $0.action.performer == .runtime }
    add(.clone(made), made.isEmpty ? "" : "/linux/namespaces")
    // The runtime does this while the container's process goes on, for on v1 it takes its time.
    add(.joinCgroup(cgroup.distinct))
    steps += joined.filter { $0.action.performer == .container }
    // Last: the paths of the others are the host's.
    if let joinedMount { steps.append(joinedMount) }
    if !facts.noNewKeyring { add(.joinSessionKeyring("_ses.\(facts.id)")) }
    if let score = spec.process?.oomScoreAdj {
      add(.setOOMScore(score), "/process/oomScoreAdj")
    }
    if made.contains(.network) { add(.bringUpLoopback, "/linux/namespaces") }
    // The namespace's root is the cgroup that its maker is in: not before the runtime moved it.
    if let ownCgroup { add(.unshare(.cgroup), ownCgroup) }
  }
}
