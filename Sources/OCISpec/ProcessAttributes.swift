extension Spec.Linux {
  /// Cache and memory bandwidth through the resctrl filesystem. (config-linux.md, IntelRdt)
  public struct IntelRdt: Codable, Sendable, Equatable {
    /// The class of service: a directory of resctrl, or `/` for the default one. Absent means one
    /// named after the container.
    public var closID: String?
    /// Lines for the schemata file, written last.
    public var schemata: [String]?
    /// The L3 cache's line, beginning with `L3:`.
    public var l3CacheSchema: String?
    /// The memory bandwidth's line, beginning with `MB:`.
    public var memBwSchema: String?
    /// Whether the container gets a monitoring group of its own.
    public var enableMonitoring: Bool?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      closID: String? = nil, schemata: [String]? = nil, l3CacheSchema: String? = nil,
      memBwSchema: String? = nil, enableMonitoring: Bool? = nil
    ) {
      self.closID = closID
      self.schemata = schemata
      self.l3CacheSchema = l3CacheSchema
      self.memBwSchema = memBwSchema
      self.enableMonitoring = enableMonitoring
    }
  }

  /// The NUMA memory policy, as for set_mempolicy(2). (config-linux.md, Memory policy)
  public struct MemoryPolicy: Codable, Sendable, Equatable {
    /// `MPOL_DEFAULT`, `MPOL_BIND`, `MPOL_INTERLEAVE`, `MPOL_WEIGHTED_INTERLEAVE`,
    /// `MPOL_PREFERRED`, `MPOL_PREFERRED_MANY` or `MPOL_LOCAL`.
    public var mode: String
    /// Memory nodes, like `0-3,7`.
    public var nodes: String?
    /// `MPOL_F_NUMA_BALANCING`, `MPOL_F_RELATIVE_NODES`, `MPOL_F_STATIC_NODES`.
    public var flags: [String]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(mode: String, nodes: String? = nil, flags: [String]? = nil) {
      self.mode = mode
      self.nodes = nodes
      self.flags = flags
    }
  }

  /// The execution domain, as for personality(2). (config-linux.md, Personality)
  public struct Personality: Codable, Sendable, Equatable {
    /// `LINUX` or `LINUX32`.
    public var domain: String
    /// None are defined; runtimes warn about any.
    public var flags: [String]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(domain: String, flags: [String]? = nil) {
      self.domain = domain
      self.flags = flags
    }
  }
}

extension Spec.Linux.MemoryPolicy {
  /// Decodes a policy; an absent mode is left empty for validation.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    mode = try values.decodeIfPresent(String.self, forKey: .mode) ?? ""
    nodes = try values.decodeIfPresent(String.self, forKey: .nodes)
    flags = try values.decodeIfPresent([String].self, forKey: .flags)
  }
}
