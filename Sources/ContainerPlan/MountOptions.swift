import LinuxKernel

/// The option strings of a mount, read (config.md, Linux mount options).
public struct MountOptions: Equatable, Sendable {
  /// The attributes that the mount gets: "nosuid".
  public var set: MountAttributes = []
  /// The attributes that it loses: "suid".
  public var clear: MountAttributes = []
  /// The attributes that it and what is mounted below get: "rro".
  public var recursiveSet: MountAttributes = []
  /// The attributes that it and what is mounted below lose: "rrw".
  public var recursiveClear: MountAttributes = []
  /// Nil: not a bind mount; else whether what is mounted below comes along.
  public var bind: Bool?
  /// Changes a mount that is in place already.
  public var remount = false
  /// The changes of propagation, in order: "rshared".
  public var propagation: [Change] = []
  /// "tmpcopyup": a tmpfs begins with a copy of what it covers.
  public var copiesUp = false
  /// "copy-symlink": where the source of a bind is a link, one like it is made in the container.
  public var copiesLink = false
  /// False: "src-nofollow", a source that is a link is bound itself.
  public var followsSource = true
  /// False: "dest-nofollow", a destination that is a link is mounted on itself.
  public var followsDestination = true
  /// Nil: no mapping of IDs is asked for; else whether what is mounted below is mapped, too.
  public var idMap: Bool?
  /// What is left, for the file system.
  public var parameters: [String] = []

  /// A change of propagation.
  public struct Change: Equatable, Sendable {
    /// What it becomes.
    public let propagation: Propagation
    /// Whether what is mounted below becomes that, too.
    public let recursive: Bool
  }

  /// Nothing asked for.
  public init() {}

  /// Whether the mount itself ends up read-only.
  var isReadonly: Bool { limits.contains(.readOnly) }

  /// What can't be done through the mount itself in the end: what is recursive is applied last.
  var limits: MountAttributes {
    recursiveSet.union(set.subtracting(recursiveClear)).intersection(.limits)
  }

  /// Who names an attribute of a bind mount gets what is named, and nothing else of what the host has
  /// set there: so it is with a remount, and in runc. In a user namespace the host's attributes can't
  /// be cleared; there, one that is named and can't be had is an error.
  mutating func clearUnnamed(inUserNamespace: Bool) {
    if set.isEmpty && clear.isEmpty { return }
    let others: MountAttributes = inUserNamespace ? .noSymlinksFollowed : .limits
    clear.formUnion(others.subtracting(set))
    keepUnnamedAccessTimes()
  }

  /// As mount(2) remounts: who asks for a way of access times gets that alone; who only takes one back
  /// ("atime", "diratime") has asked for none, and what the host has set stays.
  private mutating func keepUnnamedAccessTimes() {
    let times: MountAttributes = [.accessTimeMask, .noDirectoryAccessTime]
    let isRelatime = clear.contains(.accessTimeMask)
    if isRelatime || !set.isDisjoint(with: times) {
      clear.formUnion(times.subtracting(set))
    } else {
      clear.subtract(times)
    }
  }

  /// Reads option strings; a later one overrides an earlier one, as in mount(8).
  public init(_ options: [String]) {
    for option in options { read(option) }
  }

  private mutating func read(_ option: String) {
    // What has a value is for the file system.
    if option.utf8.contains(UInt8(ascii: "=")) { return parameters.append(option) }
    switch option {
    case "defaults", "loud", "silent", "norelatime", "rnorelatime": return
    // The kernel counts versions where it is asked to at the time of reading, since Linux 4.17.
    case "iversion", "noiversion": return
    // A file system is made with these off.
    case "async", "nomand", "nolazytime": parameters.removeAll { $0 == Self.opposites[option] }
    case "bind": bind = bind ?? false
    case "rbind": bind = true
    case "remount": remount = true
    case "tmpcopyup": copiesUp = true
    case "copy-symlink": copiesLink = true
    case "src-nofollow": followsSource = false
    case "dest-nofollow": followsDestination = false
    case "idmap": idMap = idMap ?? false
    case "ridmap": idMap = true
    default:
      if let attribute = Self.attribute(option[...]) {
        apply(attribute, &set, &clear)
      } else if option.first == "r", let attribute = Self.attribute(option.dropFirst()) {
        apply(attribute, &recursiveSet, &recursiveClear)
      } else if let change = Self.propagation(option) {
        propagation.append(change)
      } else {
        parameters.append(option)
      }
    }
  }

  private static let opposites = ["async": "sync", "nomand": "mand", "nolazytime": "lazytime"]

  private func apply(
    _ attribute: (set: MountAttributes, clear: MountAttributes), _ set: inout MountAttributes,
    _ clear: inout MountAttributes
  ) {
    set.subtract(attribute.clear)
    clear.subtract(attribute.set)
    set.formUnion(attribute.set)
    clear.formUnion(attribute.clear)
  }

  private static func attribute(_ word: Substring) -> (
    set: MountAttributes, clear: MountAttributes
  )? {
    switch word {
    case "ro": (.readOnly, [])
    case "rw": ([], .readOnly)
    case "nosuid": (.noSetUserID, [])
    case "suid": ([], .noSetUserID)
    case "nodev": (.noDevices, [])
    case "dev": ([], .noDevices)
    case "noexec": (.noExec, [])
    case "exec": ([], .noExec)
    case "noatime": (.noAccessTime, .strictAccessTime)
    case "atime": ([], .noAccessTime)
    case "relatime": ([], .accessTimeMask)
    case "strictatime": (.strictAccessTime, .noAccessTime)
    case "nostrictatime": ([], .strictAccessTime)
    case "nodiratime": (.noDirectoryAccessTime, [])
    case "diratime": ([], .noDirectoryAccessTime)
    case "nosymfollow": (.noSymlinksFollowed, [])
    case "symfollow": ([], .noSymlinksFollowed)
    default: nil
    }
  }

  private static func propagation(_ word: String) -> Change? {
    switch word {
    case "shared": Change(propagation: .shared, recursive: false)
    case "rshared": Change(propagation: .shared, recursive: true)
    case "private": Change(propagation: .private, recursive: false)
    case "rprivate": Change(propagation: .private, recursive: true)
    case "slave": Change(propagation: .slave, recursive: false)
    case "rslave": Change(propagation: .slave, recursive: true)
    case "unbindable": Change(propagation: .unbindable, recursive: false)
    case "runbindable": Change(propagation: .unbindable, recursive: true)
    default: nil
    }
  }
}
