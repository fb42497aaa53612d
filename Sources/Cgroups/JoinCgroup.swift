import LinuxKernel

// Who moves a process from one cgroup to another by its number makes the kernel wait until every
// processor has taken notice (an RCU grace period), for milliseconds. Nobody waits for a process that
// is born in a cgroup, nor for a thread that moves itself, and itself alone.

extension CgroupPaths {
  /// Makes a process that is born in the cgroup of v2, where there is one.
  /// - Parameter other: a process of the container, whose cgroup is taken where the container's own
  ///   can't hold a process: an init that manages cgroups has it hand controllers down, or has left it
  ///   for another. None (0) where that would not be what was asked for.
  public func clone(into kinds: [NamespaceKind], besides other: Int32) throws(KernelError) -> Cloned
  {
    guard let path = self[""] else { return try LinuxKernel.clone(into: kinds) }
    do throws(KernelError) {
      return try clone(into: kinds, bornIn: path)
    } catch {
      let mayBeElsewhere = error.errno == .resourceBusy || error.errno == .noSuchFileOrDirectory
      if mayBeElsewhere, let elsewhere = cgroup(of: other) {
        return try clone(into: kinds, bornIn: elsewhere)
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

  private func cgroup(of pid: Int32) -> String? {
    guard pid > 0, let bytes = try? readKernelFile("/proc/\(pid)/cgroup") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("0::/") }
    // One that is outside of our own cgroup namespace has no path here.
    guard let path = line.map({ String($0.dropFirst(3)) }), !components(of: path).contains("..")
    else { return nil }
    return CgroupLayout.mountPoint + (isUnified ? "" : "/unified") + path
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
