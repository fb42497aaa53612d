extension Spec.Linux {
  /// One namespace to make or to join. (config-linux.md, Namespaces)
  public struct Namespace: Codable, Sendable, Equatable {
    /// `pid`, `network`, `mount`, `ipc`, `uts`, `user`, `cgroup` or `time`.
    public var type: String
    /// The namespace to join: an absolute path on the host. Absent means a new one.
    public var path: String?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(type: String, path: String? = nil) {
      self.type = type
      self.path = path
    }
  }

  /// A range of user or group IDs of a user namespace or an idmapped mount. (config-linux.md, User
  /// namespace mappings)
  public struct IDMapping: Codable, Sendable, Equatable {
    /// The first ID inside.
    public var containerID: UInt32
    /// The first ID outside.
    public var hostID: UInt32
    /// How many.
    public var size: UInt32

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
      self.containerID = containerID
      self.hostID = hostID
      self.size = size
    }
  }

  /// How far a clock in a new time namespace is from the host's. (config-linux.md, Offset for Time
  /// Namespace)
  public struct TimeOffset: Codable, Sendable, Equatable {
    /// Seconds; absent means 0.
    public var secs: Int64?
    /// Nanoseconds on top, less than a second; absent means 0.
    public var nanosecs: UInt32?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(secs: Int64? = nil, nanosecs: UInt32? = nil) {
      self.secs = secs
      self.nanosecs = nanosecs
    }
  }
}
