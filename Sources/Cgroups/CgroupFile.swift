import Glibc
import LinuxKernel

/// Writes into the files of cgroups, and keeps the last one open: device rules, of which each takes
/// a write of its own, go to one file.
public struct CgroupFile: ~Copyable {
  private var path = ""
  private var file: Descriptor?

  /// None is open yet.
  public init() {}

  /// Writes a value, in one write.
  public mutating func write(_ write: CgroupWrite) throws(KernelError) {
    let path = "\(write.directory)/\(write.file)"
    if file == nil || path != self.path {
      file = try open(path, .writeOnly)
      self.path = path
    }
    let number = file?.number ?? -1
    try check("write \(write.value) to", path) {
      Array(write.value.utf8).withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
    }
  }
}
