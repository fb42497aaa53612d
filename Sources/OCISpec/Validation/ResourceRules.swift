extension Spec.Linux.Resources {
  /// Checks limits that stand alone, as in an update.
  ///
  /// - Returns: what is wrong, by JSON pointers into them.
  public func validate() -> [Violation] {
    var report = Report()
    check(&report, at: "")
    return report.violations
  }

  func check(_ report: inout Report, at pointer: String) {
    for (index, rule) in (devices ?? []).enumerated() {
      rule.check(&report, at: "\(pointer)/devices/\(index)")
    }
    memory?.check(&report, at: "\(pointer)/memory")
    cpu?.check(&report, at: "\(pointer)/cpu")
    for (index, device) in (blockIO?.weightDevice ?? []).enumerated()
    where device.weight == nil && device.leafWeight == nil {
      report.add(
        "\(pointer)/blockIO/weightDevice/\(index)", "needs a weight, a leafWeight or both")
    }
    for (index, limit) in (hugepageLimits ?? []).enumerated() where !limit.hasPageSize {
      report.add(
        "\(pointer)/hugepageLimits/\(index)/pageSize",
        "\(quoted(limit.pageSize)) is not a page size", hint: "write it like 2MB")
    }
    checkRDMA(&report, at: "\(pointer)/rdma")
    checkUnified(&report, at: "\(pointer)/unified")
  }

  func warn(_ report: inout Report, at pointer: String) {
    for (index, rule) in (devices ?? []).enumerated() {
      rule.warn(&report, at: "\(pointer)/devices/\(index)")
    }
  }

  private func checkRDMA(_ report: inout Report, at pointer: String) {
    guard let rdma, !rdma.isEmpty else { return }
    for (device, limits) in rdma.sorted(by: { $0.key < $1.key })
    where limits.hcaHandles == nil && limits.hcaObjects == nil {
      report.add(entry(device, of: pointer), "needs hcaHandles, hcaObjects or both")
    }
  }

  private func checkUnified(_ report: inout Report, at pointer: String) {
    guard let unified, !unified.isEmpty else { return }
    for (file, value) in unified.sorted(by: { $0.key < $1.key }) {
      let here = entry(file, of: pointer)
      // A slash would lead out of the container's cgroup.
      if file.utf8.contains(UInt8(ascii: "/")) || !file.utf8.contains(UInt8(ascii: "."))
        || file.utf8.first == UInt8(ascii: ".") || file.utf8.contains(0)
      {
        report.add(
          here, "\(quoted(file)) is not a file of a cgroup", hint: "write it like memory.high")
      }
      report.rejectNUL(in: value, at: here)
    }
  }
}

extension Spec.Linux.Resources.DeviceRule {
  fileprivate func check(_ report: inout Report, at pointer: String) {
    if let type, !type.isEmpty {
      report.require(type, among: ["a", "b", "c"], "type of device", at: "\(pointer)/type")
    }
    check(major, &report, at: "\(pointer)/major")
    check(minor, &report, at: "\(pointer)/minor")
    let access = access ?? ""
    // As in runc, others may stand beside these: see warn.
    if !access.utf8.contains(where: Self.isAccess) {
      report.add(
        "\(pointer)/access",
        access.isEmpty ? "required, but missing" : "unknown access \(quoted(access))",
        hint: "made of r (read), w (write) and m (mknod)")
    }
  }

  /// The kernel's cgroups take numbers of 32 bits; -1 stands for all.
  private func check(_ number: Int64?, _ report: inout Report, at pointer: String) {
    if let number, number < -1 || number > UInt32.max {
      report.add(pointer, "\(number) is not within -1 to \(UInt32.max)")
    }
  }

  fileprivate func warn(_ report: inout Report, at pointer: String) {
    guard let access, !access.utf8.allSatisfy(Self.isAccess) else { return }
    report.add(
      "\(pointer)/access", "ignored of \(quoted(access)): all but r, w and m")
  }

  private static func isAccess(_ letter: UInt8) -> Bool {
    letter == UInt8(ascii: "r") || letter == UInt8(ascii: "w") || letter == UInt8(ascii: "m")
  }
}

extension Spec.Linux.Resources.Memory {
  fileprivate func check(_ report: inout Report, at pointer: String) {
    if let swappiness, swappiness > 100 {
      report.add("\(pointer)/swappiness", "\(swappiness) is not within 0 to 100")
    }
    // `swap` counts memory and swap together.
    if let limit, let swap, limit > 0, swap > 0, swap < limit {
      report.add("\(pointer)/swap", "\(swap) is less than the limit of memory alone, \(limit)")
    }
  }
}

extension Spec.Linux.Resources.CPU {
  /// The kernel's lists can do more: "0-31:1/2", "all", "N" for the last; a NUL is told by itself.
  private func isKernelsOwn(_ list: String?) -> Bool {
    list?.utf8.contains { ":Nal\0".utf8.contains($0) } ?? false
  }

  fileprivate func check(_ report: inout Report, at pointer: String) {
    if let quota, let burst, quota > 0, burst > UInt64(quota) {
      report.add("\(pointer)/burst", "\(burst) is more than the quota, \(quota)")
    }
    if let idle, idle != 0, idle != 1 {
      report.add("\(pointer)/idle", "\(idle) is neither 0 nor 1")
    }
    report.rejectNUL(in: cpus, at: "\(pointer)/cpus")
    report.rejectNUL(in: mems, at: "\(pointer)/mems")
    if !isKernelsOwn(cpus) { report.checkList(cpus, of: "CPUs", at: "\(pointer)/cpus") }
    if !isKernelsOwn(mems) { report.checkList(mems, of: "memory nodes", at: "\(pointer)/mems") }
  }
}

extension Spec.Linux.Resources.HugepageLimit {
  /// The size becomes part of a file's name, so that nothing else may stand there.
  fileprivate var hasPageSize: Bool {
    let digits = pageSize.utf8.prefix { (0x30...0x39).contains($0) }
    let unit = pageSize.utf8.dropFirst(digits.count)
    return !digits.isEmpty && ["KB", "MB", "GB"].contains { unit.elementsEqual($0.utf8) }
  }
}
