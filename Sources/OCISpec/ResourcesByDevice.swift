extension Spec.Linux.Resources {
  /// Weights and limits for block devices. (config-linux.md, Block IO)
  public struct BlockIO: Codable, Sendable, Equatable {
    /// The cgroup's weight on every device without one of its own, 10 to 1000.
    public var weight: UInt16?
    /// The weight of the cgroup's own tasks against its children; CFQ only.
    public var leafWeight: UInt16?
    /// Weights by device.
    public var weightDevice: [WeightDevice]?
    /// Bytes read per second, by device.
    public var throttleReadBpsDevice: [ThrottleDevice]?
    /// Bytes written per second, by device.
    public var throttleWriteBpsDevice: [ThrottleDevice]?
    /// Reads per second, by device.
    public var throttleReadIOPSDevice: [ThrottleDevice]?
    /// Writes per second, by device.
    public var throttleWriteIOPSDevice: [ThrottleDevice]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      weight: UInt16? = nil, leafWeight: UInt16? = nil, weightDevice: [WeightDevice]? = nil,
      throttleReadBpsDevice: [ThrottleDevice]? = nil,
      throttleWriteBpsDevice: [ThrottleDevice]? = nil,
      throttleReadIOPSDevice: [ThrottleDevice]? = nil,
      throttleWriteIOPSDevice: [ThrottleDevice]? = nil
    ) {
      self.weight = weight
      self.leafWeight = leafWeight
      self.weightDevice = weightDevice
      self.throttleReadBpsDevice = throttleReadBpsDevice
      self.throttleWriteBpsDevice = throttleWriteBpsDevice
      self.throttleReadIOPSDevice = throttleReadIOPSDevice
      self.throttleWriteIOPSDevice = throttleWriteIOPSDevice
    }

    /// A weight for one device; at least one of the two must be there. (config-linux.md, Block IO)
    public struct WeightDevice: Codable, Sendable, Equatable {
      /// The device's major number.
      public var major: Int64
      /// The device's minor number.
      public var minor: Int64
      /// The cgroup's weight on the device.
      public var weight: UInt16?
      /// The weight of the cgroup's own tasks on the device; CFQ only.
      public var leafWeight: UInt16?

      /// Makes a value from its parts; what is left out is absent from the JSON.
      public init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
        self.major = major
        self.minor = minor
        self.weight = weight
        self.leafWeight = leafWeight
      }
    }

    /// A rate for one device. (config-linux.md, Block IO)
    public struct ThrottleDevice: Codable, Sendable, Equatable {
      /// The device's major number.
      public var major: Int64
      /// The device's minor number.
      public var minor: Int64
      /// Bytes or operations per second.
      public var rate: UInt64

      /// Makes a value from its parts; what is left out is absent from the JSON.
      public init(major: Int64, minor: Int64, rate: UInt64) {
        self.major = major
        self.minor = minor
        self.rate = rate
      }
    }
  }

  /// A limit on huge pages of one size. (config-linux.md, Huge page limits)
  public struct HugepageLimit: Codable, Sendable, Equatable {
    /// The size, like `64KB`, `2MB` or `1GB`.
    public var pageSize: String
    /// The most, in bytes.
    public var limit: UInt64

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(pageSize: String, limit: UInt64) {
      self.pageSize = pageSize
      self.limit = limit
    }
  }

  /// Class and priorities of network packets; cgroup v1 only. (config-linux.md, Network)
  public struct Network: Codable, Sendable, Equatable {
    /// The class with which packets are tagged.
    public var classID: UInt32?
    /// Priorities, by interface.
    public var priorities: [Priority]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(classID: UInt32? = nil, priorities: [Priority]? = nil) {
      self.classID = classID
      self.priorities = priorities
    }

    /// The priority of traffic that leaves through one interface. (config-linux.md, Network)
    public struct Priority: Codable, Sendable, Equatable {
      /// The interface's name on the host.
      public var name: String
      /// The priority.
      public var priority: UInt32

      /// Makes a value from its parts; what is left out is absent from the JSON.
      public init(name: String, priority: UInt32) {
        self.name = name
        self.priority = priority
      }
    }
  }

  /// Limits for one RDMA device; at least one of the two must be there. (config-linux.md, RDMA)
  public struct RDMA: Codable, Sendable, Equatable {
    /// The most handles.
    public var hcaHandles: UInt32?
    /// The most objects.
    public var hcaObjects: UInt32?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(hcaHandles: UInt32? = nil, hcaObjects: UInt32? = nil) {
      self.hcaHandles = hcaHandles
      self.hcaObjects = hcaObjects
    }
  }
}
