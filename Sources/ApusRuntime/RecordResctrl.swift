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
