import Glibc
import LinuxKernel

/// The mounts of a container that has no mount namespace: they are made among the host's, and don't
/// go away by themselves. All are below the one that lies on the root file system.
enum HostMounts {
  /// In the container's folder: the number of the mount that the root file system is in, and its path.
  private static let file = "mounts"

  /// Writes down what there is before the first of them is made.
  static func note(below rootfs: String, in folder: Int32) throws(KernelError) {
    guard let real = realpath(rootfs, nil) else {
      throw KernelError(call: "realpath", subject: rootfs, errno: .last)
    }
    defer { free(real) }
    let path = String(cString: real)
    let text = "\(try mountNumber(at: path)) \(path)"
    try replaceFile(file, with: Array(text.utf8), mode: 0o600, at: folder, path: file)
  }

  /// Unmounts them, if there are any. What somebody has mounted there before the container was made
  /// stays.
  static func undo(notedIn folder: Int32) throws(KernelError) {
    guard let bytes = try? readFile(file, at: folder) else { return }
    let parts = bytes.split(separator: UInt8(ascii: " "), maxSplits: 1)
    guard parts.count == 2, let before = UInt64(String(decoding: parts[0], as: UTF8.self)) else {
      return
    }
    let path = String(decoding: parts[1], as: UTF8.self)
    guard let now = try? mountNumber(at: path), now != before else { return }
    try detachMount(at: path)
  }
}
