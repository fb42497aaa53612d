import CLinux
import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec

/// Reads and checks a bundle's config.json.
public func loadSpec(bundle: String) throws(RuntimeError) -> Spec {
  let path = "\(bundle)/config.json"
  let bytes = try attempt("read the bundle's configuration") { () throws(KernelError) in
    try readFile(path)
  }
  let spec: Spec
  do throws(JSONError) {
    spec = try decodeJSON(Spec.self, from: bytes)
  } catch {
    throw RuntimeError("\(path): \(error)")
  }
  if let violation = spec.validate().first {
    let hint = violation.hint.map { " (\($0))" } ?? ""
    throw RuntimeError("\(path): \(violation.pointer): \(violation.problem)\(hint)")
  }
  return spec
}

extension ContainerStore {
  /// Makes a container: everything up to the gate, where its init waits for ``Container/start()``.
  ///
  /// This process forks and must have a single thread.
  /// - Parameters:
  ///   - bundle: the bundle's folder, absolute.
  ///   - pidFile: a file for init's number.
  /// - Throws: with everything undone that was made.
  public func create(_ id: String, bundle: String, _ spec: Spec, pidFile: String? = nil)
    throws(RuntimeError) -> Container
  {
    try Self.check(id: id)
    let layout = try attempt("find the host's cgroups") { () throws(KernelError) in
      try CgroupLayout.detect()
    }
    let plan = Plan(for: spec, facts: Plan.Facts(id: id, bundle: bundle, cgroups: layout))
    let cgroup = CgroupPaths(layout: layout, cgroupsPath: spec.linux?.cgroupsPath, id: id)
    var record = ContainerRecord(id: id, spec: spec, bundle: bundle, cgroup: cgroup)

    try attempt("create container \"\(id)\"") { () throws(KernelError) in
      try makeDirectories(root, mode: 0o700)
    }
    do throws(KernelError) {
      try makeDirectory("\(root)/\(id)", mode: 0o711)
    } catch {
      if error.errno == .fileExists {
        throw RuntimeError("cannot create container \"\(id)\": a container of this id exists")
      }
      throw RuntimeError("create container \"\(id)\"", error)
    }
    do throws(RuntimeError) {
      let folder = try lock(id)
      var creation = Creation(
        id: id, plan: plan, spec: spec, folder: folder, cgroup: cgroup, record: record, root: root)
      record = try creation.perform()
      if let pidFile {
        try attempt("write the pid file") { () throws(KernelError) in
          try write(pid: record.initProcessPID, to: pidFile)
        }
      }
    } catch {
      undo(id, cgroup)
      throw error
    }
    return try Container(id, in: self)
  }

  private func undo(_ id: String, _ cgroup: CgroupPaths) {
    if let container = try? Container(id, in: self) {
      try? container.delete(force: true)
    } else {
      try? cgroup.remove()
      for name in ["exec.fifo", ".state.json.new", "state.json"] { try? remove("\(root)/\(id)/\(name)") }
      try? remove("\(root)/\(id)", directory: true)
    }
  }

  private func write(pid: Int32, to path: String) throws(KernelError) {
    let (above, name) = split(path)
    let folder = try open(above, [.path, .directory])
    try replaceFile(name, with: Array(String(pid).utf8), mode: 0o644, at: folder.number, path: path)
  }
}

extension ContainerRecord {
  /// The record of a container that is about to be made.
  init(id: String, spec: Spec, bundle: String, cgroup: CgroupPaths) {
    let path = spec.root?.path ?? "rootfs"
    let annotations = (spec.annotations ?? [:]).sorted { $0.key < $1.key }
    self.init(
      id: id, initProcessPID: 0, initProcessStart: 0, created: rfc3339Now(),
      config: Config(
        rootfs: path.hasPrefix("/") ? path : "\(bundle)/\(path)", cgroups: Cgroups(name: id),
        version: spec.ociVersion,
        labels: annotations.map { "\($0.key)=\($0.value)" } + ["bundle=\(bundle)"],
        namespaces: (spec.linux?.namespaces ?? []).map {
          let name = NamespaceKind(rawValue: $0.type).map { $0 == .mount ? "ns" : $0.procName } ?? ""
          return Namespace(type: "NEW" + name.uppercased(), path: $0.path)
        }),
      cgroupPaths: Dictionary(cgroup.directories.map { ($0.controller, $0.path) }) { a, _ in a })
  }
}

private func rfc3339Now() -> String {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  var parts = tm()
  gmtime_r(&now.tv_sec, &parts)
  func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
  let date =
    "\(pad(Int(parts.tm_year) + 1900, 4))-\(pad(Int(parts.tm_mon) + 1, 2))-\(pad(Int(parts.tm_mday), 2))"
  let time = "\(pad(Int(parts.tm_hour), 2)):\(pad(Int(parts.tm_min), 2)):\(pad(Int(parts.tm_sec), 2))"
  return "\(date)T\(time).\(pad(now.tv_nsec, 9))Z"
}
