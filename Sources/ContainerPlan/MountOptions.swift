import LinuxKernel
import OCISpec

/// A mount of the plan: what, where, and with which attributes.
public struct PlannedMount: Equatable, Sendable {
  /// What is mounted.
  public enum Source: Equatable, Sendable {
    /// A new file system; `parameters` are its own options.
    case filesystem(type: String, source: String?, parameters: [String])
    /// A path of the host.
    case bind(path: String, recursive: Bool)
  }

  public var destination: String
  public var source: Source
  public var options = MountOptions()
}

/// The option strings of a mount, read (config.md, Linux mount options).
public struct MountOptions: Equatable, Sendable {
  public var set: MountAttributes = []
  public var clear: MountAttributes = []
  public var recursiveSet: MountAttributes = []
  public var recursiveClear: MountAttributes = []
  /// Nil: not a bind mount; else whether what is mounted below comes along.
  public var bind: Bool?
  public var propagation: [Change] = []
  public var copiesUp = false
  /// What is left, for the file system.
  public var parameters: [String] = []

  /// A change of propagation.
  public struct Change: Equatable, Sendable {
    public let propagation: Propagation
    public let recursive: Bool
  }

  /// Nothing asked for.
  public init() {}

  /// Reads option strings; a later one overrides an earlier one, as in mount(8).
  public init(_ options: [String]) {
    for option in options { read(option) }
  }

  private mutating func read(_ option: String) {
    switch option {
    case "defaults", "async", "loud", "nomand", "noiversion", "nofail": return
    case "bind": bind = bind ?? false
    case "rbind": bind = true
    case "tmpcopyup": copiesUp = true
    default:
      if let attribute = Self.attributes[option] {
        apply(attribute, &set, &clear)
      } else if option.first == "r", let attribute = Self.attributes[String(option.dropFirst())] {
        apply(attribute, &recursiveSet, &recursiveClear)
      } else if let change = Self.propagations[option] {
        propagation.append(change)
      } else {
        parameters.append(option)
      }
    }
  }

  private func apply(
    _ attribute: (set: MountAttributes, clear: MountAttributes), _ set: inout MountAttributes,
    _ clear: inout MountAttributes
  ) {
    set.subtract(attribute.clear)
    clear.subtract(attribute.set)
    set.formUnion(attribute.set)
    clear.formUnion(attribute.clear)
  }

  private static let attributes: [String: (set: MountAttributes, clear: MountAttributes)] = [
    "ro": (.readOnly, []), "rw": ([], .readOnly),
    "nosuid": (.noSetUserID, []), "suid": ([], .noSetUserID),
    "nodev": (.noDevices, []), "dev": ([], .noDevices),
    "noexec": (.noExec, []), "exec": ([], .noExec),
    "noatime": (.noAccessTime, .strictAccessTime), "atime": ([], .noAccessTime),
    "relatime": ([], .accessTimeMask), "norelatime": ([], []),
    "strictatime": (.strictAccessTime, .noAccessTime), "nostrictatime": ([], .strictAccessTime),
    "nodiratime": (.noDirectoryAccessTime, []), "diratime": ([], .noDirectoryAccessTime),
    "nosymfollow": (.noSymlinksFollowed, []), "symfollow": ([], .noSymlinksFollowed),
  ]

  private static let propagations: [String: Change] = {
    var changes: [String: Change] = [:]
    for propagation in [Propagation.shared, .private, .slave, .unbindable] {
      changes[propagation.word] = Change(propagation: propagation, recursive: false)
      changes["r" + propagation.word] = Change(propagation: propagation, recursive: true)
    }
    return changes
  }()
}
