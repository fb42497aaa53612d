import CLinux
import Glibc

/// What clone3 returned, in each of the two processes.
public enum Cloned: ~Copyable {
  /// This is the new process.
  case child
  /// This is the one that called; the child, by its pidfd.
  case parent(ProcessDescriptor)
}

/// Makes a child process in new namespaces with one call (`clone3(2)`).
///
/// The child goes on in Swift: right only while the process has a single thread, because a lock
/// held by another thread would stay held for ever.
/// - Parameters:
///   - cgroup: a cgroup v2 directory in which the child is born.
///   - asSibling: the child becomes one of this process's parent, which alone may wait for it.
public func clone(
  into kinds: [NamespaceKind] = [], cgroup: Int32? = nil, asSibling: Bool = false
) throws(KernelError) -> Cloned {
  var pidfd: Int32 = -1
  var arguments = apus_clone_args()
  arguments.flags = kinds.reduce(0x1000 /* CLONE_PIDFD */) { $0 | $1.cloneFlag }
  if asSibling {
    arguments.flags |= 0x8000  // CLONE_PARENT, which takes the exit signal over, too
  } else {
    arguments.exit_signal = UInt64(SIGCHLD)
  }
  if let cgroup {
    arguments.flags |= 0x2_0000_0000  // CLONE_INTO_CGROUP
    arguments.cgroup = UInt64(cgroup)
  }
  let pid = try withUnsafeMutablePointer(to: &pidfd) { (address) throws(KernelError) -> Int in
    arguments.pidfd = UInt64(UInt(bitPattern: address))
    return try check("clone3", kinds.map(\.rawValue).joined(separator: ", ")) {
      apus_clone3(&arguments, MemoryLayout<apus_clone_args>.size)
    }
  }
  if pid == 0 { return .child }
  return .parent(ProcessDescriptor(pid: Int32(pid), owning: Descriptor(owning: pidfd)))
}
