import JSON

/// What the owner of a seccomp listener is told. (config-linux.md, The Container Process State)
public struct ContainerProcessState: Codable, Sendable, Equatable {
  /// The version of the specification that it follows.
  public var ociVersion: String
  /// What the descriptors are that come with it: `seccompFd`.
  public var fds: [String]
  /// The process under the filter, as the host sees it.
  public var pid: Int
  /// The listenerMetadata of config.json.
  public var metadata: String?
  /// The container's state.
  public var state: OCIState

  /// Makes a value from its parts; what is left out is absent from the JSON.
  public init(
    ociVersion: String, fds: [String], pid: Int, metadata: String? = nil, state: OCIState
  ) {
    self.ociVersion = ociVersion
    self.fds = fds
    self.pid = pid
    self.metadata = metadata
    self.state = state
  }
}

extension ContainerProcessState: JSONWritable {
  /// Writes it.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("ociVersion", ociVersion)
      $0.member("fds", fds)
      $0.member("pid", pid)
      $0.member("metadata", metadata)
      $0.member("state", state)
    }
  }
}
