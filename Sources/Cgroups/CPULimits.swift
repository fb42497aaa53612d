import Glibc
import OCISpec

extension LimitFiles {
  mutating func add(_ cpu: Spec.Linux.Resources.CPU) throws(LimitError) {
    // An idle cgroup takes no shares, and the kernel forgets those that it had before.
    if let idle = cpu.idle { try add("cpu", "/cpu/idle", Value("cpu.idle", String(idle))) }
    if let shares = given(cpu.shares), cpu.idle != 1 {
      try add(
        "cpu", "/cpu/shares", v1: Value("cpu.shares", String(shares)),
        v2: Value("cpu.weight", String(cpuWeight(shares: shares))))
    }

    var first = writes.count
    try addBandwidth(cpu)
    if let burst = cpu.burst {
      try add(
        "cpu", "/cpu/burst", v1: Value("cpu.cfs_burst_us", String(burst)),
        v2: Value("cpu.max.burst", String(burst)))
    }
    tie(since: first)

    first = writes.count
    if let period = given(cpu.realtimePeriod) {
      try require(v1: "cpu", "limits of realtime tasks", "/cpu/realtimePeriod")
      try add("cpu", "/cpu/realtimePeriod", Value("cpu.rt_period_us", String(period)))
    }
    if let runtime = given(cpu.realtimeRuntime) {
      try require(v1: "cpu", "limits of realtime tasks", "/cpu/realtimeRuntime")
      try add("cpu", "/cpu/realtimeRuntime", Value("cpu.rt_runtime_us", String(runtime)))
    }
    tie(since: first)

    if let cpus = cpu.cpus, !cpus.isEmpty {
      try add("cpuset", "/cpu/cpus", Value("cpuset.cpus", cpus))
    }
    if let mems = cpu.mems, !mems.isEmpty {
      try add("cpuset", "/cpu/mems", Value("cpuset.mems", mems))
    }
  }

  private mutating func addBandwidth(_ cpu: Spec.Linux.Resources.CPU) throws(LimitError) {
    let (quota, period) = (given(cpu.quota), given(cpu.period))
    if paths["cpu"] == nil {
      guard quota != nil || period != nil else { return }
      let time = quota.map(unlimited) ?? "max"
      return try add(
        "cpu", quota == nil ? "/cpu/period" : "/cpu/quota", v1: nil,
        v2: Value("cpu.max", "\(time) \(period ?? 100_000)"))
    }
    if let period {
      try add("cpu", "/cpu/period", v1: Value("cpu.cfs_period_us", String(period)), v2: nil)
    }
    if let quota {
      try add("cpu", "/cpu/quota", v1: Value("cpu.cfs_quota_us", String(quota)), v2: nil)
    }
  }
}

/// The weight of v2 that is to the other cgroups what the shares of v1 were: least, default and most
/// of the one (2, 1024, 262144) are those of the other (1, 100, 10000). docs/cgroups.md has more.
public func cpuWeight(shares: UInt64) -> UInt64 {
  if shares <= 2 { return 1 }
  if shares >= 262_144 { return 10_000 }
  let l = log2(Double(shares))
  return UInt64(ceil(pow(10, (l * l + 125 * l) / 612 - 7.0 / 34)))
}
