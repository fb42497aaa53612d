import Glibc
import LinuxKernel

/// What tests have to know of the machine that they are on.
enum Host {
  /// Whether there is one tree of cgroups for all controllers.
  static let isUnified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0

  /// Whether systemd is PID 1.
  static let hasSystemd = access("/run/systemd/system", F_OK) == 0

  static let hasAppArmor = SecurityModule.appArmor.isEnabled

  static let isRoot = geteuid() == 0

  /// Whether apus needs no libraries, and so no loader.
  static let hasStaticBinary = (try? shell("ldd \(variable("APUS"))").status) == 1

  /// Who makes cgroups for this user, as --cgroup-manager has it: for an ordinary one only systemd may.
  static let cgroupManagers =
    !isUnified || !hasSystemd ? ["cgroupfs"] : isRoot ? ["cgroupfs", "systemd"] : ["systemd"]

  /// Whether this process has CAP_SYS_RESOURCE, by which limits are raised.
  static let mayRaiseLimits = {
    let label = "CapEff:\t"
    let line = lines(of: "/proc/self/status").first { $0.hasPrefix(label) }
    return (UInt64(line?.dropFirst(label.count) ?? "", radix: 16) ?? 0) & 1 << 24 != 0
  }()

  /// Whether the kernel is this one or newer.
  static func isLinux(_ major: Int, _ minor: Int) -> Bool {
    let numbers = text(of: "/proc/sys/kernel/osrelease").split { !$0.isNumber }.compactMap {
      Int($0)
    }
    return !numbers.lexicographicallyPrecedes([major, minor])
  }

  /// The processors that this process may run on, as /proc has it.
  static var processors: String {
    let label = "Cpus_allowed_list:\t"
    let line = lines(of: "/proc/self/status").first { $0.hasPrefix(label) }
    return String(line?.dropFirst(label.count) ?? "")
  }
}
