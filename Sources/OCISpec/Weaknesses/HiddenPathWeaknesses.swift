extension Spec {
  /// The files of procfs and sysfs that are the host's though the mount is the container's own:
  /// what `spec` hides is the measure.
  func weighHiddenPaths(_ report: inout WeaknessReport) {
    guard linux.orEmpty.namespace("mount") != nil else { return }
    let measure = Spec.default().linux
    let masked = linux?.maskedPaths ?? []
    let open = exposed(measure?.maskedPaths, masked)
    weigh(
      &report, open, isAll: masked.isEmpty, "/linux/maskedPaths", "read", ["/proc/kcore"])
    let readonly = (linux?.readonlyPaths ?? []) + masked
    let writable = exposed(measure?.readonlyPaths, readonly, ifWritable: true)
    weigh(
      &report, writable, isAll: linux?.readonlyPaths?.isEmpty != false, "/linux/readonlyPaths",
      "changed", ["/proc/sys", "/proc/sysrq-trigger"])
  }

  private func weigh(
    _ report: inout WeaknessReport, _ paths: [String], isAll: Bool, _ pointer: String,
    _ what: String, _ worst: [String]
  ) {
    guard !paths.isEmpty else { return }
    let message = "the host's kernel can be \(what) through \(paths.joined(separator: ", "))"
    if isAll || paths.contains(where: worst.contains) {
      report.warn(pointer, message, advice: "list them")
    } else {
      report.add(.note, pointer, message, advice: "list them")
    }
  }

  /// Those of the paths that nothing covers, in file systems that are mounted.
  private func exposed(_ paths: [String]?, _ covers: [String], ifWritable: Bool = false) -> [String]
  {
    (paths ?? []).filter { path in
      let base = path.hasPrefix("/sys/") ? "/sys" : "/proc"
      guard
        let mount = mounts?.last(where: { clean($0.destination) == base }),
        mount.type == "proc" || mount.type == "sysfs", !ifWritable || !mount.isReadonly
      else { return false }
      let overmounted = (mounts ?? []).map { clean($0.destination) }.filter { $0 != base }
      return !(covers.map(clean) + overmounted).contains { cover in
        path == cover || cover != "/" && path.hasPrefix(cover + "/")
      }
    }
  }
}
