extension Spec {
  /// The part of config.json that only Linux has. (config-linux.md)
  public struct Linux: Codable, Sendable, Equatable {
    /// User IDs of a new user namespace. (config-linux.md, User namespace mappings)
    public var uidMappings: [IDMapping]?
    /// Group IDs of a new user namespace. (config-linux.md, User namespace mappings)
    public var gidMappings: [IDMapping]?
    /// Kernel parameters to set inside the container's namespaces. (config-linux.md, Sysctl)
    public var sysctl: [String: String]?
    /// What the container may use, enforced by its cgroup. (config-linux.md, Control groups)
    public var resources: Resources?
    /// The container's cgroup: absolute from the mount point, relative as the runtime likes, or
    /// `slice:prefix:name` for systemd. (config-linux.md, Cgroups Path)
    public var cgroupsPath: String?
    /// Namespaces to make or to join; the others are shared with the runtime. (config-linux.md,
    /// Namespaces)
    public var namespaces: [Namespace]?
    /// Device nodes besides the default ones. (config-linux.md, Devices)
    public var devices: [Device]?
    /// Network devices to move in, by their name on the host. (config-linux.md, Network Devices)
    public var netDevices: [String: NetDevice]?
    /// The filter of system calls. (config-linux.md, Seccomp)
    public var seccomp: Seccomp?
    /// `shared`, `slave`, `private` or `unbindable`, or the same with a leading `r`.
    /// (config-linux.md, Rootfs Mount Propagation)
    public var rootfsPropagation: String?
    /// Absolute paths that can't be read in the container. (config-linux.md, Masked Paths)
    public var maskedPaths: [String]?
    /// Absolute paths that can't be written in the container. (config-linux.md, Readonly Paths)
    public var readonlyPaths: [String]?
    /// The SELinux context of the container's mounts. (config-linux.md, Mount Label)
    public var mountLabel: String?
    /// Cache and memory bandwidth through resctrl. (config-linux.md, IntelRdt)
    public var intelRdt: IntelRdt?
    /// The NUMA memory policy. (config-linux.md, Memory policy)
    public var memoryPolicy: MemoryPolicy?
    /// The execution domain. (config-linux.md, Personality)
    public var personality: Personality?
    /// Offsets of the clocks `monotonic` and `boottime` in a new time namespace. (config-linux.md,
    /// Offset for Time Namespace)
    public var timeOffsets: [String: TimeOffset]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      uidMappings: [IDMapping]? = nil, gidMappings: [IDMapping]? = nil,
      sysctl: [String: String]? = nil, resources: Resources? = nil, cgroupsPath: String? = nil,
      namespaces: [Namespace]? = nil, devices: [Device]? = nil,
      netDevices: [String: NetDevice]? = nil, seccomp: Seccomp? = nil,
      rootfsPropagation: String? = nil, maskedPaths: [String]? = nil,
      readonlyPaths: [String]? = nil, mountLabel: String? = nil, intelRdt: IntelRdt? = nil,
      memoryPolicy: MemoryPolicy? = nil, personality: Personality? = nil,
      timeOffsets: [String: TimeOffset]? = nil
    ) {
      self.uidMappings = uidMappings
      self.gidMappings = gidMappings
      self.sysctl = sysctl
      self.resources = resources
      self.cgroupsPath = cgroupsPath
      self.namespaces = namespaces
      self.devices = devices
      self.netDevices = netDevices
      self.seccomp = seccomp
      self.rootfsPropagation = rootfsPropagation
      self.maskedPaths = maskedPaths
      self.readonlyPaths = readonlyPaths
      self.mountLabel = mountLabel
      self.intelRdt = intelRdt
      self.memoryPolicy = memoryPolicy
      self.personality = personality
      self.timeOffsets = timeOffsets
    }
  }
}
