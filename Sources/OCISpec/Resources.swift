extension Spec.Linux {
  /// What the container may use, enforced by its cgroup. (config-linux.md, Control groups)
  public struct Resources: Codable, Sendable, Equatable {
    /// Which devices may be used; applied in this order. (config-linux.md, Allowed Device list)
    public var devices: [DeviceRule]?
    /// Limits on memory. (config-linux.md, Memory)
    public var memory: Memory?
    /// Limits on processor time and placement. (config-linux.md, CPU)
    public var cpu: CPU?
    /// A limit on tasks. (config-linux.md, PIDs)
    public var pids: Pids?
    /// Weights and limits for block devices. (config-linux.md, Block IO)
    public var blockIO: BlockIO?
    /// Limits on huge pages, by their size. (config-linux.md, Huge page limits)
    public var hugepageLimits: [HugepageLimit]?
    /// Class and priorities of network packets; cgroup v1 only. (config-linux.md, Network)
    public var network: Network?
    /// Limits on RDMA, by device. (config-linux.md, RDMA)
    public var rdma: [String: RDMA]?
    /// Files of cgroup v2 and what to write to them. (config-linux.md, Unified)
    public var unified: [String: String]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      devices: [DeviceRule]? = nil, memory: Memory? = nil, cpu: CPU? = nil, pids: Pids? = nil,
      blockIO: BlockIO? = nil, hugepageLimits: [HugepageLimit]? = nil, network: Network? = nil,
      rdma: [String: RDMA]? = nil, unified: [String: String]? = nil
    ) {
      self.devices = devices
      self.memory = memory
      self.cpu = cpu
      self.pids = pids
      self.blockIO = blockIO
      self.hugepageLimits = hugepageLimits
      self.network = network
      self.rdma = rdma
      self.unified = unified
    }
  }
}

extension Spec.Linux.Resources {
  /// One rule of what devices the container may use. (config-linux.md, Allowed Device list)
  public struct DeviceRule: Codable, Sendable, Equatable {
    /// Whether the rule allows or denies.
    public var allow: Bool
    /// `c`, `b`, or `a` for all; absent means all.
    public var type: String?
    /// The major number; absent, or -1, means every one.
    public var major: Int64?
    /// The minor number; absent, or -1, means every one.
    public var minor: Int64?
    /// Made of `r` (read), `w` (write) and `m` (mknod).
    public var access: String?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      allow: Bool, type: String? = nil, major: Int64? = nil, minor: Int64? = nil,
      access: String? = nil
    ) {
      self.allow = allow
      self.type = type
      self.major = major
      self.minor = minor
      self.access = access
    }
  }

  /// Limits on memory, in bytes; -1 means none. (config-linux.md, Memory)
  public struct Memory: Codable, Sendable, Equatable {
    /// The most memory.
    public var limit: Int64?
    /// The soft limit.
    public var reservation: Int64?
    /// The most memory and swap together.
    public var swap: Int64?
    /// Obsolete: the most kernel memory.
    public var kernel: Int64?
    /// Obsolete: the most memory of TCP buffers.
    public var kernelTCP: Int64?
    /// How readily the kernel swaps, 0 to 100; cgroup v1 only.
    public var swappiness: UInt64?
    /// Whether a container out of memory waits instead of being killed; cgroup v1 only.
    public var disableOOMKiller: Bool?
    /// Whether children count towards this cgroup; cgroup v1 only.
    public var useHierarchy: Bool?
    /// Whether an update to less than what is in use is refused.
    public var checkBeforeUpdate: Bool?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, kernel: Int64? = nil,
      kernelTCP: Int64? = nil, swappiness: UInt64? = nil, disableOOMKiller: Bool? = nil,
      useHierarchy: Bool? = nil, checkBeforeUpdate: Bool? = nil
    ) {
      self.limit = limit
      self.reservation = reservation
      self.swap = swap
      self.kernel = kernel
      self.kernelTCP = kernelTCP
      self.swappiness = swappiness
      self.disableOOMKiller = disableOOMKiller
      self.useHierarchy = useHierarchy
      self.checkBeforeUpdate = checkBeforeUpdate
    }
  }

  /// Limits on processor time, in microseconds, and placement. (config-linux.md, CPU)
  public struct CPU: Codable, Sendable, Equatable {
    /// The weight against other cgroups, 2 to 262144.
    public var shares: UInt64?
    /// How long all tasks may run in one period; negative means no limit.
    public var quota: Int64?
    /// Unused time that may be saved up; at most ``quota``.
    public var burst: UInt64?
    /// The period's length.
    public var period: UInt64?
    /// How long realtime tasks may run in one realtime period; cgroup v1 only.
    public var realtimeRuntime: Int64?
    /// The realtime period's length; cgroup v1 only.
    public var realtimePeriod: UInt64?
    /// CPUs to run on, like `0-3,7`.
    public var cpus: String?
    /// Memory nodes to use, like `0-3,7`.
    public var mems: String?
    /// 1 for SCHED_IDLE, 0 for the default.
    public var idle: Int64?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil,
      realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String? = nil,
      mems: String? = nil, idle: Int64? = nil
    ) {
      self.shares = shares
      self.quota = quota
      self.burst = burst
      self.period = period
      self.realtimeRuntime = realtimeRuntime
      self.realtimePeriod = realtimePeriod
      self.cpus = cpus
      self.mems = mems
      self.idle = idle
    }
  }

  /// A limit on tasks. (config-linux.md, PIDs)
  public struct Pids: Codable, Sendable, Equatable {
    /// The most tasks; -1 means no limit.
    public var limit: Int64?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(limit: Int64? = nil) {
      self.limit = limit
    }
  }
}
