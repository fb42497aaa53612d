extension Spec {
  /// The process that runs in the container. (config.md, Process, POSIX process, Linux Process)
  public struct Process: Codable, Sendable, Equatable {
    /// Whether the process gets a pseudoterminal as its standard streams; absent means no.
    public var terminal: Bool?
    /// The terminal's size; ignored without ``terminal``.
    public var consoleSize: ConsoleSize?
    /// Whom the process runs as; root when absent, as in runc.
    public var user: User
    /// The program and its arguments; at least one. The first is looked up in `PATH` as execvp(3)
    /// does.
    public var args: [String]?
    /// The environment, as `NAME=value`.
    public var env: [String]?
    /// The working directory in the container: an absolute path. Empty when absent, which
    /// ``Spec/validate()`` reports.
    public var cwd: String
    /// The five sets of capabilities; absent leaves none but what the user's identity brings.
    public var capabilities: Capabilities?
    /// Resource limits, each type at most once. (config.md, POSIX process)
    public var rlimits: [RLimit]?
    /// Whether prctl(PR_SET_NO_NEW_PRIVS) is set; absent means no.
    public var noNewPrivileges: Bool?
    /// The AppArmor profile that the process changes to on exec.
    public var apparmorProfile: String?
    /// Written to /proc/PID/oom_score_adj, -1000 to 1000; absent leaves it alone.
    public var oomScoreAdj: Int?
    /// Scheduling policy and its parameters, as for sched_setattr(2).
    public var scheduler: Scheduler?
    /// The SELinux context that the process changes to on exec.
    public var selinuxLabel: String?
    /// The I/O priority, as for ioprio_set(2).
    public var ioPriority: IOPriority?
    /// CPUs for processes that `exec` adds; not for the first process.
    public var execCPUAffinity: ExecCPUAffinity?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      terminal: Bool? = nil, consoleSize: ConsoleSize? = nil, user: User = User(),
      args: [String]? = nil, env: [String]? = nil, cwd: String = "/",
      capabilities: Capabilities? = nil, rlimits: [RLimit]? = nil, noNewPrivileges: Bool? = nil,
      apparmorProfile: String? = nil, oomScoreAdj: Int? = nil, scheduler: Scheduler? = nil,
      selinuxLabel: String? = nil, ioPriority: IOPriority? = nil,
      execCPUAffinity: ExecCPUAffinity? = nil
    ) {
      self.terminal = terminal
      self.consoleSize = consoleSize
      self.user = user
      self.args = args
      self.env = env
      self.cwd = cwd
      self.capabilities = capabilities
      self.rlimits = rlimits
      self.noNewPrivileges = noNewPrivileges
      self.apparmorProfile = apparmorProfile
      self.oomScoreAdj = oomScoreAdj
      self.scheduler = scheduler
      self.selinuxLabel = selinuxLabel
      self.ioPriority = ioPriority
      self.execCPUAffinity = execCPUAffinity
    }
  }
}

extension Spec.Process {
  /// The size of the terminal, in characters. (config.md, Process)
  public struct ConsoleSize: Codable, Sendable, Equatable {
    /// Lines.
    public var height: UInt
    /// Columns.
    public var width: UInt

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(height: UInt, width: UInt) {
      self.height = height
      self.width = width
    }
  }

  /// Whom the process runs as, in the container's user namespace. (config.md, POSIX-platform User)
  public struct User: Codable, Sendable, Equatable {
    /// The user ID; 0 when absent, as in runc.
    public var uid: UInt32
    /// The group ID; 0 when absent, as in runc.
    public var gid: UInt32
    /// The file mode creation mask; absent leaves the caller's.
    public var umask: UInt32?
    /// Supplementary group IDs.
    public var additionalGids: [UInt32]?
    /// A user name: for Windows only, kept and not used.
    public var username: String?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      uid: UInt32 = 0, gid: UInt32 = 0, umask: UInt32? = nil, additionalGids: [UInt32]? = nil,
      username: String? = nil
    ) {
      self.uid = uid
      self.gid = gid
      self.umask = umask
      self.additionalGids = additionalGids
      self.username = username
    }
  }

  /// The sets of capabilities(7), by names such as `CAP_CHOWN`. An unknown name is a warning, never
  /// an error. (config.md, Linux Process)
  public struct Capabilities: Codable, Sendable, Equatable {
    /// What exec may ever give.
    public var bounding: [String]?
    /// What the kernel checks.
    public var effective: [String]?
    /// What is kept across exec of files that carry capabilities.
    public var inheritable: [String]?
    /// What may be made effective.
    public var permitted: [String]?
    /// What is kept across exec of ordinary files.
    public var ambient: [String]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      bounding: [String]? = nil, effective: [String]? = nil, inheritable: [String]? = nil,
      permitted: [String]? = nil, ambient: [String]? = nil
    ) {
      self.bounding = bounding
      self.effective = effective
      self.inheritable = inheritable
      self.permitted = permitted
      self.ambient = ambient
    }
  }

  /// One resource limit, as for setrlimit(2). (config.md, POSIX process)
  public struct RLimit: Codable, Sendable, Equatable {
    /// The resource, such as `RLIMIT_NOFILE`.
    public var type: String
    /// The ceiling for the soft limit.
    public var hard: UInt64
    /// The limit that is enforced.
    public var soft: UInt64

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(type: String, hard: UInt64, soft: UInt64) {
      self.type = type
      self.hard = hard
      self.soft = soft
    }
  }
}

// runc takes a process without `user`, `uid` or `gid` for root's, and callers rely on it.
extension Spec.Process {
  /// Decodes a process; an absent `user` is root, an absent `cwd` is left empty for validation.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    terminal = try values.decodeIfPresent(Bool.self, forKey: .terminal)
    consoleSize = try values.decodeIfPresent(ConsoleSize.self, forKey: .consoleSize)
    user = try values.decodeIfPresent(User.self, forKey: .user) ?? User()
    args = try values.decodeIfPresent([String].self, forKey: .args)
    env = try values.decodeIfPresent([String].self, forKey: .env)
    cwd = try values.decodeIfPresent(String.self, forKey: .cwd) ?? ""
    capabilities = try values.decodeIfPresent(Capabilities.self, forKey: .capabilities)
    rlimits = try values.decodeIfPresent([RLimit].self, forKey: .rlimits)
    noNewPrivileges = try values.decodeIfPresent(Bool.self, forKey: .noNewPrivileges)
    apparmorProfile = try values.decodeIfPresent(String.self, forKey: .apparmorProfile)
    oomScoreAdj = try values.decodeIfPresent(Int.self, forKey: .oomScoreAdj)
    scheduler = try values.decodeIfPresent(Scheduler.self, forKey: .scheduler)
    selinuxLabel = try values.decodeIfPresent(String.self, forKey: .selinuxLabel)
    ioPriority = try values.decodeIfPresent(IOPriority.self, forKey: .ioPriority)
    execCPUAffinity = try values.decodeIfPresent(ExecCPUAffinity.self, forKey: .execCPUAffinity)
  }
}

extension Spec.Process.User {
  /// Decodes a user; absent IDs are 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    uid = try values.decodeIfPresent(UInt32.self, forKey: .uid) ?? 0
    gid = try values.decodeIfPresent(UInt32.self, forKey: .gid) ?? 0
    umask = try values.decodeIfPresent(UInt32.self, forKey: .umask)
    additionalGids = try values.decodeIfPresent([UInt32].self, forKey: .additionalGids)
    username = try values.decodeIfPresent(String.self, forKey: .username)
  }
}
