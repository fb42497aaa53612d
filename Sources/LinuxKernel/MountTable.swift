import CLinux
import Glibc

/// The mounts of this process's namespace, as `proc_pid_mountinfo(5)` lists them. It may be long:
/// only for what can't be done without.
struct MountTable {
  /// One line of it.
  struct Entry {
    let id: Substring
    let parent: Substring
    /// The directory of the file system that is its root.
    let root: Substring
    /// Where it is.
    let path: String
    let type: Substring
  }

  private let entries: [Entry]

  /// Reads it.
  /// - Parameter procfs: a procfs that nothing can be mounted over.
  init(_ procfs: Int32) throws(KernelError) {
    let text = String(decoding: try readFile("self/mountinfo", at: procfs), as: UTF8.self)
    entries = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, dash + 1 < fields.count else {
        return nil
      }
      return Entry(
        id: fields[0], parent: fields[1], root: fields[3], path: unescaped(fields[4]),
        type: fields[dash + 1])
    }
  }

  /// Mounts of a whole procfs or sysfs. Where there is one with nothing on its root, the kernel lets
  /// every user namespace mount another, bare of all masks.
  /// - Parameter tree: the mount of which those in it don't count.
  func wholeKernelFilesystems(outside tree: String) -> [Entry] {
    entries.filter { entry in
      (entry.type == "proc" || entry.type == "sysfs") && entry.root == "/"
        && !entries.contains { $0.parent == entry.id && $0.path == entry.path }
        && !isInTree(entry, tree)
    }
  }

  private func isInTree(_ entry: Entry, _ tree: String) -> Bool {
    var entry = entry
    for _ in entries {
      if entry.id == tree { return true }
      guard let parent = entries.first(where: { $0.id == entry.parent }) else { return false }
      entry = parent
    }
    return false
  }
}

/// A path as it was before space, tab, newline and backslash were written as octal numbers.
private func unescaped(_ field: Substring) -> String {
  guard field.contains("\\") else { return String(field) }
  var bytes: [UInt8] = []
  var rest = field.utf8[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "\\"), rest.count >= 3,
      let escaped = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
    {
      bytes.append(escaped)
      rest.removeFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Covers what is left of the host's procfs and sysfs, which takes them out of sight of the kernel's
/// check (``MountTable/wholeKernelFilesystems(outside:)``).
///
/// They are not unmounted: where mounts are shared, and one lies over another or has more below it, that
/// would reach the host.
/// - Parameters:
///   - root: the mount that is to be the container's root.
///   - procfs: a procfs that nothing can be mounted over.
func coverKernelFilesystems(outside root: Int32, _ procfs: Int32) throws(KernelError) {
  let tree = String(try mountID(of: root, path: "the rootfs"))
  while true {
    let left = try MountTable(procfs).wholeKernelFilesystems(outside: tree)
    guard let last = left.last else { return }
    var isCovered = false
    for entry in left.reversed() where !isCovered { isCovered = try cover(entry) }
    if !isCovered {
      throw KernelError(
        call: "cover, below what is mounted over it, the \(last.type) at", subject: last.path,
        errno: .resourceBusy)
    }
  }
}

/// - Returns: false when the path leads to another mount, which hides this one.
private func cover(_ entry: MountTable.Entry) throws(KernelError) -> Bool {
  let place: Descriptor
  do throws(KernelError) {
    place = try open(entry.path, [.path, .directory])
  } catch {
    if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return false }
    throw error
  }
  guard String(try mountID(of: place.number, path: entry.path)) == entry.id else { return false }
  // What is mounted on it would be so for all its peers, the host's among them.
  try setAttributes(of: place.number, propagation: .private, path: entry.path)
  let empty = try makeMount(of: "tmpfs", source: "tmpfs", parameters: [], attributes: .readOnly)
  try attach(empty, on: place.number, path: entry.path)
  return true
}

/// The number by which the mount table calls the mount that a descriptor is in (`statx(2)`).
func mountID(of descriptor: Int32, path: String) throws(KernelError) -> UInt64 {
  var id: UInt64 = 0
  try check("statx", path) { apus_mount_id(descriptor, &id) }
  return id
}
