import LinuxKernel
import OCISpec

/// The groups of resctrl that the processes of a container are in.
public struct ResctrlGroups: Equatable, Sendable {
  /// That of its class of service, a folder in resctrl or resctrl itself.
  public var control: String
  /// The one in which it is monitored, if it is.
  public var monitoring: String?
  /// Where resctrl is mounted.
  public var root: String

  /// The groups of a container. (config-linux.md, IntelRdt)
  public init(_ rdt: Spec.Linux.IntelRdt, id: String, root: String) {
    let name = rdt.name ?? id
    self.root = root
    control = name == "/" ? root : "\(root)/\(name)"
    monitoring = rdt.enableMonitoring == true ? "\(control)/mon_groups/\(id)" : nil
  }

  /// Groups that were made before.
  public init(control: String, monitoring: String?) {
    self.control = control
    self.monitoring = monitoring
    root = split(control).above
  }

  /// All of them, in the order in which they are joined.
  public var paths: [String] { [control] + (monitoring.map { [$0] } ?? []) }
}

extension Plan.Facts {
  /// The host's resctrl.
  public struct Resctrl: Sendable {
    /// Where it is mounted.
    public var root: String
    /// Whether the group of the container's class of service is there already.
    public var hasGroup = false

    /// Describes a mounted resctrl.
    public init(root: String) { self.root = root }
  }

  /// The groups of resctrl that are made for a container, and go with it.
  public func resctrlGroupsToMake(for rdt: Spec.Linux.IntelRdt?) -> [String] {
    guard let rdt, let resctrl else { return [] }
    let groups = ResctrlGroups(rdt, id: id, root: resctrl.root)
    // The kernel removes the groups within, too.
    if rdt.name == nil, !resctrl.hasGroup { return [groups.control] }
    return groups.monitoring.map { [$0] } ?? []
  }
}

extension Plan {
  /// The groups of resctrl, before there is a process to put into them.
  mutating func planIntelRdt(_ rdt: Spec.Linux.IntelRdt?, _ facts: Facts) throws(PlanError) {
    guard let rdt else { return }
    let pointer = "/linux/intelRdt"
    guard let resctrl = facts.resctrl else {
      throw PlanError(
        pointer,
        "needs a resctrl file system, and none is mounted; mount one on /sys/fs/resctrl, if this "
          + "processor has what it takes, or leave this out")
    }
    let groups = ResctrlGroups(rdt, id: facts.id, root: resctrl.root)
    let schemata = rdt.allSchemata
    if !resctrl.hasGroup {
      if rdt.name != nil, schemata.isEmpty {
        throw PlanError(
          "\(pointer)/closID",
          "there is no group \(groups.control); make it, or say what it is to have in schemata")
      }
      add(.makeResctrlGroup(groups.control, root: groups.root), pointer)
    }
    if !schemata.isEmpty {
      // Others may be in a group that has a name.
      let isOfOthers = resctrl.hasGroup && rdt.name != nil
      add(
        isOfOthers
          ? .requireSchemata(schemata, group: groups.control)
          : .writeSchemata(schemata, group: groups.control, root: groups.root), pointer)
    }
    if let group = groups.monitoring {
      add(.makeResctrlGroup(group, root: groups.root), "\(pointer)/enableMonitoring")
    }
  }

  mutating func planJoin(_ groups: ResctrlGroups?) {
    if let groups { add(.joinResctrlGroups(groups), "/linux/intelRdt") }
  }

  func resctrlGroups(_ rdt: Spec.Linux.IntelRdt?, _ facts: Facts) -> ResctrlGroups? {
    guard let rdt, let resctrl = facts.resctrl else { return nil }
    return ResctrlGroups(rdt, id: facts.id, root: resctrl.root)
  }
}

extension Spec.Linux.IntelRdt {
  /// An empty name is as good as none, as in Go.
  fileprivate var name: String? { closID.flatMap { $0.isEmpty ? nil : $0 } }

  /// All lines of schemata, in the order that the specification wants.
  fileprivate var allSchemata: [String] {
    ([l3CacheSchema, memBwSchema] + (schemata ?? [])).compactMap { $0 }.filter { !$0.isEmpty }
  }
}
