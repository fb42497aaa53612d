import CLinux
import Glibc
import LinuxKernel

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
  mutating func place(of mount: PlannedMount, isDirectory: Bool) throws(KernelError) -> Descriptor {
    let path = mount.destination
    if mount.mustBeProcfs { return try openOrdinaryDirectory(path, in: try root()) }
    guard mount.options.followsDestination else {
      let place = try open(path, in: try root(), [.path, .noFollow])
      switch try filesystemType(of: place.number, path: path) {
      // A link of these is what the kernel says of itself: nothing to be covered.
      case 0x9fa0 /* PROC_SUPER_MAGIC */, 0x6265_6572 /* SYSFS_MAGIC */, 0x1cd1 /* DEVPTS */:
        throw KernelError(
          call: "mount on a file of the kernel's own,", subject: path, errno: .notPermitted)
      default: return place
      }
    }
    return try outsideProc(
      isDirectory ? try directory(path) : try openOrMakeFile(path, in: try root()), path)
  }

  /// A directory to mount on, made where it is missing.
  mutating func directory(_ path: String) throws(KernelError) -> Descriptor {
    if path == "/" { return try open("/", in: try root(), [.path, .directory]) }
    if folder == nil || folderPath != split(path).above {
      do throws(KernelError) {
        return try open(path, in: try root(), [.path, .directory])
      } catch {
        guard error.errno == .noSuchFileOrDirectory else { throw error }
      }
    }
    let (above, name) = try openFolder(above: path)
    if mkdirat(above, name, 0o755) == 0 {
      return try open(name, [.path, .directory, .noFollow], at: above)
    }
    // It is there, and may be a link: then it leads to another place within the root.
    return try openOrMakeDirectory(path, in: try root())
  }

  /// Forgets the open directory when something is mounted over it, or over one above it.
  mutating func forgetFolder(below path: String) {
    if isPath(folderPath, atOrBelow: path) { folder = nil }
  }
}
