import OCISpec

extension CgroupPaths {
  /// What config.json's limits come to, file by file, in the order of writing. As in runc, 0
  /// leaves a number as it is: engines write it for what nobody asked for.
  public func writes(for resources: Spec.Linux.Resources?) -> [CgroupWrite] {
    var writes: [CgroupWrite] = []
    let root = "/linux/resources"
    func add(_ controller: String, _ file: String, _ value: String?, _ pointer: String) {
      guard let value, let directory = self[controller] else { return }
      writes.append(
        CgroupWrite(directory: directory, file: file, value: value, pointer: root + pointer))
    }
    if isUnified {
      let memory = resources?.memory
      add("", "memory.max", given(memory?.limit).map(unlimited), "/memory/limit")
      add("", "memory.low", given(memory?.reservation).map(unlimited), "/memory/reservation")
      if let swap = given(memory?.swap) {
        // Here it does not include the memory.
        if swap < 0 {
          add("", "memory.swap.max", "max", "/memory/swap")
        } else if let limit = given(memory?.limit), limit > 0 {
          add("", "memory.swap.max", "\(max(swap - limit, 0))", "/memory/swap")
        }
      }
      if let shares = resources?.cpu?.shares, shares > 0 {
        let weight = 1 + ((min(max(shares, 2), 262_144) - 2) * 9999) / 262_142
        add("", "cpu.weight", "\(weight)", "/cpu/shares")
      }
      let quota = given(resources?.cpu?.quota)
      let period = given(resources?.cpu?.period)
      if quota != nil || period != nil {
        let time = quota.map(unlimited) ?? "max"
        add(
          "", "cpu.max", "\(time) \(period ?? 100_000)", quota == nil ? "/cpu/period" : "/cpu/quota"
        )
      }
      add("", "cpuset.cpus", resources?.cpu?.cpus.flatMap(nonEmpty), "/cpu/cpus")
      add("", "cpuset.mems", resources?.cpu?.mems.flatMap(nonEmpty), "/cpu/mems")
      add("", "pids.max", pidsMax(resources), "/pids/limit")
    } else {
      let memory = resources?.memory
      let cpu = resources?.cpu
      // In a new cgroup there is no limit: swap, which includes the memory, can't be less.
      add("memory", "memory.limit_in_bytes", text(memory?.limit), "/memory/limit")
      add("memory", "memory.memsw.limit_in_bytes", text(memory?.swap), "/memory/swap")
      add("memory", "memory.soft_limit_in_bytes", text(memory?.reservation), "/memory/reservation")
      add(
        "memory", "memory.swappiness", memory?.swappiness.map { String($0) }, "/memory/swappiness")
      add(
        "memory", "memory.oom_control", memory?.disableOOMKiller == true ? "1" : nil,
        "/memory/disableOOMKiller")
      add("cpu", "cpu.shares", text(cpu?.shares), "/cpu/shares")
      add("cpu", "cpu.cfs_period_us", text(cpu?.period), "/cpu/period")
      add("cpu", "cpu.cfs_quota_us", text(cpu?.quota), "/cpu/quota")
      add("cpuset", "cpuset.cpus", resources?.cpu?.cpus.flatMap(nonEmpty), "/cpu/cpus")
      add("cpuset", "cpuset.mems", resources?.cpu?.mems.flatMap(nonEmpty), "/cpu/mems")
      add("pids", "pids.max", pidsMax(resources), "/pids/limit")
    }
    return writes
  }

  /// The device rules of config.json, and those of every container, where v1 has a controller for
  /// them.
  public func deviceWrites(for resources: Spec.Linux.Resources?) -> [CgroupWrite] {
    guard let directory = self["devices"] else { return [] }
    return (DeviceRule.given(by: resources) + DeviceRule.always(resources)).map { rule, pointer in
      CgroupWrite(
        directory: directory, file: rule.allow ? "devices.allow" : "devices.deny",
        value: rule.description, pointer: pointer)
    }
  }

  private func unlimited(_ value: Int64) -> String { value < 0 ? "max" : String(value) }

  private func given<Number: BinaryInteger>(_ value: Number?) -> Number? {
    value == 0 ? nil : value
  }

  private func text<Number: BinaryInteger>(_ value: Number?) -> String? {
    given(value).map { String($0) }
  }

  private func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

  private func pidsMax(_ resources: Spec.Linux.Resources?) -> String? {
    // Here 0 is a limit like others: no process may be added. (config-linux.md, PIDs)
    resources?.pids?.limit.map { $0 < 0 ? "max" : String($0) }
  }
}
