import Cgroups
import ContainerPlan
import OCISpec

/// A host with a tree for each controller, and a v2 tree beside them. The session of who runs the
/// test has a cgroup of its own for memory, as under a service manager.
let hybrid = CgroupLayout.legacy([
  hierarchy("name=systemd", "systemd", "/user.slice"),
  hierarchy("memory", "memory", "/user.slice"),
  hierarchy("cpu,cpuacct", "cpu,cpuacct"),
  hierarchy("cpuset", "cpuset"),
  hierarchy("pids", "pids"),
  hierarchy("devices", "devices"),
  hierarchy("freezer", "freezer"),
  hierarchy("", "unified", "/user.slice"),
])

private func hierarchy(_ controllers: String, _ folder: String, _ ownPath: String = "/")
  -> CgroupHierarchy
{
  CgroupHierarchy(
    controllers: controllers, mountPoint: "/sys/fs/cgroup/\(folder)", ownPath: ownPath)
}

/// The least that is a container: a root file system, and a program in it.
var minimal: Spec {
  Spec(
    process: Spec.Process(args: ["sh"]), root: Spec.Root(path: "rootfs"),
    linux: Spec.Linux(namespaces: [Spec.Linux.Namespace(type: "mount")]))
}

/// The plan of a container named box, in the bundle /bundle, after changes to the least of all.
func plan(
  _ change: (inout Spec) -> Void = { _ in }, cgroups: CgroupLayout = .unified,
  facts given: (inout Plan.Facts) -> Void = { _ in }
) throws(PlanError) -> Plan {
  var spec = minimal
  change(&spec)
  return try plan(for: spec, cgroups: cgroups, facts: given)
}

/// The plan of a container named box, in the bundle /bundle.
func plan(
  for spec: Spec, cgroups: CgroupLayout = .unified,
  facts given: (inout Plan.Facts) -> Void = { _ in }
) throws(PlanError) -> Plan {
  var facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: cgroups)
  given(&facts)
  return try Plan(for: spec, facts: facts)
}

extension Plan {
  var actions: [Action] { steps.map(\.action) }

  /// The steps in words, each with its pointer.
  var lines: [String] { steps.map(\.description) }

  /// Those that begin with one of the words.
  func lines(_ beginnings: String...) -> [String] {
    lines.filter { line in beginnings.contains { line.hasPrefix($0) } }
  }

  /// Where the only step that begins with these words is; nil also when there are several.
  func place(_ beginning: String) -> Int? {
    let places = lines.indices.filter { lines[$0].hasPrefix(beginning) }
    return places.count == 1 ? places[0] : nil
  }

  /// Whether steps that begin with these words are there once each, in this order.
  func has(inOrder beginnings: String...) -> Bool {
    let places = beginnings.compactMap(place)
    return places.count == beginnings.count
      && zip(places, places.dropFirst()).allSatisfy { $0 < $1 }
  }
}
