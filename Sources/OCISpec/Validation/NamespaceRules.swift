extension Spec.Linux {
  func checkNamespaces(_ report: inout Report, at pointer: String) {
    var seen: [String] = []
    for (index, namespace) in (namespaces ?? []).enumerated() {
      let here = "\(pointer)/\(index)"
      report.require(
        namespace.type, among: Vocabulary.namespaces, "type of namespace", at: "\(here)/type")
      if seen.contains(namespace.type) {
        report.add("\(here)/type", "there is a \(namespace.type) namespace already")
      } else if seen.count < Vocabulary.namespaces.count {
        seen.append(namespace.type)
      }
      if let path = namespace.path, !path.isEmpty {
        report.requireAbsolute(path, at: "\(here)/path")
      }
    }
  }

  /// A new user namespace can do nothing without mappings. Engines also give those of one that is
  /// joined; whether they match can be told only on the host.
  func checkUserMappings(_ report: inout Report, at pointer: String) {
    checkUserMappings(uidMappings ?? [], &report, at: "\(pointer)/uidMappings")
    checkUserMappings(gidMappings ?? [], &report, at: "\(pointer)/gidMappings")
  }

  private func checkUserMappings(
    _ mappings: [IDMapping], _ report: inout Report, at pointer: String
  ) {
    guard let user = namespace("user") else {
      if !mappings.isEmpty {
        report.add(
          pointer, "maps IDs of a user namespace that isn't there",
          hint: "add {\"type\": \"user\"} to /linux/namespaces")
      }
      return
    }
    checkIDMappings(mappings, &report, at: pointer)
    guard (user.path ?? "").isEmpty else { return }
    if mappings.isEmpty {
      report.add(pointer, "a new user namespace needs mappings")
    } else if !mappings.contains(where: { $0.containerID == 0 && $0.size > 0 }) {
      report.add(pointer, "nothing maps the container's ID 0, which sets the container up")
    }
  }

  func checkTimeOffsets(_ report: inout Report, at pointer: String) {
    guard let timeOffsets, !timeOffsets.isEmpty else { return }
    if let time = namespace("time") {
      if let path = time.path, !path.isEmpty {
        report.add(pointer, "the clocks of a time namespace that is joined can't be moved")
      }
    } else {
      report.add(
        pointer, "needs a time namespace", hint: "add {\"type\": \"time\"} to /linux/namespaces")
    }
    for (clock, offset) in timeOffsets.sorted(by: { $0.key < $1.key }) {
      let here = entry(clock, of: pointer)
      report.require(clock, among: Vocabulary.offsetClocks, "clock", at: here)
      if let nanoseconds = offset.nanosecs, nanoseconds >= 1_000_000_000 {
        report.add("\(here)/nanosecs", "\(nanoseconds) is a second or more")
      }
    }
  }
}

/// What the kernel refuses in uid_map and gid_map. (user_namespaces(7))
func checkIDMappings(
  _ mappings: [Spec.Linux.IDMapping], _ report: inout Report, at pointer: String
) {
  if mappings.isEmpty { return }
  if mappings.count > 340 { report.add(pointer, "more than 340 ranges") }
  for (index, mapping) in mappings.enumerated() {
    if mapping.size == 0 { report.add("\(pointer)/\(index)/size", "must be more than 0") }
    let isBeyond = { (start: UInt32) in UInt64(start) + UInt64(mapping.size) > 1 << 32 }
    let problem = "the range goes beyond the largest ID"
    if isBeyond(mapping.containerID) { report.add("\(pointer)/\(index)/containerID", problem) }
    if isBeyond(mapping.hostID) { report.add("\(pointer)/\(index)/hostID", problem) }
  }
  checkOverlap(mappings, in: "the container", &report, at: pointer) { $0.containerID }
  checkOverlap(mappings, in: "the host", &report, at: pointer) { $0.hostID }
}

private func checkOverlap(
  _ mappings: [Spec.Linux.IDMapping], in side: String, _ report: inout Report, at pointer: String,
  _ start: (Spec.Linux.IDMapping) -> UInt32
) {
  guard mappings.count > 1 else { return }
  let sorted = mappings.indices.sorted { start(mappings[$0]) < start(mappings[$1]) }
  for (lower, upper) in zip(sorted, sorted.dropFirst())
  where start(mappings[upper]) - start(mappings[lower]) < mappings[lower].size {
    report.add("\(pointer)/\(upper)", "overlaps the range at \(pointer)/\(lower) in \(side)")
  }
}
