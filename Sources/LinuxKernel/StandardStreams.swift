import CLinux
import Glibc
import SystemPackage

/// Makes sure of the descriptors that this program was started with: the standard streams are open,
/// so that no file of ours becomes one, and the others end at exec unless ``passOn(count:)`` keeps
/// them (CVE-2024-21626).
public func secureInheritedDescriptors() throws(KernelError) {
  try openStandardStreams()
  try closeAtExec(from: 3)
}

/// Opens the null device as each standard stream that this program was started without.
public func openStandardStreams() throws(KernelError) {
  for stream in Int32(0)...2 where apus_fcntl(stream, F_GETFD, 0) < 0 {
    // open takes the lowest number that is free.
    try check("open", "/dev/null") { apus_openat(currentDirectory, "/dev/null", O_RDWR, 0) }
  }
}

/// Lets the next program have the descriptors 3, 4, … of this number, and none after them.
public func passOn(count: Int) throws(KernelError) {
  let end = 3 + Int32(count)
  for number in 3..<end {
    try check("fcntl F_SETFD", "descriptor \(number)") { apus_fcntl(number, F_SETFD, 0) }
  }
  try closeAtExec(from: end)
}

private func closeAtExec(from first: Int32) throws(KernelError) {
  try check("close_range CLOSE_RANGE_CLOEXEC") {
    apus_close_range(UInt32(first), UInt32.max, 4 /* CLOSE_RANGE_CLOEXEC */)
  }
}

/// Gives the standard streams to the user of the container, who could not open them again as
/// `/dev/stdout` otherwise.
public func fixStandardStreams(owner uid: UInt32) throws(KernelError) {
  for stream in Int32(0)...2 {
    let found = try status(stream, path: "standard stream \(stream)")
    // The null device is the host's, and everybody's. It is known by its number: an image's
    // /dev/null may be any file (CVE-2026-88265).
    if found.st_uid == uid || found.isCharacterDevice(1, 3) { continue }
    do throws(KernelError) {
      try check("fchown to \(uid)", "standard stream \(stream)") { fchown(stream, uid, UInt32.max) }
    } catch {
      // An owner that is not mapped into our user namespace, or a file system that is read-only
      // or has no owners: it stays as it is.
      switch error.errno {
      case .invalidArgument, .notPermitted, .readOnlyFileSystem: continue
      default: throw error
      }
    }
  }
}
