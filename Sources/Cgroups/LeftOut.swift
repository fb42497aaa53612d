import OCISpec

/// A setting of config.json that is not made, without harm to anybody.
public struct LeftOut: Equatable, Sendable {
  /// The JSON pointer into config.json.
  public let pointer: String
  /// Why.
  public let reason: String
}

extension CgroupPaths {
  /// What is not set of these.
  public func leftOut(of resources: Spec.Linux.Resources) -> [LeftOut] {
    leftOut(of: resources.memory) + leftOut(of: resources.cpu) + leftOut(of: resources.unified)
  }

  /// What this host's kernel has nothing for.
  private func leftOut(of memory: Spec.Linux.Resources.Memory?) -> [LeftOut] {
    guard let memory else { return [] }
    var names: [String] = []
    if given(memory.kernel) != nil { names.append("kernel") }
    if memory.useHierarchy == false { names.append("useHierarchy") }
    if self["memory"] == nil {
      if given(memory.kernelTCP) != nil { names.append("kernelTCP") }
      if memory.swappiness != nil { names.append("swappiness") }
      if memory.disableOOMKiller == true { names.append("disableOOMKiller") }
    }
    return names.map {
      LeftOut(
        pointer: "/linux/resources/memory/\($0)",
        reason: "this host's cgroups have no such setting any more")
    }
  }

  private func leftOut(of cpu: Spec.Linux.Resources.CPU?) -> [LeftOut] {
    guard let cpu, cpu.idle == 1, given(cpu.shares) != nil else { return [] }
    return [LeftOut(pointer: "/linux/resources/cpu/shares", reason: Self.idleHasNoWeight)]
  }

  private func leftOut(of unified: [String: String]?) -> [LeftOut] {
    guard let unified, isIdle(unified), unified["cpu.weight"] != nil else { return [] }
    return [LeftOut(pointer: "/linux/resources/unified/cpu.weight", reason: Self.idleHasNoWeight)]
  }

  private static let idleHasNoWeight =
    "unable to apply both, for a cgroup that is idle (cpu.idle) has no weight"
}

/// Whether files of cgroup v2 make it idle; the kernel then refuses a weight.
func isIdle(_ unified: [String: String]) -> Bool {
  unified["cpu.idle"].map { $0.split(separator: "\n").first == "1" } ?? false
}
