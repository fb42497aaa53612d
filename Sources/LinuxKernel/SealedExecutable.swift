import CLinux
import Glibc

/// Goes on as the same program from a file that nobody can write to: a container that gets hold of
/// `/proc/PID/exe` of a process on its way in could overwrite the host's (CVE-2019-5736).
///
/// Returns only where that is so already, or can't be had.
/// - Parameters:
///   - arguments: argv, terminated by nil.
///   - environment: envp, terminated by nil.
public func sealExecutable(
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
  _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) throws(KernelError) {
  let path = "/proc/self/exe"
  if try isSealed(path) {
    // The kernel has named us after the descriptor that we were executed by.
    _ = "apus".withCString { apus_prctl(15 /* PR_SET_NAME */, UInt(bitPattern: $0), 0, 0, 0) }
    return
  }
  var file = readOnlyMount(path)
  if file == nil { file = try copyInMemory(path) }
  let number = file?.number ?? -1
  try check("execveat", path) { apus_execveat(number, "", arguments, environment, 0x1000) }
}

/// A mount of the file alone, attached nowhere; nil for whoever may not mount.
private func readOnlyMount(_ path: String) -> Descriptor? {
  guard let mount = try? cloneTree(path, recursive: false),
    (try? setAttributes(of: mount.number, set: .readOnly, path: path)) != nil
  else { return nil }
  return mount
}

/// On a mount of its own that is read-only and attached nowhere, or a memory file with seals. A
/// file system of the host that is read-only now may be writable when the container still has it.
private func isSealed(_ path: String) throws(KernelError) -> Bool {
  let name = try readLink(path)
  guard name == "/" else { return name.hasPrefix("/memfd:") }
  var found = statvfs()
  try check("statvfs", path) { statvfs(path, &found) }
  return found.f_flag & UInt(ST_RDONLY) != 0
}

/// A copy that is closed to all changes.
private func copyInMemory(_ path: String) throws(KernelError) -> Descriptor {
  let source = try open(path, .readOnly)
  let copy = Descriptor(
    owning: try check("memfd_create", "apus") {
      apus_memfd_create("apus", 0x3 /* MFD_CLOEXEC | MFD_ALLOW_SEALING */)
    })
  let (from, to) = (source.number, copy.number)
  while try check("sendfile", path, { sendfile(to, from, nil, 1 << 30) }) > 0 {}
  // F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
  try check("fcntl F_ADD_SEALS", path) { apus_fcntl(to, 1033, 0xf) }
  return copy
}
