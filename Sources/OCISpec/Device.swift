extension Spec.Linux {
  /// A device node in the container. (config-linux.md, Devices)
  public struct Device: Codable, Sendable, Equatable {
    /// Where it appears in the container: an absolute path.
    public var path: String
    /// `c` and `u` for character, `b` for block devices, `p` for a FIFO.
    public var type: String
    /// The device's major number; may be absent from the JSON of a FIFO.
    public var major: Int64
    /// The device's minor number; may be absent from the JSON of a FIFO.
    public var minor: Int64
    /// The permission bits; absent means 0666.
    public var fileMode: UInt32?
    /// The owner's user ID in the container; absent means 0.
    public var uid: UInt32?
    /// The owner's group ID in the container; absent means 0.
    public var gid: UInt32?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      path: String, type: String, major: Int64 = 0, minor: Int64 = 0, fileMode: UInt32? = nil,
      uid: UInt32? = nil, gid: UInt32? = nil
    ) {
      self.path = path
      self.type = type
      self.major = major
      self.minor = minor
      self.fileMode = fileMode
      self.uid = uid
      self.gid = gid
    }
  }

  /// A network device to move into the container's network namespace. (config-linux.md, Network
  /// Devices)
  public struct NetDevice: Codable, Sendable, Equatable {
    /// Its name inside, in which `%d` stands for a free number; absent keeps the name.
    public var name: String?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(name: String? = nil) {
      self.name = name
    }
  }
}

extension Spec.Linux.Device {
  /// Decodes a device; only a FIFO may do without `major` and `minor`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    path = try values.decode(String.self, forKey: .path)
    type = try values.decode(String.self, forKey: .type)
    if type == "p" {
      major = try values.decodeIfPresent(Int64.self, forKey: .major) ?? 0
      minor = try values.decodeIfPresent(Int64.self, forKey: .minor) ?? 0
    } else {
      major = try values.decode(Int64.self, forKey: .major)
      minor = try values.decode(Int64.self, forKey: .minor)
    }
    fileMode = try values.decodeIfPresent(UInt32.self, forKey: .fileMode)
    uid = try values.decodeIfPresent(UInt32.self, forKey: .uid)
    gid = try values.decodeIfPresent(UInt32.self, forKey: .gid)
  }
}
