import CLinux
import Glibc

/// A file without a name, in memory (`memfd_create(2)`), close-on-exec.
public func makeMemoryFile(_ name: String, holding bytes: [UInt8] = []) throws(KernelError)
  -> Descriptor
{
  let file = Descriptor(
    owning: try check("memfd_create", name) { apus_memfd_create(name, 1 /* MFD_CLOEXEC */) })
  try write(bytes, to: file.number, path: name)
  let number = file.number
  try check("lseek", name) { lseek(number, 0, SEEK_SET) }
  return file
}
