import ContainerPlan
import LinuxKernel
import OCISpec

extension ContainerRecord {
  /// Notes the groups of resctrl that are about to be made, and those to be joined.
  mutating func note(_ rdt: Spec.Linux.IntelRdt?, _ facts: Plan.Facts) {
    guard let rdt, let resctrl = facts.resctrl else { return }
    let groups = ResctrlGroups(rdt, id: id, root: resctrl.root)
    resctrlGroup = groups.control
    resctrlMonitoringGroup = groups.monitoring
    resctrlGroupsMade = facts.resctrlGroupsToMake(for: rdt)
  }

  /// The groups of resctrl that its processes are in.
  var resctrlGroups: ResctrlGroups? {
    resctrlGroup.map { ResctrlGroups(control: $0, monitoring: resctrlMonitoringGroup) }
  }
}

extension Container {
  /// Refuses a container that is in no group of resctrl.
  @discardableResult
  public func requireResctrlGroup() throws(RuntimeError) -> ResctrlGroups {
    if let groups = record.resctrlGroups { return groups }
    throw RuntimeError(
      "update container \"\(id)\": --l3-cache-schema and --mem-bw-schema: it is in no group of resctrl, "
        + "for it was made without /linux/intelRdt in config.json")
  }

  /// Shares caches and memory bandwidth out to the container's group of resctrl anew.
  /// - Parameter schemata: lines like "L3:0=7f0;1=1f".
  public func update(schemata: [String]) throws(RuntimeError) {
    let groups = try requireResctrlGroup()
    try attempt("update container \"\(id)\"") { () throws(KernelError) in
      try writeSchemata(schemata, to: groups.control, root: groups.root)
    }
  }
}
