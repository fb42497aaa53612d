import CLinux
import Glibc
import SystemPackage

/// Attributes of one mount, as fsmount and mount_setattr take them (`mount_setattr(2)`).
public struct MountAttributes: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt64
  /// From its bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// MOUNT_ATTR_RDONLY: nothing is written.
  public static let readOnly = MountAttributes(rawValue: 0x01)
  /// MOUNT_ATTR_NOSUID: set-user-ID bits and file capabilities don't count.
  public static let noSetUserID = MountAttributes(rawValue: 0x02)
  /// MOUNT_ATTR_NODEV: device nodes can't be opened.
  public static let noDevices = MountAttributes(rawValue: 0x04)
  /// MOUNT_ATTR_NOEXEC: programs can't be run.
  public static let noExec = MountAttributes(rawValue: 0x08)
  /// The bits of the access-time mode; relatime is none of them.
  public static let accessTimeMask = MountAttributes(rawValue: 0x70)
  /// MOUNT_ATTR_NOATIME: times of access are not kept.
  public static let noAccessTime = MountAttributes(rawValue: 0x10)
  /// MOUNT_ATTR_STRICTATIME: each access is noted.
  public static let strictAccessTime = MountAttributes(rawValue: 0x20)
  /// MOUNT_ATTR_NODIRATIME: times of access are not kept for directories.
  public static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
  /// MOUNT_ATTR_NOSYMFOLLOW: symbolic links can be read, but lead nowhere.
  public static let noSymlinksFollowed = MountAttributes(rawValue: 0x20_0000)
  /// Those that keep something from being done.
  public static let limits: MountAttributes = [
    .readOnly, .noSetUserID, .noDevices, .noExec, .noSymlinksFollowed,
  ]
}

/// How mounts propagate between peers (`mount_namespaces(7)`).
public enum Propagation: UInt64, Sendable, Hashable {
  /// MS_SHARED: mounts come in from its peers and go out to them.
  case shared = 0x10_0000
  /// MS_PRIVATE: none comes in or goes out.
  case `private` = 0x4_0000
  /// MS_SLAVE: they come in, none goes out.
  case slave = 0x8_0000
  /// MS_UNBINDABLE: private, and can't be bound elsewhere.
  case unbindable = 0x2_0000

  /// The word of mount(8).
  public var word: String {
    switch self {
    case .shared: "shared"
    case .private: "private"
    case .slave: "slave"
    case .unbindable: "unbindable"
    }
  }
}

/// AT_EMPTY_PATH: the descriptor itself is meant.
let emptyPath: UInt32 = 0x1000
/// AT_RECURSIVE.
let recursiveTree: UInt32 = 0x8000

/// Makes a mount of a new file system, attached nowhere yet (`fsopen(2)`, `fsmount(2)`).
/// - Parameters:
///   - parameters: what mount(8) would take after -o, for the file system itself.
///   - readOnlyFilesystem: whether it is only to be read, by all mounts of it, as MS_RDONLY of
///     mount(2) has it. A device that can't be written to is refused else.
public func makeMount(
  of type: String, source: String?, parameters: [(key: String, value: String?)],
  readOnlyFilesystem: Bool = false, attributes: MountAttributes
) throws(KernelError) -> Descriptor {
  let context = Descriptor(
    owning: try check("fsopen", type) { apus_fsopen(type, 1 /* FSOPEN_CLOEXEC */) })
  if let source {
    try configure(context.number, type, 1 /* FSCONFIG_SET_STRING */, "source", source)
  }
  for (key, value) in parameters {
    try configure(context.number, type, value == nil ? 0 /* FSCONFIG_SET_FLAG */ : 1, key, value)
  }
  if readOnlyFilesystem { try configure(context.number, type, 0, "ro", nil) }
  try configure(context.number, type, 6 /* FSCONFIG_CMD_CREATE */, nil, nil)
  return Descriptor(
    owning: try check("fsmount", type) {
      apus_fsmount(context.number, 1 /* FSMOUNT_CLOEXEC */, UInt32(attributes.rawValue))
    })
}

/// Mounts a new file system on a directory in one call (`mount(2)`), which says less of what it refuses
/// than ``makeMount(of:source:parameters:readOnlyFilesystem:attributes:)`` with its dozen. Makes that
/// directory the current one, for mount(2) has no other way to be told a place without a path.
/// - Parameter parameters: what mount(8) would take after -o, for the file system itself; without commas
///   of their own.
public func mount(
  _ type: String, source: String, parameters: [String], attributes: MountAttributes,
  on directory: Int32, path: String
) throws(KernelError) {
  var options = ""
  for parameter in parameters { options += options.isEmpty ? parameter : "," + parameter }
  try check("fchdir", path) { fchdir(directory) }
  try check("mount \(type)", path) {
    apus_mount(source, ".", type, attributes.mountFlags, options)
  }
}

extension MountAttributes {
  /// The same as flags of mount(2). The first four have the same bits.
  fileprivate var mountFlags: UInt {
    var flags = UInt(rawValue & 0xf)
    if contains(.noAccessTime) { flags |= 1 << 10 }
    if contains(.noDirectoryAccessTime) { flags |= 1 << 11 }
    if contains(.strictAccessTime) { flags |= 1 << 24 }
    if contains(.noSymlinksFollowed) { flags |= 1 << 8 }
    return flags
  }
}

/// Changes the options of the file system that is mounted at a place, for all mounts of it
/// (`fspick(2)`).
public func reconfigure(
  _ place: Int32, parameters: [(key: String, value: String?)], path: String
) throws(KernelError) {
  let context = Descriptor(
    owning: try check("fspick", path) {
      apus_fspick(place, "", 1 | 8 /* FSPICK_CLOEXEC | FSPICK_EMPTY_PATH */)
    })
  for (key, value) in parameters {
    try configure(context.number, path, value == nil ? 0 /* FSCONFIG_SET_FLAG */ : 1, key, value)
  }
  try configure(context.number, path, 7 /* FSCONFIG_CMD_RECONFIGURE */, nil, nil)
}

private func configure(
  _ context: Int32, _ type: String, _ command: UInt32, _ key: String?, _ value: String?
) throws(KernelError) {
  let option = key.map { key in value.map { "\(key)=\($0)" } ?? key }
  do throws(KernelError) {
    try check(
      option.map { "fsconfig \($0) for" }
        ?? (command == 7 ? "fsconfig reconfigure" : "fsconfig create"), type
    ) {
      switch (key, value) {
      case (let key?, let value?): apus_fsconfig(context, command, key, value, 0)
      case (let key?, nil): apus_fsconfig(context, command, key, nil, 0)
      default: apus_fsconfig(context, command, nil, nil, 0)
      }
    }
  } catch {
    // A context can be read for what its file system has to say: "e tmpfs: Bad value for 'size'".
    guard let words = lastMessage(of: context) else { throw error }
    throw KernelError(call: error.call, subject: "\(type) (\(words))", errno: error.errno)
  }
}

private func lastMessage(of context: Int32) -> String? {
  var buffer = [UInt8](repeating: 0, count: 512)
  let count = read(context, &buffer, buffer.count)
  guard count > 2 else { return nil }
  return String(decoding: buffer[2..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}

/// A copy of the mount, or tree of mounts, at a path, attached nowhere yet (`open_tree(2)`).
public func cloneTree(
  _ path: String, at directory: Int32 = currentDirectory, recursive: Bool, followLinks: Bool = true
) throws(KernelError) -> Descriptor {
  let flags: UInt32 =
    0x8_0001 /* OPEN_TREE_CLOEXEC | OPEN_TREE_CLONE */ | (recursive ? recursiveTree : 0)
    | (path.isEmpty ? emptyPath : 0) | (followLinks ? 0 : 0x100 /* AT_SYMLINK_NOFOLLOW */)
  return Descriptor(
    owning: try check("open_tree", path) { apus_open_tree(directory, path, flags) })
}

/// Attaches a detached mount on the place that `target` is a descriptor of (`move_mount(2)`).
/// No path is looked up, so nothing can be swapped in between (CVE-2021-30465).
/// - Parameter name: of what is in the directory `target`, instead of that itself; no link.
public func attach(
  _ mount: borrowing Descriptor, on target: Int32, named name: String = "", path: String
) throws(KernelError) {
  let number = mount.number
  try check("move_mount", path) {
    apus_move_mount(
      number, "", target, name, name.isEmpty ? 0x44 : 0x04 /* F_EMPTY_PATH | T_EMPTY_PATH */)
  }
}

/// Changes attributes and propagation of a mount, or of its whole tree, in one call.
public func setAttributes(
  of mount: Int32, set: MountAttributes = [], clear: MountAttributes = [],
  propagation: Propagation? = nil, recursive: Bool = false, path: String
) throws(KernelError) {
  var attributes = apus_mount_attr()
  attributes.attr_set = set.rawValue
  attributes.attr_clr = clear.rawValue
  // The access time is a field of three values: the kernel wants it cleared whole before a new one.
  if !set.isDisjoint(with: .accessTimeMask) || !clear.isDisjoint(with: .accessTimeMask) {
    attributes.attr_clr |= MountAttributes.accessTimeMask.rawValue
  }
  attributes.propagation = propagation?.rawValue ?? 0
  try check("mount_setattr", path) {
    apus_mount_setattr(mount, "", emptyPath | (recursive ? recursiveTree : 0), &attributes)
  }
}

/// Shows the files of a detached mount, or of its whole tree, as those of other users: of whom the
/// user namespace has for the IDs that are on disk (`mount_setattr(2)`, MOUNT_ATTR_IDMAP).
public func mapIDs(of mount: Int32, by userNamespace: Int32, recursive: Bool, path: String)
  throws(KernelError)
{
  var attributes = apus_mount_attr()
  attributes.attr_set = 0x10_0000  // MOUNT_ATTR_IDMAP
  attributes.userns_fd = UInt64(userNamespace)
  try check("mount_setattr MOUNT_ATTR_IDMAP", path) {
    apus_mount_setattr(mount, "", emptyPath | (recursive ? recursiveTree : 0), &attributes)
  }
}

/// Makes the mount that holds `directory` private, so that what is mounted on it, or unmounted, does
/// not reach its peers. Only a mount's root can be told so, hence the way up.
public func makePrivateMount(holding directory: Int32, path: String) throws(KernelError) {
  var place = try open(".", [.path, .directory], at: directory)
  while true {
    let isRoot = try check("statx", path) { apus_is_mount_root(place.number) }
    if isRoot > 0 { break }
    place = try open("..", [.path, .directory], at: place.number)
  }
  try setAttributes(of: place.number, propagation: .private, path: path)
}

/// The number of the mount at a path, of those there the topmost.
public func mountNumber(at path: String) throws(KernelError) -> UInt64 {
  let place = try open(path, [.path])
  return try mountID(of: place.number, path: path)
}

/// Whether nothing can be written through the mount that a descriptor is of (`fstatvfs(3)`).
public func isReadonlyMount(_ place: Int32, path: String) throws(KernelError) -> Bool {
  var found = statvfs()
  try check("fstatvfs", path) { fstatvfs(place, &found) }
  return found.f_flag & 1 /* ST_RDONLY */ != 0
}

/// Unmounts the topmost mount at a path and all that is mounted below it, from whoever still uses it,
/// too.
public func detachMount(at path: String) throws(KernelError) {
  try check("umount2 MNT_DETACH", path) { apus_umount2(path, 2 | 8 /* UMOUNT_NOFOLLOW */) }
}

/// Moves the current directory's mount over `/` and makes it the root: for a root file system from
/// which pivot_root can't depart, as on a ramdisk. What was `/` stays underneath, its procfs and sysfs
/// covered.
/// - Parameter procfs: a procfs that nothing can be mounted over.
public func moveCurrentDirectoryOverRoot(_ procfs: Int32) throws(KernelError) {
  let root = try open(".", [.path, .directory])
  try coverKernelFilesystems(outside: root.number, procfs)
  // Moved over a shared mount, it would lie over the host's own root, too.
  let old = try open("/", [.path, .directory])
  try makePrivateMount(holding: old.number, path: "/")
  try check("mount MS_MOVE", "the rootfs over /") { apus_mount(".", "/", nil, 0x2000, nil) }
  try makeCurrentDirectoryRoot()
}

/// Makes the current directory the root of this process alone (`chroot(2)`).
public func makeCurrentDirectoryRoot() throws(KernelError) {
  try check("chroot", "the rootfs") { chroot(".") }
  try check("chdir", "/") { chdir("/") }
}

/// Makes the current directory, a mount's root, the root of the mount namespace, and lets go of
/// the old root (`pivot_root(2)`).
public func pivotIntoCurrentDirectory() throws(KernelError) {
  let old = try open("/", [.path, .directory])
  try check("pivot_root", ".") { apus_pivot_root(".", ".") }
  // The old root lies over the new one now, but "." is still the new one.
  let number = old.number
  try check("fchdir", "the old root") { fchdir(number) }
  // As a slave, its unmounting does not reach the host.
  try check("mount MS_REC|MS_SLAVE", "the old root") {
    apus_mount(nil, ".", nil, UInt(0x8_4000), nil)
  }
  try check("umount2 MNT_DETACH", "the old root") { apus_umount2(".", 2) }
  try check("chdir", "/") { chdir("/") }
}
