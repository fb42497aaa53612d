extension Spec {
  /// The container's root filesystem. (config.md, Root)
  public struct Root: Codable, Sendable, Equatable {
    /// The directory that becomes `/`: absolute, or relative to the bundle.
    public var path: String
    /// Whether the container sees its root read-only; absent means no.
    public var readonly: Bool?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(path: String, readonly: Bool? = nil) {
      self.path = path
      self.readonly = readonly
    }
  }
}
