import LinuxKernel

/// A mount of the plan: what, where, and with which attributes.
public struct PlannedMount: Equatable, Sendable {
  /// What is mounted.
  public enum Source: Equatable, Sendable {
    /// A new file system; `parameters` are its own options.
    case filesystem(type: String, source: String?, parameters: [String])
    /// A path of the host.
    case bind(path: String, recursive: Bool)
  }

  /// How the owners of files look in an ID-mapped mount.
  public struct IDMapping: Equatable, Sendable {
    /// Where the mapping comes from.
    public enum Source: Equatable, Sendable {
      case ranges(users: [IDRange], groups: [IDRange])
      /// The container's user namespace.
      case container
    }

    public let source: Source
    /// Whether what is mounted below is mapped, too.
    public let recursive: Bool
  }

  /// The path in the container.
  public var destination: String
  public var source: Source
  public var options = MountOptions()
  /// What the source must be: CVE-2019-16884 puts another thing where /proc should be.
  public var mustBeProcfs = false
  public var idMapping: IDMapping?
}
