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
      /// Ranges of the mount's own (`uidMappings` and `gidMappings`).
      case ranges(users: [IDRange], groups: [IDRange])
      /// The container's user namespace.
      case container
    }

    /// Where the mapping comes from.
    public let source: Source
    /// Whether what is mounted below is mapped, too.
    public let recursive: Bool
  }

  /// The path in the container.
  public var destination: String
  /// What is mounted.
  public var source: Source
  /// What its option strings ask for.
  public var options = MountOptions()
  /// What the source must be: CVE-2019-16884 puts another thing where /proc should be.
  public var mustBeProcfs = false
  /// How its files' owners look; nil: as they are.
  public var idMapping: IDMapping?
}
