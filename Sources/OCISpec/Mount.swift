extension Spec {
  /// One filesystem, or one bind of a host path, to mount in the container. (config.md, Mounts)
  public struct Mount: Codable, Sendable, Equatable {
    /// Where it appears in the container; a relative path counts from `/` and is deprecated.
    public var destination: String
    /// The filesystem's type as in /proc/filesystems; a dummy, often `none` or `bind`, for binds.
    public var type: String?
    /// A device, a dummy, or for binds a path on the host: absolute, or relative to the bundle.
    public var source: String?
    /// Options as for mount(8); what isn't known is handed to the filesystem. (config.md, Linux
    /// mount options)
    public var options: [String]?
    /// How user IDs of the source appear in this mount (MOUNT_ATTR_IDMAP); only together with
    /// ``gidMappings``.
    public var uidMappings: [Linux.IDMapping]?
    /// How group IDs of the source appear in this mount; only together with ``uidMappings``.
    public var gidMappings: [Linux.IDMapping]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      destination: String, type: String? = nil, source: String? = nil, options: [String]? = nil,
      uidMappings: [Linux.IDMapping]? = nil, gidMappings: [Linux.IDMapping]? = nil
    ) {
      self.destination = destination
      self.type = type
      self.source = source
      self.options = options
      self.uidMappings = uidMappings
      self.gidMappings = gidMappings
    }
  }
}
