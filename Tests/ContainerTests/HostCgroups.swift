import Glibc
import JSON
import OCISpec
import Testing

/// The folders of the cgroups of a process, by controller; the v2 tree's has no name.
func cgroupFolders(of pid: Int32) -> [String: String] {
  var folders: [String: String] = [:]
  for line in lines(of: "/proc/\(pid)/cgroup") {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    let controllers = String(fields[1])
    let tree =
      Host.isUnified
      ? "" : "/" + (controllers.isEmpty ? "unified" : controllers.replacing("name=", with: ""))
    for controller in controllers.split(separator: ",", omittingEmptySubsequences: false) {
      folders[String(controller)] = "/sys/fs/cgroup\(tree)\(fields[2])"
    }
  }
  return folders
}

/// A file of a cgroup, in either version; nil where that has none.
struct LimitFile: Sendable {
  /// The controller's name on v1, which is that of the file but for some.
  let controller: String
  let v1: String?
  let v2: String?

  init(_ v1: String?, _ v2: String?, controller: String? = nil) {
    self.v1 = v1
    self.v2 = v2
    self.controller = controller ?? String((v1 ?? "").prefix { $0 != "." })
  }

  /// Whether this host has it, by the controllers of the root, or of the cgroup that an ordinary user
  /// has been given.
  var isHere: Bool {
    let own = cgroupFolders(of: getpid())
    if Host.isUnified {
      let given = Host.isRoot ? "/sys/fs/cgroup" : own[""] ?? ""
      let controllers = text(of: "\(given)/cgroup.controllers").split { $0 == " " || $0 == "\n" }
      return v2.map { file in controllers.contains { file.hasPrefix("\($0).") } } ?? false
    }
    return v1 != nil && own[controller] != nil || v2 != nil && hasInHybrid
  }

  /// In a hybrid layout some controllers are those of v2.
  private var hasInHybrid: Bool {
    let file = "/sys/fs/cgroup/unified/cgroup.controllers"
    return text(of: file).split { $0 == " " || $0 == "\n" }.contains { $0 == controller }
  }

  /// What it says of a container: the line that begins with a word, or all.
  func value(of apus: Sandbox, line: String? = nil) throws -> String {
    let folders = cgroupFolders(of: try apus.pid())
    let path: String
    if !Host.isUnified, let v1, let folder = folders[controller] {
      path = "\(folder)/\(v1)"
    } else {
      let folder = try #require(folders[""])
      let file = try #require(v2)
      path = "\(folder)/\(file)"
    }
    try #require(access(path, F_OK) == 0, "\(path)")
    let found = lines(of: path)
    if let line { return found.first { $0.hasPrefix("\(line) ") } ?? "" }
    return found.joined(separator: "\n")
  }
}

/// The number of a disk of this host, like "8:0": none that is made of memory or of a file.
let disk: String? = entries(of: "/sys/block").first { name in
  !["loop", "ram", "zram"].contains { name.hasPrefix($0) }
    && text(of: "/sys/block/\(name)/size") != "0\n"
}.map { String(text(of: "/sys/block/\($0)/dev").dropLast()) }

extension Sandbox {
  /// Changes limits, by a file.
  func update(_ resources: Spec.Linux.Resources) throws -> Finished {
    try write(
      String(decoding: encodeJSON(resources, style: .compact), as: UTF8.self), to: "update.json")
    return try self("update", "--resources", "update.json", id)
  }
}
