import CLinux
import Glibc
import SystemPackage

/// How openat2 resolves a path (`openat2(2)`).
public struct Resolution: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt64
  /// From its bits.
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
public func openOrdinaryDirectory(_ path: String, in root: Int32) throws(KernelError) -> Descriptor
{
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

/// Opens a directory of a container and makes it, and those above it, where they are missing. Where
/// a link leads to what is missing, that is made.
public func openOrMakeDirectory(_ path: String, in root: Int32) throws(KernelError) -> Descriptor {
  var links = 0
  return try openOrMake(path, in: root, isDirectory: true, &links)
}

/// Opens a file of a container as a place to mount on, and makes an empty one where it is missing.
public func openOrMakeFile(_ path: String, in root: Int32) throws(KernelError) -> Descriptor {
  var links = 0
  return try openOrMake(path, in: root, isDirectory: false, &links)
}

/// - Parameter links: how many have been followed. The kernel's limit ends it for an image that
///   keeps changing them.
private func openOrMake(
  _ path: String, in root: Int32, isDirectory: Bool, _ links: inout Int
) throws(KernelError) -> Descriptor {
  let flags: OpenFlags = isDirectory ? [.path, .directory] : .path
  do throws(KernelError) {
    return try open(path, in: root, flags)
  } catch {
    guard error.errno == .noSuchFileOrDirectory, links < 40 else { throw error }
  }
  let (above, name) = split(path)
  guard !name.isEmpty else {
    throw KernelError(call: "make", subject: path, errno: .noSuchFileOrDirectory)
  }
  let parent = try openOrMake(above, in: root, isDirectory: true, &links)
  do throws(KernelError) {
    if isDirectory {
      try makeDirectory(name, mode: 0o755, at: parent.number)
    } else {
      _ = try open(
        name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644, at: parent.number)
    }
  } catch {
    guard error.errno == .fileExists else { throw error }
    if let target = try? readLink(name, at: parent.number) {
      links += 1
      let path = isAbsolute(target) ? target : "\(above)/\(target)"
      return try openOrMake(path, in: root, isDirectory: isDirectory, &links)
    }
  }
  return try open(path, in: root, flags)
}
