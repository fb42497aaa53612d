import Glibc

/// A Linux security module that labels processes.
public enum SecurityModule: String, CaseIterable, Sendable, Hashable {
  /// Labels are names of profiles (`apparmor(7)`).
  case appArmor = "AppArmor"
  /// Labels are contexts (`selinux(8)`).
  case selinux = "SELinux"

  /// Whether it is at work in this kernel.
  public var isEnabled: Bool {
    switch self {
    case .appArmor:
      (try? readFile("/sys/module/apparmor/parameters/enabled"))?.first == UInt8(ascii: "Y")
    case .selinux: access("/sys/fs/selinux/enforce", F_OK) == 0
    }
  }

  /// Has this process change to a label at its next exec.
  /// - Parameter procfs: a procfs that nothing can be mounted over.
  public func label(nextExec label: String, _ procfs: Int32) throws(KernelError) {
    switch self {
    case .appArmor:
      do throws(KernelError) {
        try writeFile("self/attr/apparmor/exec", "exec \(label)", at: procfs)
      } catch {
        // Where AppArmor can't be one of several modules, the file is not its own.
        guard error.errno == .noSuchFileOrDirectory else { throw error }
        try writeFile("self/attr/exec", "exec \(label)", at: procfs)
      }
    case .selinux: try writeFile("self/attr/exec", label, at: procfs)
    }
  }
}
