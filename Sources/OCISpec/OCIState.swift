/// A container's state, as `state` prints it and hooks read it. (runtime.md, State)
public struct OCIState: Codable, Sendable, Equatable {
  /// The version of the specification that the state follows.
  public var ociVersion: String
  /// The container's ID, unique on this host.
  public var id: String
  /// `creating`, `created`, `running`, `stopped`, or a runtime's own such as `paused`.
  public var status: String
  /// The container's process as the host sees it; required while created or running.
  public var pid: Int?
  /// The absolute path of the bundle.
  public var bundle: String
  /// The annotations of config.json.
  public var annotations: [String: String]?

  /// Makes a value from its parts; what is left out is absent from the JSON.
  public init(
    ociVersion: String = "1.3.0", id: String, status: String, pid: Int? = nil, bundle: String,
    annotations: [String: String]? = nil
  ) {
    self.ociVersion = ociVersion
    self.id = id
    self.status = status
    self.pid = pid
    self.bundle = bundle
    self.annotations = annotations
  }
}
