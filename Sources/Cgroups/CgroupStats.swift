/// What a container has used, as `runc events` has it: its keys, their order, and what is left out
/// because it is 0. Times are in nanoseconds, sizes in bytes.
public struct CgroupStats: Encodable, Sendable {
  /// Processor time.
  public var cpu = CPU()
  /// Processors and memory nodes; on v1 only.
  public var cpuset = CPUSet()
  /// Memory.
  public var memory = Memory()
  /// Tasks.
  public var pids = Pids()
  /// Block devices.
  public var blkio = BlockIO()
  /// Huge pages, by their size: "2MB".
  public var hugetlb: [String: Hugepages] = [:]
  /// Nothing: Intel RDT is not supported.
  public var intelRdt = IntelRDT()
  /// None: network devices are not the runtime's.
  public var networkInterfaces = NetworkInterfaces()

  enum CodingKeys: String, CodingKey {
    case cpu, cpuset, memory, pids, blkio, hugetlb
    case intelRdt = "intel_rdt"
    case networkInterfaces = "network_interfaces"
  }

  /// Processor time.
  public struct CPU: Encodable, Sendable {
    /// The time that was used.
    public var usage: Usage?
    /// How the quota has held it back.
    public var throttling: Throttling?
    /// Who waited for processors; on v2 only.
    public var psi: Pressure?

    /// The time that was used.
    public struct Usage: Encodable, Sendable {
      /// All of it.
      public var total: UInt64?
      /// By processor; on v1 only.
      public var percpu: [UInt64]?
      /// The kernel's part of it.
      public var percpuKernel: [UInt64]?
      /// The programs' part of it.
      public var percpuUser: [UInt64]?
      /// In the kernel.
      public var kernel: UInt64 = 0
      /// In programs.
      public var user: UInt64 = 0

      enum CodingKeys: String, CodingKey {
        case total, percpu
        case percpuKernel = "percpu_kernel"
        case percpuUser = "percpu_user"
        case kernel, user
      }
    }

    /// How the quota has held it back.
    public struct Throttling: Encodable, Sendable {
      /// Periods with something to run.
      public var periods: UInt64?
      /// Those in which the quota was used up.
      public var throttledPeriods: UInt64?
      /// For how long nothing could run.
      public var throttledTime: UInt64?
    }
  }

  /// Processors and memory nodes, and the switches of v1's cpusets.
  public struct CPUSet: Encodable, Sendable {
    var cpus: [UInt16]?
    var cpuExclusive: UInt64 = 0
    var mems: [UInt16]?
    var memHardwall: UInt64 = 0
    var memExclusive: UInt64 = 0
    var memoryMigrate: UInt64 = 0
    var memorySpreadPage: UInt64 = 0
    var memorySpreadSlab: UInt64 = 0
    var memoryPressure: UInt64 = 0
    var schedLoadBalance: UInt64 = 0
    var schedRelaxDomainLevel: Int64 = 0

    enum CodingKeys: String, CodingKey {
      case cpus
      case cpuExclusive = "cpu_exclusive"
      case mems
      case memHardwall = "mem_hardwall"
      case memExclusive = "mem_exclusive"
      case memoryMigrate = "memory_migrate"
      case memorySpreadPage = "memory_spread_page"
      case memorySpreadSlab = "memory_spread_slab"
      case memoryPressure = "memory_pressure"
      case schedLoadBalance = "sched_load_balance"
      case schedRelaxDomainLevel = "sched_relax_domain_level"
    }
  }

  /// Memory.
  public struct Memory: Encodable, Sendable {
    /// Of files.
    public var cache: UInt64?
    /// All of it.
    public var usage: Entry?
    /// With what is swapped out.
    public var swap: Entry?
    /// The kernel's for the container; on v1 only.
    public var kernel: Entry?
    /// That of TCP buffers; on v1 only.
    public var kernelTCP: Entry?
    /// memory.stat.
    public var raw: [String: UInt64]?
    /// Who waited for memory; on v2 only.
    public var psi: Pressure?

    /// A kind of memory.
    public struct Entry: Encodable, Equatable, Sendable {
      /// The most that it may be.
      public var limit: UInt64 = 0
      /// What it is now.
      public var usage: UInt64?
      /// The most that it was.
      public var max: UInt64?
      /// How often the limit was met.
      public var failcnt: UInt64 = 0
    }
  }

  /// Tasks.
  public struct Pids: Encodable, Sendable {
    /// How many there are.
    public var current: UInt64?
    /// How many there may be; nil: any number.
    public var limit: UInt64?
  }

  /// Block devices.
  public struct BlockIO: Encodable, Sendable {
    /// Bytes.
    public var ioServiceBytesRecursive: [Entry]?
    /// Operations.
    public var ioServicedRecursive: [Entry]?
    var ioQueueRecursive: [Entry]?
    var ioServiceTimeRecursive: [Entry]?
    var ioWaitTimeRecursive: [Entry]?
    var ioMergedRecursive: [Entry]?
    var ioTimeRecursive: [Entry]?
    var sectorsRecursive: [Entry]?
    /// Who waited for devices; on v2 only.
    public var psi: Pressure?

    /// A number for one device and one kind of operation.
    public struct Entry: Encodable, Equatable, Sendable {
      /// The device's major number.
      public var major: UInt64?
      /// The device's minor number.
      public var minor: UInt64?
      /// "Read", "Write", …
      public var op: String?
      /// How many.
      public var value: UInt64?
    }
  }

  /// Huge pages of one size.
  public struct Hugepages: Encodable, Equatable, Sendable {
    /// Those in use now.
    public var usage: UInt64?
    /// The most that were.
    public var max: UInt64?
    /// How often the limit was met.
    public var failcnt: UInt64 = 0
  }

  /// Pressure stall information.
  public struct Pressure: Encodable, Equatable, Sendable {
    /// When some tasks waited.
    public var some = Averages()
    /// When all of them did.
    public var full = Averages()

    /// The share of the time, and its length.
    public struct Averages: Encodable, Equatable, Sendable {
      /// Percent of the last ten seconds.
      public var avg10 = 0.0
      /// Of the last minute.
      public var avg60 = 0.0
      /// Of the last five minutes.
      public var avg300 = 0.0
      /// Microseconds in all.
      public var total: UInt64 = 0
    }
  }

  /// Nothing.
  public struct IntelRDT: Encodable, Sendable {}

  /// None, which Go writes as null.
  public struct NetworkInterfaces: Encodable, Sendable {
    /// Writes null.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    }
  }
}
