import Cgroups
import JSON
import OCISpec

/// The limits of a container in its record, by the names that libcontainer has for them. What is 0
/// is not written, as it says nothing.
struct RecordedResources: JSONReadable, JSONWritable {
  var resources: Spec.Linux.Resources

  init(_ resources: Spec.Linux.Resources) { self.resources = resources }

  /// Reads as much as an update builds on.
  init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    resources = Spec.Linux.Resources(
      memory: Spec.Linux.Resources.Memory(
        limit: try object.optional("memory"), swap: try object.optional("memory_swap")),
      cpu: Spec.Linux.Resources.CPU(
        quota: try object.optional("cpu_quota"), period: try object.optional("cpu_period")),
      blockIO: Spec.Linux.Resources.BlockIO(
        weightDevice: try read(object, "blkio_weight_device", \RecordedWeight.device),
        throttleReadBpsDevice: try read(
          object, "blkio_throttle_read_bps_device", \RecordedRate.device),
        throttleWriteBpsDevice: try read(
          object, "blkio_throttle_write_bps_device", \RecordedRate.device),
        throttleReadIOPSDevice: try read(
          object, "blkio_throttle_read_iops_device", \RecordedRate.device),
        throttleWriteIOPSDevice: try read(
          object, "blkio_throttle_write_iops_device", \RecordedRate.device)))
  }

  func write(to json: JSONWriter) { json.object { write(members: $0) } }

  /// Writes the members, among others.
  func write(members json: JSONMembers) {
    if let memory = resources.memory { write(memory, json) }
    if let cpu = resources.cpu { write(cpu, json) }
    json.member("pids_limit", resources.pids?.limit)
    if let io = resources.blockIO { write(io, json) }
    if let limits = nonEmpty(resources.hugepageLimits) {
      json.member("hugetlb_limit", limits.map(RecordedHugepages.init))
    }
    if let network = resources.network {
      json.member("net_cls_classid_u", given(network.classID))
      if let priorities = nonEmpty(network.priorities) {
        json.member("net_prio_ifpriomap", priorities.map(RecordedPriority.init))
      }
    }
    if let rdma = resources.rdma, !rdma.isEmpty {
      json.member("rdma", rdma.mapValues(RecordedRDMA.init))
    }
    if let unified = resources.unified, !unified.isEmpty { json.member("unified", unified) }
  }

  private func write(_ memory: Spec.Linux.Resources.Memory, _ json: JSONMembers) {
    json.member("memory", given(memory.limit))
    json.member("memory_reservation", given(memory.reservation))
    json.member("memory_swap", given(memory.swap))
    json.member("memory_swappiness", memory.swappiness)
    if memory.disableOOMKiller == true { json.member("oom_kill_disable", true) }
    if memory.checkBeforeUpdate == true { json.member("memory_check_before_update", true) }
  }

  private func write(_ cpu: Spec.Linux.Resources.CPU, _ json: JSONMembers) {
    json.member("cpu_shares", given(cpu.shares))
    // runc writes this one on v2, whatever the shares are.
    json.member("cpu_weight", given(cpu.shares).map { cpuWeight(shares: $0) })
    json.member("cpu_quota", given(cpu.quota))
    json.member("cpu_burst", cpu.burst)
    json.member("cpu_period", given(cpu.period))
    json.member("cpu_rt_quota", given(cpu.realtimeRuntime))
    json.member("cpu_rt_period", given(cpu.realtimePeriod))
    if let cpus = cpu.cpus, !cpus.isEmpty { json.member("cpuset_cpus", cpus) }
    if let mems = cpu.mems, !mems.isEmpty { json.member("cpuset_mems", mems) }
    json.member("cpu_idle", cpu.idle)
  }

  private func write(_ io: Spec.Linux.Resources.BlockIO, _ json: JSONMembers) {
    json.member("blkio_weight", given(io.weight))
    json.member("blkio_leaf_weight", given(io.leafWeight))
    if let devices = nonEmpty(io.weightDevice) {
      json.member("blkio_weight_device", devices.map(RecordedWeight.init))
    }
    if let devices = nonEmpty(io.throttleReadBpsDevice) {
      json.member("blkio_throttle_read_bps_device", devices.map(RecordedRate.init))
    }
    if let devices = nonEmpty(io.throttleWriteBpsDevice) {
      json.member("blkio_throttle_write_bps_device", devices.map(RecordedRate.init))
    }
    if let devices = nonEmpty(io.throttleReadIOPSDevice) {
      json.member("blkio_throttle_read_iops_device", devices.map(RecordedRate.init))
    }
    if let devices = nonEmpty(io.throttleWriteIOPSDevice) {
      json.member("blkio_throttle_write_iops_device", devices.map(RecordedRate.init))
    }
  }
}

func nonEmpty<List: Collection>(_ list: List?) -> List? {
  list?.isEmpty == false ? list : nil
}

private func read<Recorded: JSONReadable, Device>(
  _ object: JSONObject, _ key: StaticString, _ device: KeyPath<Recorded, Device>
) throws(JSONError) -> [Device]? {
  let recorded: [Recorded]? = try object.optional(key)
  return recorded?.map { $0[keyPath: device] }
}

private struct RecordedWeight: JSONReadable, JSONWritable {
  let device: Spec.Linux.Resources.BlockIO.WeightDevice

  init(_ device: Spec.Linux.Resources.BlockIO.WeightDevice) { self.device = device }

  init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    device = .init(
      major: try object.required("major"), minor: try object.required("minor"),
      weight: try object.optional("weight"), leafWeight: try object.optional("leafWeight"))
  }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("major", device.major)
      $0.member("minor", device.minor)
      $0.member("weight", device.weight ?? 0)
      $0.member("leafWeight", device.leafWeight ?? 0)
    }
  }
}

private struct RecordedRate: JSONReadable, JSONWritable {
  let device: Spec.Linux.Resources.BlockIO.ThrottleDevice

  init(_ device: Spec.Linux.Resources.BlockIO.ThrottleDevice) { self.device = device }

  init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    device = .init(
      major: try object.required("major"), minor: try object.required("minor"),
      rate: try object.required("rate"))
  }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("major", device.major)
      $0.member("minor", device.minor)
      $0.member("rate", device.rate)
    }
  }
}

private struct RecordedHugepages: JSONWritable {
  let limit: Spec.Linux.Resources.HugepageLimit

  init(_ limit: Spec.Linux.Resources.HugepageLimit) { self.limit = limit }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("page_size", limit.pageSize)
      $0.member("limit", limit.limit)
    }
  }
}

private struct RecordedPriority: JSONWritable {
  let priority: Spec.Linux.Resources.Network.Priority

  init(_ priority: Spec.Linux.Resources.Network.Priority) { self.priority = priority }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("interface", priority.name)
      $0.member("priority", priority.priority)
    }
  }
}

private struct RecordedRDMA: JSONWritable {
  let limits: Spec.Linux.Resources.RDMA

  init(_ limits: Spec.Linux.Resources.RDMA) { self.limits = limits }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("hca_handles", limits.hcaHandles)
      $0.member("hca_objects", limits.hcaObjects)
    }
  }
}
