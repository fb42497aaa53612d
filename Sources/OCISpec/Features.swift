/// What a runtime can do, as its `features` command prints it. An absent list means unknown, not
/// empty. (features.md)
public struct Features: Codable, Sendable, Equatable {
  /// The oldest version of the specification that is understood.
  public var ociVersionMin: String?
  /// The newest version of the specification that is understood.
  public var ociVersionMax: String?
  /// Names of hooks that are run.
  public var hooks: [String]?
  /// Mount options that are understood, filesystems' own left out.
  public var mountOptions: [String]?
  /// What is specific to Linux. (features-linux.md)
  public var linux: Linux?
  /// Facts of the implementation, such as its version.
  public var annotations: [String: String]?
  /// Annotations of config.json that change what the runtime does; one that ends in `.` is a
  /// prefix.
  public var potentiallyUnsafeConfigAnnotations: [String]?

  /// Makes a value from its parts; what is left out is absent from the JSON.
  public init(
    ociVersionMin: String? = nil, ociVersionMax: String? = nil, hooks: [String]? = nil,
    mountOptions: [String]? = nil, linux: Linux? = nil, annotations: [String: String]? = nil,
    potentiallyUnsafeConfigAnnotations: [String]? = nil
  ) {
    self.ociVersionMin = ociVersionMin
    self.ociVersionMax = ociVersionMax
    self.hooks = hooks
    self.mountOptions = mountOptions
    self.linux = linux
    self.annotations = annotations
    self.potentiallyUnsafeConfigAnnotations = potentiallyUnsafeConfigAnnotations
  }
}

extension Features {
  /// What is specific to Linux. (features-linux.md)
  public struct Linux: Codable, Sendable, Equatable {
    /// Types of namespaces.
    public var namespaces: [String]?
    /// Names of capabilities.
    public var capabilities: [String]?
    /// Versions and managers of cgroups.
    public var cgroup: Cgroup?
    /// The filter of system calls.
    public var seccomp: Seccomp?
    /// AppArmor.
    public var apparmor: Support?
    /// SELinux.
    public var selinux: Support?
    /// Intel's resource director.
    public var intelRdt: IntelRdt?
    /// NUMA memory policies.
    public var memoryPolicy: MemoryPolicy?
    /// What mounts can do beyond mount(2).
    public var mountExtensions: MountExtensions?
    /// Network devices that are moved in.
    public var netDevices: Support?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      namespaces: [String]? = nil, capabilities: [String]? = nil, cgroup: Cgroup? = nil,
      seccomp: Seccomp? = nil, apparmor: Support? = nil, selinux: Support? = nil,
      intelRdt: IntelRdt? = nil, memoryPolicy: MemoryPolicy? = nil,
      mountExtensions: MountExtensions? = nil, netDevices: Support? = nil
    ) {
      self.namespaces = namespaces
      self.capabilities = capabilities
      self.cgroup = cgroup
      self.seccomp = seccomp
      self.apparmor = apparmor
      self.selinux = selinux
      self.intelRdt = intelRdt
      self.memoryPolicy = memoryPolicy
      self.mountExtensions = mountExtensions
      self.netDevices = netDevices
    }
  }
}

extension Features.Linux {
  /// Whether something is compiled in, whatever the host can do. (features-linux.md)
  public struct Support: Codable, Sendable, Equatable {
    /// Yes or no; absent means unknown.
    public var enabled: Bool?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(enabled: Bool? = nil) {
      self.enabled = enabled
    }
  }

  /// Which cgroups are supported, whatever the host has. (features-linux.md, Cgroup)
  public struct Cgroup: Codable, Sendable, Equatable {
    /// Version 1.
    public var v1: Bool?
    /// Version 2.
    public var v2: Bool?
    /// Through systemd.
    public var systemd: Bool?
    /// Through a user's systemd.
    public var systemdUser: Bool?
    /// The rdma controller.
    public var rdma: Bool?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      v1: Bool? = nil, v2: Bool? = nil, systemd: Bool? = nil, systemdUser: Bool? = nil,
      rdma: Bool? = nil
    ) {
      self.v1 = v1
      self.v2 = v2
      self.systemd = systemd
      self.systemdUser = systemdUser
      self.rdma = rdma
    }
  }

  /// What of seccomp is supported. (features-linux.md, Seccomp)
  public struct Seccomp: Codable, Sendable, Equatable {
    /// Whether it is compiled in.
    public var enabled: Bool?
    /// Actions that are understood.
    public var actions: [String]?
    /// Comparisons that are understood.
    public var operators: [String]?
    /// Architectures that are understood.
    public var archs: [String]?
    /// Flags that are understood.
    public var knownFlags: [String]?
    /// Those of them that this kernel and libseccomp support.
    public var supportedFlags: [String]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      enabled: Bool? = nil, actions: [String]? = nil, operators: [String]? = nil,
      archs: [String]? = nil, knownFlags: [String]? = nil, supportedFlags: [String]? = nil
    ) {
      self.enabled = enabled
      self.actions = actions
      self.operators = operators
      self.archs = archs
      self.knownFlags = knownFlags
      self.supportedFlags = supportedFlags
    }
  }

  /// What of Intel's resource director is supported. (features-linux.md, Intel RDT)
  public struct IntelRdt: Codable, Sendable, Equatable {
    /// Whether it is compiled in.
    public var enabled: Bool?
    /// Whether `linux.intelRdt.schemata` works.
    public var schemata: Bool?
    /// Whether `linux.intelRdt.enableMonitoring` works.
    public var monitoring: Bool?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(enabled: Bool? = nil, schemata: Bool? = nil, monitoring: Bool? = nil) {
      self.enabled = enabled
      self.schemata = schemata
      self.monitoring = monitoring
    }
  }

  /// What of NUMA memory policies is supported. (features-linux.md, Memory policy)
  public struct MemoryPolicy: Codable, Sendable, Equatable {
    /// Modes that are understood.
    public var modes: [String]?
    /// Flags that are understood.
    public var flags: [String]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(modes: [String]? = nil, flags: [String]? = nil) {
      self.modes = modes
      self.flags = flags
    }
  }

  /// What mounts can do beyond mount(2). (features-linux.md, MountExtensions)
  public struct MountExtensions: Codable, Sendable, Equatable {
    /// Mounts with mapped IDs.
    public var idmap: Support?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(idmap: Support? = nil) {
      self.idmap = idmap
    }
  }
}
