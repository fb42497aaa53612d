import CLinux
import Glibc

/// A kind of namespace (`namespaces(7)`), in the order in which runc lists them.
public enum NamespaceKind: String, CaseIterable, Sendable, Hashable {
  /// Process IDs (`pid_namespaces(7)`).
  case pid
  /// Network devices, addresses, ports (`network_namespaces(7)`).
  case network
  /// System V IPC and POSIX message queues (`ipc_namespaces(7)`).
  case ipc
  /// Host and NIS domain name (`uts_namespaces(7)`).
  case uts
  /// Mount points (`mount_namespaces(7)`).
  case mount
  /// Users, groups and capabilities (`user_namespaces(7)`).
  case user
  /// The root of the cgroups that are seen (`cgroup_namespaces(7)`).
  case cgroup
  /// The monotonic and the boot-time clock (`time_namespaces(7)`).
  case time

  /// The flag of clone3, unshare and setns.
  public var cloneFlag: UInt64 {
    switch self {
    case .pid: 0x2000_0000
    case .network: 0x4000_0000
    case .ipc: 0x0800_0000
    case .uts: 0x0400_0000
    case .mount: 0x0002_0000
    case .user: 0x1000_0000
    case .cgroup: 0x0200_0000
    case .time: 0x0000_0080
    }
  }

  /// Its file's name under `/proc/PID/ns`.
  public var procName: String {
    switch self {
    case .pid: "pid"
    case .network: "net"
    case .ipc: "ipc"
    case .uts: "uts"
    case .mount: "mnt"
    case .user: "user"
    case .cgroup: "cgroup"
    case .time: "time"
    }
  }
}

/// Joins the namespace that `descriptor` refers to; the kernel checks that it is of `kind`.
public func join(_ kind: NamespaceKind, _ descriptor: borrowing Descriptor, path: String)
  throws(KernelError)
{
  let number = descriptor.number
  try check("setns to the \(kind.rawValue) namespace", path) {
    apus_setns(number, Int32(truncatingIfNeeded: kind.cloneFlag))
  }
}

/// Joins several namespaces of one process at once, through its pidfd (setns(2), Linux 5.8).
public func join(_ kinds: [NamespaceKind], of pidfd: Int32) throws(KernelError) {
  let flags = kinds.reduce(0) { $0 | $1.cloneFlag }
  try check("setns", "to \(kinds.map(\.rawValue).joined(separator: ", "))") {
    apus_setns(pidfd, Int32(truncatingIfNeeded: flags))
  }
}

/// Leaves the namespaces of `kinds` for new ones.
public func unshare(_ kinds: [NamespaceKind]) throws(KernelError) {
  let flags = kinds.reduce(0) { $0 | $1.cloneFlag }
  try check("unshare", kinds.map(\.rawValue).joined(separator: ", ")) {
    apus_unshare(Int32(truncatingIfNeeded: flags))
  }
}
