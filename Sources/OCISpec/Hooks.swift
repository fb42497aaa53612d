extension Spec {
  /// Programs that the runtime calls at points of the container's life, each list in its order.
  /// (config.md, POSIX-platform Hooks)
  public struct Hooks: Codable, Sendable, Equatable {
    /// Deprecated: before the user's program, in the runtime's namespaces, with the `createRuntime`
    /// hooks.
    public var prestart: [Hook]?
    /// During create, after the namespaces exist and before pivot_root, in the runtime's
    /// namespaces.
    public var createRuntime: [Hook]?
    /// During create, after `createRuntime` and before pivot_root, in the container's namespaces.
    public var createContainer: [Hook]?
    /// During start, before the user's program, in the container's namespaces.
    public var startContainer: [Hook]?
    /// After the user's program has begun, in the runtime's namespaces.
    public var poststart: [Hook]?
    /// After the container is deleted, in the runtime's namespaces.
    public var poststop: [Hook]?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(
      prestart: [Hook]? = nil, createRuntime: [Hook]? = nil, createContainer: [Hook]? = nil,
      startContainer: [Hook]? = nil, poststart: [Hook]? = nil, poststop: [Hook]? = nil
    ) {
      self.prestart = prestart
      self.createRuntime = createRuntime
      self.createContainer = createContainer
      self.startContainer = startContainer
      self.poststart = poststart
      self.poststop = poststop
    }
  }

  /// One program to call; it reads the container's state as JSON from its standard input.
  /// (config.md, POSIX-platform Hooks)
  public struct Hook: Codable, Sendable, Equatable {
    /// The program: an absolute path.
    public var path: String
    /// Its arguments, the zeroth included; absent means the path alone.
    public var args: [String]?
    /// Its whole environment, as `NAME=value`.
    public var env: [String]?
    /// Seconds until it is killed; more than 0. Absent means that it may take for ever.
    public var timeout: Int?

    /// Makes a value from its parts; what is left out is absent from the JSON.
    public init(path: String, args: [String]? = nil, env: [String]? = nil, timeout: Int? = nil) {
      self.path = path
      self.args = args
      self.env = env
      self.timeout = timeout
    }
  }
}
