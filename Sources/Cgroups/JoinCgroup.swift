import LinuxKernel

// Who moves a process from one cgroup to another by its number makes the kernel wait until every
// processor has taken notice (an RCU grace period), for milliseconds. Nobody waits for a process that
// is born in a cgroup, nor for a thread that moves itself, and itself alone.

extension CgroupPaths {
  /// Makes a process that is born in the cgroup of v2, where there is one.
  /// - Parameter other: a process of the container, whose cgroup is taken where the container's own
  ///   hands controllers down and so can't hold a process, as under an init that manages cgroups.
  public func clone(into kinds: [NamespaceKind], besides other: Int32) throws(KernelError) -> Cloned
  {
    guard let path = self[""] else { return try LinuxKernel.clone(into: kinds) }
    do throws(KernelError) {
      return try clone(into: kinds, bornIn: path)
    } catch {
      if error.errno == .resourceBusy, let below = cgroup(of: other, below: path) {
        return try clone(into: kinds, bornIn: below)
      }
      throw explained(error, path)
    }
  }

  private func clone(into kinds: [NamespaceKind], bornIn path: String) throws(KernelError) -> Cloned
  {
    let cgroup = try open(path, [.path, .directory])
    return try LinuxKernel.clone(into: kinds, cgroup: cgroup.number)
  }

  /// Puts this process, which has one thread, into the cgroups of v1.
  public func join() throws(KernelError) {
    let born = self[""]
    for path in distinct where path != born { try writeFile("\(path)/tasks", "0") }
  }

  private func cgroup(of pid: Int32, below path: String) -> String? {
    guard pid > 0, let bytes = try? readKernelFile("/proc/\(pid)/cgroup") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("0::/") }
    guard let line else { return nil }
    let mountPoint = isUnified ? CgroupLayout.mountPoint : CgroupLayout.mountPoint + "/unified"
    let below = mountPoint + line.dropFirst(3)
    return below.hasPrefix("\(path)/") ? below : nil
  }

  /// What cgroups(7) has of domains and threads, where that is in the way.
  private func explained(_ error: KernelError, _ path: String) -> KernelError {
    guard let bytes = try? readKernelFile("\(path)/cgroup.type") else { return error }
    let type = String(decoding: bytes.dropLast(), as: UTF8.self)
    guard type != "domain" || error.errno == .resourceBusy else { return error }
    let why =
      type == "domain"
      ? "hands controllers down and so may have no process of its own"
      : "is of type \"\(type)\", for one above it has processes or threads of its own"
    return KernelError(
      call: "make it in a cgroup that \(why),", subject: path, errno: error.errno)
  }
}
