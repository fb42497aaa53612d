extension Spec.Linux {
  /// The namespace of a type, made or joined; nil if the container shares the runtime's.
  func namespace(_ type: String) -> Namespace? { namespaces?.first { $0.type == type } }

  func check(_ report: inout Report, at pointer: String) {
    checkNamespaces(&report, at: "\(pointer)/namespaces")
    checkUserMappings(&report, at: pointer)
    checkTimeOffsets(&report, at: "\(pointer)/timeOffsets")
    checkSysctl(&report, at: "\(pointer)/sysctl")
    report.rejectNUL(in: cgroupsPath, at: "\(pointer)/cgroupsPath")
    if let cgroupsPath, cgroupsPath.utf8.count > 4095 {
      report.add("\(pointer)/cgroupsPath", "longer than a path may be, 4095 bytes")
    }
    resources?.check(&report, at: "\(pointer)/resources")
    checkDevices(&report, at: "\(pointer)/devices")
    checkNetworkDevices(&report, at: "\(pointer)/netDevices")
    seccomp?.check(&report, at: "\(pointer)/seccomp")
    checkPaths(&report, at: pointer)
    report.rejectNUL(in: mountLabel, at: "\(pointer)/mountLabel")
    intelRdt?.check(&report, at: "\(pointer)/intelRdt")
    memoryPolicy?.check(&report, at: "\(pointer)/memoryPolicy")
    if let personality {
      report.require(
        personality.domain, among: Vocabulary.personalityDomains, "execution domain",
        at: "\(pointer)/personality/domain")
    }
  }

  func warn(_ report: inout Report, at pointer: String) {
    resources?.warn(&report, at: "\(pointer)/resources")
    for (index, flag) in (personality?.flags ?? []).enumerated() {
      report.add(
        "\(pointer)/personality/flags/\(index)", "ignored: unknown flag \(quoted(flag))")
    }
    if let schema = intelRdt?.l3CacheSchema, !schema.isEmpty {
      if !schema.utf8.starts(with: "L3:".utf8) || schema.utf8.contains(0x0A) {
        report.add(
          "\(pointer)/intelRdt/l3CacheSchema", "should be one line that begins with L3:")
      }
    }
  }

  private func checkPaths(_ report: inout Report, at pointer: String) {
    if let rootfsPropagation, !rootfsPropagation.isEmpty {
      report.require(
        rootfsPropagation, among: Vocabulary.rootfsPropagations, "propagation",
        at: "\(pointer)/rootfsPropagation")
    }
    func check(_ paths: [String]?, at pointer: String) {
      guard let paths, !paths.isEmpty else { return }
      for (index, path) in paths.enumerated() {
        report.requireAbsolute(path, at: "\(pointer)/\(index)")
      }
      if namespace("mount") == nil {
        report.add(
          pointer, "needs a mount namespace, or the host's paths would be covered",
          hint: "add {\"type\": \"mount\"} to /linux/namespaces")
      }
    }
    check(maskedPaths, at: "\(pointer)/maskedPaths")
    check(readonlyPaths, at: "\(pointer)/readonlyPaths")
  }

  /// The second of two at one path would find a file that is not the device.
  private func checkDevices(_ report: inout Report, at pointer: String) {
    guard let devices, !devices.isEmpty else { return }
    var paths: Set<String> = []
    for (index, device) in devices.enumerated() {
      let here = "\(pointer)/\(index)"
      device.check(&report, at: here)
      guard !paths.insert(device.path).inserted,
        let earlier = devices.firstIndex(where: { $0.path == device.path })
      else { continue }
      if !device.isSameNode(as: devices[earlier]) {
        report.add("\(here)/path", "\(pointer)/\(earlier) is another device at the same path")
      }
    }
  }

  private func checkNetworkDevices(_ report: inout Report, at pointer: String) {
    guard let netDevices, !netDevices.isEmpty else { return }
    if namespace("network") == nil {
      report.add(
        pointer, "needs a network namespace to move the devices to",
        hint: "add {\"type\": \"network\"} to /linux/namespaces")
    }
    var names: [String: String] = [:]
    for (name, device) in netDevices.sorted(by: { $0.key < $1.key }) {
      let here = entry(name, of: pointer)
      let final = device.name.flatMap { $0.isEmpty ? nil : $0 } ?? name
      // The kernel numbers those with a %d.
      if let other = names.updateValue(name, forKey: final), !final.hasSuffix("%d") {
        report.add(here, "\(entry(other, of: pointer)) has the name \(quoted(final)) inside, too")
      }
      if !isInterfaceName(name) {
        report.add(here, "\(quoted(name)) can't be a network device's name")
      }
      if let inside = device.name, !inside.isEmpty, !isInterfaceName(inside) {
        report.add("\(here)/name", "\(quoted(inside)) can't be a network device's name")
      }
    }
  }
}

/// As the kernel's dev_valid_name: at most 15 bytes, no space, slash or colon.
private func isInterfaceName(_ name: String) -> Bool {
  (1...15).contains(name.utf8.count) && name != "." && name != ".."
    && !name.utf8.contains { byte in
      byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: " ")
        || byte == 0 || (0x09...0x0D).contains(byte)
    }
}

extension Spec.Linux.Device {
  fileprivate func isSameNode(as other: Self) -> Bool {
    let isCharacter = (type == "c" || type == "u") && (other.type == "c" || other.type == "u")
    return (isCharacter || type == other.type) && major == other.major && minor == other.minor
  }

  func check(_ report: inout Report, at pointer: String) {
    report.requireAbsolute(path, at: "\(pointer)/path")
    report.require(type, among: ["b", "c", "u", "p"], "type of device", at: "\(pointer)/type")
    // The kernel's dev_t has 12 bits for the major and 20 for the minor number.
    if type != "p", !(0..<1 << 12).contains(major) {
      report.add("\(pointer)/major", "\(major) is not within 0 to 4095")
    }
    if type != "p", !(0..<1 << 20).contains(minor) {
      report.add("\(pointer)/minor", "\(minor) is not within 0 to 1048575")
    }
  }
}

extension Spec.Linux.IntelRdt {
  func check(_ report: inout Report, at pointer: String) {
    if let closID, closID != "/" {
      // It becomes a directory's name in resctrl.
      if closID == "." || closID == ".." || closID.utf8.contains(UInt8(ascii: "/")) {
        report.add("\(pointer)/closID", "\(quoted(closID)) can't be a directory's name")
      }
      report.rejectNUL(in: closID, at: "\(pointer)/closID")
    }
    if let memBwSchema, !memBwSchema.isEmpty {
      if !memBwSchema.utf8.starts(with: "MB:".utf8) || memBwSchema.utf8.contains(0x0A) {
        report.add("\(pointer)/memBwSchema", "must be one line that begins with MB:")
      }
    }
    for (index, line) in (schemata ?? []).enumerated() where line.utf8.contains(0x0A) {
      report.add("\(pointer)/schemata/\(index)", "must be one line")
    }
  }
}

extension Spec.Linux.MemoryPolicy {
  func check(_ report: inout Report, at pointer: String) {
    // "invalid memory policy" is what runc says, and its tests look for.
    report.require(
      mode, among: Vocabulary.memoryPolicyModes, "memory policy mode", at: "\(pointer)/mode",
      isCalled: "invalid")
    for (index, flag) in (flags ?? []).enumerated() {
      report.require(
        flag, among: Vocabulary.memoryPolicyFlags, "memory policy flag",
        at: "\(pointer)/flags/\(index)", isCalled: "invalid")
    }
    let list = nodes ?? ""
    let known = numbers(in: list)
    if !list.isEmpty, known == nil {
      report.add(
        "\(pointer)/nodes", "invalid memory policy nodes \(quoted(list))",
        hint: "write it like 0-3,7")
    }
    let hasNodes = !list.isEmpty
    switch mode {
    case "MPOL_DEFAULT", "MPOL_LOCAL":
      if hasNodes {
        let count = (known ?? []).reduce(0) { $0 + $1.count }
        report.add(
          "\(pointer)/nodes", "\(mode) takes no nodes: the mode requires 0 nodes but got \(count)")
      }
    case "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED_MANY":
      if !hasNodes { report.add("\(pointer)/nodes", "\(mode) needs at least one node") }
    default: break
    }
  }
}
