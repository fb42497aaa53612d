import OCISpec

extension Spec.Linux.Resources {
  /// Limits for which the host lacks the controller, processor or memory node. 0 stands for no limit.
  func obstacles(_ host: HostAbilities, _ add: Spec.Add) {
    let root = "/linux/resources"
    func need(_ isAsked: Bool, _ v1: String, _ v2: String, _ pointer: String) {
      let controller = host.isUnified ? v2 : v1
      guard isAsked, !host.controllers.contains(controller) else { return }
      add(
        root + pointer, "the cgroups of this host have no controller \"\(controller)\"",
        host.isUnified
          ? "see /sys/fs/cgroup/cgroup.controllers, and cgroup_disable= of the kernel's command line"
          : "mount it below /sys/fs/cgroup", .error)
    }
    func isSet<N: BinaryInteger>(_ number: N?) -> Bool { (number ?? 0) != 0 }
    func isGiven(_ text: String?) -> Bool { text?.isEmpty == false }
    need(isSet(memory?.limit), "memory", "memory", "/memory/limit")
    need(isSet(memory?.reservation), "memory", "memory", "/memory/reservation")
    need(isSet(memory?.swap), "memory", "memory", "/memory/swap")
    need(isSet(cpu?.shares), "cpu", "cpu", "/cpu/shares")
    need(isSet(cpu?.quota), "cpu", "cpu", "/cpu/quota")
    need(isGiven(cpu?.cpus), "cpuset", "cpuset", "/cpu/cpus")
    need(isGiven(cpu?.mems), "cpuset", "cpuset", "/cpu/mems")
    need(isSet(pids?.limit), "pids", "pids", "/pids/limit")
    need(isSet(blockIO?.weight), "blkio", "io", "/blockIO/weight")
    need(
      hugepageLimits?.contains { $0.limit != 0 } == true, "hugetlb", "hugetlb", "/hugepageLimits")
    need(rdma?.isEmpty == false, "rdma", "rdma", "/rdma")
    if !host.isUnified {
      need(isSet(network?.classID), "net_cls", "", "/network/classID")
      need(network?.priorities?.isEmpty == false, "net_prio", "", "/network/priorities")
    }
    if isSet(memory?.swap), host.controllers.contains("memory"), host.limitsSwap == false {
      add(
        "\(root)/memory/swap", "this kernel counts no swap",
        "start it with swapaccount=1 on its command line", .error)
    }
    lists(cpu?.cpus, host.processors, "processor", "\(root)/cpu/cpus", add)
    lists(cpu?.mems, host.memoryNodes, "memory node", "\(root)/cpu/mems", add)
  }

  private func lists(
    _ list: String?, _ there: Set<Int>, _ what: String, _ pointer: String, _ add: Spec.Add
  ) {
    guard let list, !there.isEmpty, let ranges = numbers(in: list) else { return }
    if let missing = ranges.lazy.joined().first(where: { !there.contains($0) }) {
      let last = there.max() ?? 0
      add(pointer, "there is no \(what) \(missing) here; the last one is \(last)", nil, .error)
    }
  }
}
