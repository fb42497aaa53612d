import Glibc
import LinuxKernel
import OCISpec

/// Where a container's cgroup is in each hierarchy, by controller as runc's state names them.
public struct CgroupPaths: Equatable, Sendable {
  /// Controller ("" for v2) and directory on the host, in the order of the hierarchies.
  public var directories: [(controller: String, path: String)]

  /// The paths as they are recorded.
  public init(directories: [(controller: String, path: String)]) { self.directories = directories }

  /// The paths of a new container: `cgroupsPath` from the mount point when it is absolute, else
  /// below our own cgroup, and named after the container when it is missing.
  /// - Parameter above: in v2, where nothing can be below our own, the cgroup instead of that.
  public init(layout: CgroupLayout, cgroupsPath: String?, id: String, above: String = "/") {
    let wanted = cgroupsPath.flatMap { $0.isEmpty ? nil : $0 } ?? id
    let clean = Self.clean(wanted)
    func place(_ mountPoint: String, _ own: String) -> String {
      let base = isAbsolute(wanted) || own == "/" ? "" : own
      return "\(mountPoint)\(base)/\(clean)"
    }
    switch layout {
    case .unified:
      directories = [("", place(CgroupLayout.mountPoint, above))]
    case .legacy(let hierarchies):
      directories = []
      for hierarchy in hierarchies {
        let path = place(hierarchy.mountPoint, hierarchy.ownPath)
        for controller in hierarchy.controllerNames { directories.append((controller, path)) }
      }
    }
  }

  /// The path of a container that systemd keeps, in the one tree of v2.
  public init(unit: SystemdUnit) {
    directories = [("", CgroupLayout.mountPoint + unit.path)]
  }

  /// A `cgroupsPath` without "." and with ".." resolved; as in runc, it can't climb above its
  /// beginning. Empty, if that is where it leads.
  public static func clean(_ path: String) -> String {
    String(Substring(OCISpec.clean(path).utf8.dropFirst()))
  }

  /// The directory of a controller.
  public subscript(controller: String) -> String? {
    directories.first { $0.controller == controller }?.path
  }

  /// The paths with those of some controllers, or of all, moved to a cgroup below, written
  /// `[CONTROLLER[,CONTROLLER…]:]PATH`.
  public func below(_ text: String) throws(NoCgroupBelow) -> CgroupPaths {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.last.map(String.init) ?? ""
    if components(of: path).contains("..") {
      throw NoCgroupBelow(reason: "bad sub cgroup path, for it leads out of the container's own")
    }
    let wanted =
      parts.count > 1
      ? parts[0].split(separator: ",", omittingEmptySubsequences: false).map { String($0) } : nil
    for controller in wanted ?? [] where self[controller] == nil {
      throw NoCgroupBelow(
        reason: "unknown controller \"\(controller)\"; on this host the container has "
          + directories.map { $0.controller.isEmpty ? "none by name" : $0.controller }
          .joined(separator: ", "))
    }
    var changed = self
    for index in directories.indices where wanted?.contains(directories[index].controller) ?? true {
      changed.directories[index].path += isAbsolute(path) ? path : "/" + path
      let procs = changed.directories[index].path + "/cgroup.procs"
      guard access(procs, F_OK) == 0 else {
        let error = KernelError(call: "open", subject: procs, errno: .last)
        throw NoCgroupBelow(reason: "the container has no such cgroup: \(error)")
      }
    }
    return changed
  }

  /// Each directory once.
  public var distinct: [String] {
    directories.reduce(into: []) { if !$0.contains($1.path) { $0.append($1.path) } }
  }

  /// Compares the directories, which tuples keep from being derived.
  public static func == (a: CgroupPaths, b: CgroupPaths) -> Bool {
    a.directories.elementsEqual(b.directories) { $0 == $1 }
  }
}

/// Why there is no cgroup where one was asked for.
public struct NoCgroupBelow: Error, Equatable, Sendable {
  /// "the container has no such cgroup: …".
  public let reason: String
}
