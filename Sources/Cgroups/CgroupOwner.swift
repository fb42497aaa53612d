import Glibc
import LinuxKernel

extension CgroupPaths {
  /// Gives it to a user: the directory, and of its files those that delegation is made of
  /// (`cgroups(7)`, cgroup delegation), or where the kernel doesn't list them, the first three.
  public func handOver(to uid: UInt32) throws(KernelError) {
    let list = (try? readKernelFile("/sys/kernel/cgroup/delegate")).map {
      String(decoding: $0, as: UTF8.self)
    }
    let files = (list ?? "cgroup.procs\ncgroup.threads\ncgroup.subtree_control").split {
      $0 == "\n"
    }
    for path in distinct {
      try check("chown to \(uid)", path) { lchown(path, uid, UInt32.max) }
      for file in files {
        let path = "\(path)/\(file)"
        do throws(KernelError) {
          try check("chown to \(uid)", path) { lchown(path, uid, UInt32.max) }
        } catch {
          // Each is there with its controller only.
          guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
      }
    }
  }
}
