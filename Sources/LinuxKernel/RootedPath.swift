import CLinux
import Glibc
import SystemPackage

/// How openat2 resolves a path (`openat2(2)`).
public struct Resolution: OptionSet, Sendable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Never crosses into another mount.
  public static let noCrossing = Resolution(rawValue: 0x01)
  /// Refuses the links of procfs that lead anywhere (CVE-2024-21626 walks through one).
  public static let noMagicLinks = Resolution(rawValue: 0x02)
  /// Refuses every symbolic link.
  public static let noSymlinks = Resolution(rawValue: 0x04)
  /// Never leaves the directory.
  public static let beneath = Resolution(rawValue: 0x08)
  /// Treats the directory as the root, for `..` and absolute links too.
  public static let inRoot = Resolution(rawValue: 0x10)
}

/// Opens a path of a container: whatever links its image holds, the kernel does not let it leave
/// `root` (CVE-2019-19921, CVE-2021-30465, CVE-2024-45310).
public func open(
  _ path: String, in root: Int32, _ flags: OpenFlags,
  _ resolution: Resolution = [.inRoot, .noMagicLinks], mode: UInt32 = 0
) throws(KernelError) -> Descriptor {
  var attempts = 0
  while true {
    let number = apus_openat2(
      root, path, UInt64(flags.rawValue | O_CLOEXEC), UInt64(mode), resolution.rawValue)
    if number >= 0 { return Descriptor(owning: number) }
    let errno = Errno.last
    // EAGAIN: something was renamed meanwhile and the kernel can't vouch for a "..".
    attempts += 1
    if errno == .interrupted || (errno == .resourceTemporarilyUnavailable && attempts < 128) {
      continue
    }
    throw KernelError(call: "open", subject: path, errno: errno)
  }
}

/// Opens a directory of a container that must be one, with no link on the way: a procfs or sysfs
/// mounted elsewhere would leave a false one in its place (CVE-2019-16884, CVE-2019-19921).
public func openOrdinaryDirectory(_ path: String, in root: Int32) throws(KernelError) -> Descriptor {
  let flags: OpenFlags = [.path, .directory]
  let resolution: Resolution = [.inRoot, .noSymlinks]
  do throws(KernelError) {
    return try open(path, in: root, flags, resolution)
  } catch {
    guard error.errno == .noSuchFileOrDirectory else {
      throw KernelError(
        call: "must be mounted on ordinary directory, not on a link or file: open", subject: path,
        errno: error.errno)
    }
  }
  _ = try openOrMakeDirectory(path, in: root)
  return try open(path, in: root, flags, resolution)
}

/// Opens a directory of a container and makes it, and those above it, where they are missing.
public func openOrMakeDirectory(_ path: String, in root: Int32, mode: UInt32 = 0o755)
  throws(KernelError) -> Descriptor
{
  do throws(KernelError) {
    return try open(path, in: root, [.path, .directory])
  } catch {
    guard error.errno == .noSuchFileOrDirectory else { throw error }
  }
  let (above, name) = split(path)
  guard !name.isEmpty else {
    throw KernelError(call: "mkdir", subject: path, errno: .noSuchFileOrDirectory)
  }
  let parent = try openOrMakeDirectory(above, in: root, mode: mode)
  try makeDirectory(name, mode: mode, at: parent.number, orExisting: true)
  return try open(path, in: root, [.path, .directory])
}

/// Opens a file of a container as a place to mount on, and makes an empty one where it is missing.
public func openOrMakeFile(_ path: String, in root: Int32) throws(KernelError) -> Descriptor {
  do throws(KernelError) {
    return try open(path, in: root, [.path])
  } catch {
    guard error.errno == .noSuchFileOrDirectory else { throw error }
  }
  let (above, name) = split(path)
  let parent = try openOrMakeDirectory(above, in: root)
  do throws(KernelError) {
    _ = try open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644, at: parent.number)
  } catch {
    if error.errno != .fileExists { throw error }
  }
  return try open(path, in: root, [.path])
}

/// The directory above the last component of a path, and that component.
public func split(_ path: String) -> (above: String, name: String) {
  var trimmed = path[...]
  while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
  guard let slash = trimmed.lastIndex(of: "/") else { return (".", String(trimmed)) }
  let above = trimmed[..<slash]
  return (above.isEmpty ? "/" : String(above), String(trimmed[trimmed.index(after: slash)...]))
}
