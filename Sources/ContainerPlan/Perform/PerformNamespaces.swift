import CLinux
import Glibc
import LinuxKernel

extension ContainerPerformer {
  /// Joins the namespaces and goes on in a child: a PID namespace takes only children in. That is
  /// last, so nothing of the container ever sees a process that still has the host's root.
  mutating func enter(_ kinds: [NamespaceKind]) throws(KernelError) {
    let container = entered?.number ?? -1
    let sharesMounts = !kinds.contains(.mount)
    if sharesMounts { rootfs = try openRootOfInit() }
    hideFromContainer()
    // From here on /proc may be anything that the container has mounted there (CVE-2019-16884).
    if kinds.contains(.mount) { seesHost = false }
    // Another user than root has rights there by way of the user namespace, which comes first.
    if !isRoots {
      if !kinds.isEmpty { try join(kinds, of: container) }
    } else {
      // Not all of the others need belong to the container's user namespace. The host's root may
      // join any of them, but only as long as it is that.
      let others = kinds.filter { $0 != .user }
      if !others.isEmpty { try join(others, of: container) }
      if kinds.contains(.user) { try join([.user], of: container) }
    }
    if sharesMounts { try changeRoot { () throws(KernelError) in try makeCurrentDirectoryRoot() } }
    try goOnInChild([])
  }

  /// Where the mounts are the host's, only init's root is the container's.
  private mutating func openRootOfInit() throws(KernelError) -> Descriptor {
    let pid = entered?.pid ?? -1
    let root = try open("/proc/\(pid)/root", [.path, .directory])
    // Its number could be another process's by now.
    if try entered?.waitUntilEnded(milliseconds: 0) ?? true {
      throw KernelError(call: "open the root of", subject: "init", errno: .noSuchProcess)
    }
    return root
  }

  /// Goes on as a child, which takes this process's place in the eyes of the runtime.
  mutating func goOnInChild(_ kinds: [NamespaceKind]) throws(KernelError) {
    switch try clone(into: kinds, asSibling: true) {
    case .child:
      dieWithRuntime()
      setsid()
      // What the runtime did before it knows of this process would be done to the other one.
      if try runtime.receive().bytes.isEmpty { _exit(1) }
    case .parent(let child):
      try runtime.send([Message.entered.rawValue], with: child.number)
      _exit(0)
    }
  }

  mutating func becomeRoot(_ keepingGroups: Bool) throws(KernelError) {
    if !keepingGroups { try setGroups([]) }
    try LinuxKernel.becomeRoot()
    // The kernel takes these back at a change of user.
    dieWithRuntime()
    hideFromContainer()
  }

  /// SIGKILL when the runtime dies; a death before this call is seen at the next rendezvous.
  func dieWithRuntime() { _ = apus_prctl(1 /* PR_SET_PDEATHSIG */, 9, 0, 0, 0) }

  /// Nobody may look into a process that has the runtime's memory (CVE-2016-9962, CVE-2019-5736).
  func hideFromContainer() { _ = apus_prctl(4 /* PR_SET_DUMPABLE */, 0, 0, 0, 0) }
}
