import LinuxKernel
import OCISpec

extension Plan {
  /// Refuses what config.json may ask for but this version can't do: a container that silently lacks
  /// something is worse than none.
  func refuseWhatIsNotThereYet(_ spec: Spec) throws(PlanError) {
    if let resources = spec.linux?.resources { try refuseWhatIsNotThereYet(resources) }
  }

  /// Limits; 0 and an empty list are what engines write for none.
  private func refuseWhatIsNotThereYet(_ resources: Spec.Linux.Resources) throws(PlanError) {
    let root = "/linux/resources"
    let (cpu, memory) = (resources.cpu, resources.memory)
    try refuse((cpu?.burst ?? 0) != 0, "\(root)/cpu/burst", "bursts of CPU time are")
    try refuse(
      (cpu?.realtimeRuntime ?? 0) != 0, "\(root)/cpu/realtimeRuntime", "realtime limits are")
    try refuse((cpu?.idle ?? 0) != 0, "\(root)/cpu/idle", "idle cgroups are")
    try refuse(
      (memory?.kernelTCP ?? 0) != 0, "\(root)/memory/kernelTCP", "limits of TCP memory are")
    if let io = resources.blockIO {
      let isLimited =
        (io.weight ?? 0) != 0 || (io.leafWeight ?? 0) != 0 || io.weightDevice?.isEmpty == false
        || [
          io.throttleReadBpsDevice, io.throttleWriteBpsDevice, io.throttleReadIOPSDevice,
          io.throttleWriteIOPSDevice,
        ].contains { $0?.isEmpty == false }
      try refuse(isLimited, "\(root)/blockIO", "limits of block devices are")
    }
    let hasHugepageLimit = resources.hugepageLimits?.contains { $0.limit != 0 } ?? false
    try refuse(hasHugepageLimit, "\(root)/hugepageLimits", "limits of huge pages are")
    let network = resources.network
    let marksPackets = (network?.classID ?? 0) != 0 || network?.priorities?.isEmpty == false
    try refuse(marksPackets, "\(root)/network", "network classes and priorities are")
    try refuse(resources.rdma?.isEmpty == false, "\(root)/rdma", "limits of RDMA are")
    try refuse(resources.unified?.isEmpty == false, "\(root)/unified", "settings of cgroup v2 are")
  }
}

private func refuse(_ isAsked: Bool, _ pointer: String, _ what: String) throws(PlanError) {
  if isAsked { throw PlanError(pointer, "\(what) not supported by this version of apus") }
}
