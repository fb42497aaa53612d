extension Spec.Process {
  /// Scheduling policy and parameters, as for sched_setattr(2). (config.md, Linux Process)
  public struct Scheduler: Codable, Sendable, Equatable {
    /// `SCHED_OTHER`, `SCHED_FIFO`, `SCHED_RR`, `SCHED_BATCH`, `SCHED_ISO`, `SCHED_IDLE` or
    /// `SCHED_DEADLINE`.
    public var policy: String
    /// The nice value, -20 to 19; for `SCHED_OTHER` and `SCHED_BATCH`.
    public var nice: Int32?
    /// The static priority; for `SCHED_FIFO` and `SCHED_RR`.
    public var priority: Int32?
    /// Flags such as `SCHED_FLAG_RESET_ON_FORK`.
    public var flags: [String]?
    /// Nanoseconds of work in each period; for `SCHED_DEADLINE`.
    public var runtime: UInt64?
    /// Nanoseconds within which that work must be done; for `SCHED_DEADLINE`.
    public var deadline: UInt64?
    /// The period's length in nanoseconds; for `SCHED_DEADLINE`.
    public var period: UInt64?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      policy: String, nice: Int32? = nil, priority: Int32? = nil, flags: [String]? = nil,
      runtime: UInt64? = nil, deadline: UInt64? = nil, period: UInt64? = nil
    ) {
      self.policy = policy
      self.nice = nice
      self.priority = priority
      self.flags = flags
      self.runtime = runtime
      self.deadline = deadline
      self.period = period
    }
  }

  /// The I/O priority, as for ioprio_set(2). (config.md, Linux Process)
  public struct IOPriority: Codable, Sendable, Equatable {
    /// `IOPRIO_CLASS_RT`, `IOPRIO_CLASS_BE` or `IOPRIO_CLASS_IDLE`.
    public var `class`: String
    /// Within the class, from 0, the highest, to 7, the lowest; 0 when absent, as in runc.
    public var priority: Int

    /// Makes a value from its parts.
    public init(`class`: String, priority: Int = 0) {
      self.`class` = `class`
      self.priority = priority
    }
  }

  /// On which CPUs a process added by `exec` runs. (config.md, Linux Process)
  public struct ExecCPUAffinity: Codable, Sendable, Equatable {
    /// CPUs for the runtime's own process before it joins the container's cgroup, like `0-3,7`.
    public var initial: String?
    /// CPUs for the process once it is in the container's cgroup; absent leaves the choice to the
    /// kernel.
    public var `final`: String?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(initial: String? = nil, `final`: String? = nil) {
      self.initial = initial
      self.`final` = `final`
    }
  }
}

extension Spec.Process.IOPriority {
  /// Decodes a priority; an absent level is 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    `class` = try values.decode(String.self, forKey: .class)
    priority = try values.decodeIfPresent(Int.self, forKey: .priority) ?? 0
  }
}
