import CLinux
import Glibc
import LinuxKernel

/// How this host's cgroups are mounted (`cgroups(7)`).
public enum CgroupLayout: Equatable, Sendable {
  /// One tree for all controllers.
  case unified
  /// A tree for each controller, and perhaps a v2 tree beside them.
  case legacy([CgroupHierarchy])

  /// Where cgroups are mounted.
  public static let mountPoint = "/sys/fs/cgroup"

  /// Looks at the mount point and at `/proc/self/cgroup`, never at the table of mounts, which can
  /// be thousands of lines long.
  public static func detect() throws(KernelError) -> CgroupLayout {
    if filesystem(of: mountPoint) == 0x6367_7270 /* CGROUP2_SUPER_MAGIC */ { return .unified }
    var hierarchies: [CgroupHierarchy] = []
    for line in try readKernelFile("/proc/self/cgroup").split(separator: UInt8(ascii: "\n")) {
      // "4:memory:/user"
      guard let number = line.firstIndex(of: UInt8(ascii: ":")),
        let names = line[(number + 1)...].firstIndex(of: UInt8(ascii: ":"))
      else { continue }
      let controllers = String(decoding: line[(number + 1)..<names], as: UTF8.self)
      var folder = controllers.isEmpty ? "unified" : controllers
      if folder.hasPrefix("name=") { folder.removeFirst(5) }
      let path = "\(mountPoint)/\(folder)"
      let magic = filesystem(of: path)
      guard magic == 0x27_e0eb /* CGROUP_SUPER_MAGIC */ || magic == 0x6367_7270 else { continue }
      hierarchies.append(
        CgroupHierarchy(
          controllers: controllers, mountPoint: path,
          ownPath: String(decoding: line[(names + 1)...], as: UTF8.self)))
    }
    return .legacy(hierarchies)
  }

  /// Where a user who is not root finds room: the cgroup above our own. In v2 one with processes in it
  /// can't hand its controllers down, and there are none but his own that he may write to.
  public var besideOwn: String {
    guard self == .unified, let bytes = try? readFile("/proc/self/cgroup") else { return "/" }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("0::/") }
    return line.map { split(String($0.dropFirst(3))).above } ?? "/"
  }

  private static func filesystem(of path: String) -> Int {
    var result = statfs()
    return statfs(path, &result) == 0 ? Int(result.f_type) : 0
  }
}

/// One mounted tree of cgroups.
public struct CgroupHierarchy: Equatable, Sendable {
  /// "memory", "cpu,cpuacct", "name=systemd", or nothing for the v2 tree.
  public let controllers: String
  /// Where it is mounted on the host.
  public let mountPoint: String
  /// The cgroup that this process is in.
  public let ownPath: String

  /// The name of its folder: "memory", "cpu,cpuacct", "systemd".
  public var folder: String { split(mountPoint).name }

  /// The names of its controllers, one that is empty for the v2 tree.
  public var controllerNames: [String] {
    let comma = UInt8(ascii: ",")
    if !controllers.utf8.contains(comma) { return [controllers] }
    return controllers.utf8.split(separator: comma).map { String(Substring($0)) }
  }

  /// Describes a mounted tree.
  public init(controllers: String, mountPoint: String, ownPath: String) {
    self.controllers = controllers
    self.mountPoint = mountPoint
    self.ownPath = ownPath
  }
}
