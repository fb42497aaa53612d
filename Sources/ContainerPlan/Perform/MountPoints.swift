import CLinux
import Glibc
import LinuxKernel

/// Where a mount goes: what a descriptor is of, or a directory that was made just now, which needs no
/// look and no descriptor of its own.
struct MountPoint: ~Copyable {
  /// The place itself, or the directory above it.
  let number: Int32
  /// The name of a new directory.
  let name: String
  private let place: Descriptor?

  init(_ place: consuming Descriptor) {
    number = place.number
    name = ""
    self.place = consume place
  }

  init(new name: String, in folder: Int32) {
    number = folder
    self.name = name
    place = nil
  }
}

extension ContainerPerformer {
  /// Opens the directory above a path; the one that was asked for last is kept.
  mutating func openFolder(above path: String) throws(KernelError) -> (Int32, String) {
    let (above, name) = split(path)
    if folder == nil || folderPath != above {
      folder = try openOrMakeDirectory(above, in: try root())
      folderPath = above
    }
    return (folder?.number ?? -1, name)
  }

  /// Where a mount goes, made where it is missing; with "dest-nofollow" it must be there, and may be
  /// a link.
  mutating func place(of mount: PlannedMount, isDirectory: Bool) throws(KernelError) -> MountPoint {
    let path = mount.destination
    if mount.mustBeProcfs { return MountPoint(try openOrdinaryDirectory(path, in: try root())) }
    guard mount.options.followsDestination else {
      let place = try open(path, in: try root(), [.path, .noFollow])
      switch try filesystemType(of: place.number, path: path) {
      // A link of these is what the kernel says of itself: nothing to be covered.
      case 0x9fa0 /* PROC_SUPER_MAGIC */, 0x6265_6572 /* SYSFS_MAGIC */, 0x1cd1 /* DEVPTS */:
        throw KernelError(
          call: "mount on a file of the kernel's own,", subject: path, errno: .notPermitted)
      default: return MountPoint(place)
      }
    }
    if isDirectory { return try directory(path) }
    return MountPoint(try outsideProc(try openOrMakeFile(path, in: try root()), path))
  }

  /// A directory to mount on, made where it is missing.
  private mutating func directory(_ path: String) throws(KernelError) -> MountPoint {
    if path == "/" { return MountPoint(try open("/", in: try root(), [.path, .directory])) }
    if folder == nil || folderPath != split(path).above {
      do throws(KernelError) {
        return MountPoint(
          try outsideProc(try open(path, in: try root(), [.path, .directory]), path))
      } catch {
        guard error.errno == .noSuchFileOrDirectory else { throw error }
      }
    }
    let (above, name) = try openFolder(above: path)
    // In a procfs none can be made.
    if mkdirat(above, name, 0o755) == 0 { return MountPoint(new: name, in: above) }
    // It is there, and may be a link: then it leads to another place within the root.
    return MountPoint(try outsideProc(try openOrMakeDirectory(path, in: try root()), path))
  }

  /// Forgets the open directory when something is mounted over it, or over one above it.
  mutating func forgetFolder(below path: String) {
    if isPath(folderPath, atOrBelow: path) { folder = nil }
  }
}
