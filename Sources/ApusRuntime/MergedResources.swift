import OCISpec

extension Spec.Linux.Resources {
  /// What an update asks for, with what it needs to know of before: v2 has one file for quota and
  /// period, and counts swap without the memory.
  func completed(from before: Spec.Linux.Resources, isUnified: Bool) -> Spec.Linux.Resources {
    guard isUnified else { return self }
    var whole = self
    func isGiven<Number: BinaryInteger>(_ value: Number?) -> Bool { (value ?? 0) != 0 }
    if isGiven(cpu?.quota) != isGiven(cpu?.period) {
      if !isGiven(cpu?.quota) { whole.cpu?.quota = before.cpu?.quota }
      if !isGiven(cpu?.period) { whole.cpu?.period = before.cpu?.period }
    }
    let (limit, swap) = (memory?.limit ?? 0, memory?.swap ?? 0)
    if limit == 0, swap > 0 { whole.memory?.limit = before.memory?.limit }
    if swap == 0, limit > 0 { whole.memory?.swap = before.memory?.swap }
    return whole
  }

  /// What the record has to say after an update, as far as that has changed. Devices are changed one
  /// by one.
  func merged(into before: Spec.Linux.Resources) -> Spec.Linux.Resources {
    var merged = self
    guard let io = blockIO else { return merged }
    let old = before.blockIO
    merged.blockIO?.weightDevice = union(old?.weightDevice, io.weightDevice) {
      ($0.major, $0.minor) == ($1.major, $1.minor)
    }
    func rates(_ list: KeyPath<BlockIO, [BlockIO.ThrottleDevice]?>) -> [BlockIO.ThrottleDevice]? {
      union(old?[keyPath: list], io[keyPath: list]) {
        ($0.major, $0.minor) == ($1.major, $1.minor)
      }
    }
    merged.blockIO?.throttleReadBpsDevice = rates(\.throttleReadBpsDevice)
    merged.blockIO?.throttleWriteBpsDevice = rates(\.throttleWriteBpsDevice)
    merged.blockIO?.throttleReadIOPSDevice = rates(\.throttleReadIOPSDevice)
    merged.blockIO?.throttleWriteIOPSDevice = rates(\.throttleWriteIOPSDevice)
    return merged
  }

  private func union<Device>(
    _ old: [Device]?, _ new: [Device]?, _ isSame: (Device, Device) -> Bool
  ) -> [Device]? {
    guard let new, !new.isEmpty else { return nil }
    return (old ?? []).filter { device in !new.contains { isSame($0, device) } } + new
  }

  /// The members of the record that an update replaces.
  var recordedNames: [String] {
    var names: [String] = []
    func note(_ name: String, _ isGiven: Bool) { if isGiven { names.append(name) } }
    func isGiven<Number: BinaryInteger>(_ value: Number?) -> Bool { (value ?? 0) != 0 }
    note("memory", isGiven(memory?.limit))
    note("memory_swap", isGiven(memory?.swap) || memory?.limit == -1)
    note("memory_reservation", isGiven(memory?.reservation))
    note("memory_swappiness", memory?.swappiness != nil)
    note("oom_kill_disable", memory?.disableOOMKiller != nil)
    note("memory_check_before_update", memory?.checkBeforeUpdate != nil)
    note("cpu_shares", isGiven(cpu?.shares))
    note("cpu_weight", isGiven(cpu?.shares))
    note("cpu_quota", isGiven(cpu?.quota))
    note("cpu_period", isGiven(cpu?.period))
    note("cpu_burst", cpu?.burst != nil)
    note("cpu_rt_quota", isGiven(cpu?.realtimeRuntime))
    note("cpu_rt_period", isGiven(cpu?.realtimePeriod))
    note("cpu_idle", cpu?.idle != nil)
    note("cpuset_cpus", cpu?.cpus?.isEmpty == false)
    note("cpuset_mems", cpu?.mems?.isEmpty == false)
    note("pids_limit", pids?.limit != nil)
    note("blkio_weight", isGiven(blockIO?.weight))
    note("blkio_leaf_weight", isGiven(blockIO?.leafWeight))
    note("blkio_weight_device", blockIO?.weightDevice?.isEmpty == false)
    note("blkio_throttle_read_bps_device", blockIO?.throttleReadBpsDevice?.isEmpty == false)
    note("blkio_throttle_write_bps_device", blockIO?.throttleWriteBpsDevice?.isEmpty == false)
    note("blkio_throttle_read_iops_device", blockIO?.throttleReadIOPSDevice?.isEmpty == false)
    note("blkio_throttle_write_iops_device", blockIO?.throttleWriteIOPSDevice?.isEmpty == false)
    note("hugetlb_limit", hugepageLimits?.isEmpty == false)
    note("net_cls_classid_u", isGiven(network?.classID))
    note("net_prio_ifpriomap", network?.priorities?.isEmpty == false)
    note("rdma", rdma?.isEmpty == false)
    note("unified", unified?.isEmpty == false)
    return names
  }
}
