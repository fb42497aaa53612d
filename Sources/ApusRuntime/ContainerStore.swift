import CLinux
import Glibc
import JSON
import LinuxKernel

/// The folder that holds a subfolder for each container.
public struct ContainerStore: Sendable {
  /// Its path, `/run/apus` unless told otherwise.
  public let root: String

  /// Told what a person may want to know though nothing failed.
  public var log: @Sendable (LogLevel, String) -> Void = { _, _ in }

  /// Whether ``log`` is told of every step, and of what config.json has and nobody knows.
  public var isDebugging = false

  /// Where it is noted what takes how long; nil: nowhere.
  public var trace: Trace?

  /// Who makes the cgroups of new containers.
  public var cgroupManager = CgroupManager.cgroupfs

  /// Whether a container goes without a cgroup of its own where its maker may make none, and its
  /// configuration asks for none; nil: an ordinary user's does.
  public var mayLackCgroup: Bool?

  /// Where containers are made.
  public let workplace: Workplace

  /// A store; nothing is made yet.
  public init(root: String = "/run/apus", making workplace: Workplace = .executable("apus")) {
    self.root = root
    self.workplace = workplace
  }

  /// A call of the executable; nil where the work is done in this process.
  func launch(_ command: String) -> Launch? {
    guard case .executable(let path) = workplace else { return nil }
    var launch = Launch(path, root: root)
    launch.add("--cgroup-manager", cgroupManager.rawValue)
    launch.add("--rootless", mayLackCgroup.map { $0 ? "true" : "false" })
    launch.add(command)
    return launch
  }

  /// Refuses what can't be a container's name (the letters, digits and `_+-.` that runc allows).
  public static func check(id: String) throws(RuntimeError) {
    guard !id.isEmpty else { throw RuntimeError("container id cannot be empty") }
    let allowed = id.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard allowed, id != ".", id != ".." else {
      throw RuntimeError(
        "invalid container id \"\(id.prefix(64))\": use letters, digits and _ + - . only")
    }
    guard id.utf8.count <= 255 else {
      throw RuntimeError(
        "invalid container id of \(id.utf8.count) bytes: a file name holds 255 at the most")
    }
  }

  /// Opens a container's folder and takes its lock, for as long as the result lives.
  func lock(_ id: String) throws(RuntimeError) -> Descriptor {
    try Self.check(id: id)
    let folder = try openFolder(id)
    try attempt("lock container \"\(id)\"") { () throws(KernelError) in
      try LinuxKernel.check("flock", "\(root)/\(id)") { flock(folder.number, LOCK_EX) }
    }
    // Deleted while we waited for the lock.
    let links = try attempt("open container \"\(id)\"") { () throws(KernelError) in
      try status(folder.number).st_nlink
    }
    guard links > 0 else { throw RuntimeError("container \"\(id)\" does not exist in \(root)") }
    return folder
  }

  /// Whether a container's folder is there.
  func exists(_ id: String) -> Bool { access("\(root)/\(id)", F_OK) == 0 }

  /// Whether somebody is at work on a container that has no init yet.
  func isLocked(_ id: String) -> Bool {
    guard let folder = try? openFolder(id) else { return false }
    return flock(folder.number, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK
  }

  func openFolder(_ id: String) throws(RuntimeError) -> Descriptor {
    do throws(KernelError) {
      return try open("\(root)/\(id)", [.readOnly, .directory])
    } catch {
      if error.errno == .noSuchFileOrDirectory {
        throw RuntimeError("container \"\(id)\" does not exist in \(root)")
      }
      throw RuntimeError("open container \"\(id)\"", error)
    }
  }

  /// Reads a container's record, without its lock.
  public func record(of id: String) throws(RuntimeError) -> ContainerRecord {
    try Self.check(id: id)
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try readFile("\(root)/\(id)/state.json")
    } catch {
      if error.errno == .noSuchFileOrDirectory {
        throw RuntimeError("container \"\(id)\" does not exist in \(root)")
      }
      throw RuntimeError("read the state of container \"\(id)\"", error)
    }
    do throws(JSONError) {
      return try decodeJSON(ContainerRecord.self, from: bytes)
    } catch {
      throw RuntimeError(
        "read the state of container \"\(id)\", \(root)/\(id)/state.json: \(error)")
    }
  }

  /// The names of all containers.
  public func ids() throws(RuntimeError) -> [String] {
    guard let stream = opendir(root) else {
      if errno == ENOENT { return [] }
      throw RuntimeError(
        "list containers", KernelError(call: "open", subject: root, errno: .last))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != "..", entry.pointee.d_type == UInt8(DT_DIR) { names.append(name) }
    }
    return names.sorted()
  }
}
