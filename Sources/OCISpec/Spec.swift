/// A container's `config.json`: the OCI runtime specification 1.3.0, the parts for every platform
/// and those for Linux. Property names are the JSON keys and stand in the order in which runc
/// writes them; enumerations stay strings, so that ``validate()`` can say what is wrong with them.
/// (config.md)
public struct Spec: Codable, Sendable, Equatable {
  /// The version of the specification that the bundle was written for, in SemVer 2.0.0. (config.md,
  /// Specification version)
  public var ociVersion: String
  /// The process that runs in the container; `create` does without, `start` doesn't. (config.md,
  /// Process)
  public var process: Process?
  /// The container's root filesystem; required on Linux. (config.md, Root)
  public var root: Root?
  /// The host name inside the container; needs a UTS namespace. (config.md, Hostname)
  public var hostname: String?
  /// The NIS domain name inside the container; needs a UTS namespace. (config.md, Domainname)
  public var domainname: String?
  /// What is mounted on top of the root, in this order. (config.md, Mounts)
  public var mounts: [Mount]?
  /// Programs to run at points of the container's life. (config.md, POSIX-platform Hooks)
  public var hooks: Hooks?
  /// Whatever the caller wants to keep with the container. (config.md, Annotations)
  public var annotations: [String: String]?
  /// What only Linux has. (config-linux.md)
  public var linux: Linux?

  /// Makes a specification from its parts; what is left out is absent from the JSON.
  public init(
    ociVersion: String = "1.3.0", process: Process? = nil, root: Root? = nil,
    hostname: String? = nil, domainname: String? = nil, mounts: [Mount]? = nil, hooks: Hooks? = nil,
    annotations: [String: String]? = nil, linux: Linux? = nil
  ) {
    self.ociVersion = ociVersion
    self.process = process
    self.root = root
    self.hostname = hostname
    self.domainname = domainname
    self.mounts = mounts
    self.hooks = hooks
    self.annotations = annotations
    self.linux = linux
  }
}
