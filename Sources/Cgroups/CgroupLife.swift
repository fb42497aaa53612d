import Glibc
import LinuxKernel

extension CgroupPaths {
  /// Makes the directories. In a v1 cpuset a new cgroup is empty and admits no process, so the
  /// parent's processors and memory nodes are copied down the path.
  public func create() throws(KernelError) {
    for (controller, path) in directories { try create(controller, path) }
  }

  private func create(_ controller: String, _ path: String) throws(KernelError) {
    do throws(KernelError) {
      try makeDirectory(path, mode: 0o755)
    } catch {
      if error.errno == .fileExists { return }
      guard error.errno == .noSuchFileOrDirectory, case let (above, _) = split(path),
        above.count > CgroupLayout.mountPoint.count
      else { throw error }
      try create(controller, above)
      try makeDirectory(path, mode: 0o755, orExisting: true)
    }
    guard controller == "cpuset" else { return }
    let (above, _) = split(path)
    for file in ["cpuset.cpus", "cpuset.mems"] {
      let inherited = String(decoding: try readFile("\(above)/\(file)"), as: UTF8.self)
      let value = String(inherited.prefix { $0 != "\n" })
      if !value.isEmpty { try writeFile("\(path)/\(file)", value) }
    }
  }

  /// Puts a process into the cgroup of every hierarchy.
  public func join(_ pid: Int32) throws(KernelError) {
    for path in distinct { try writeFile("\(path)/cgroup.procs", String(pid)) }
  }

  /// The processes in it and, with `recursive`, in the cgroups below.
  public func processes() throws(KernelError) -> [Int32] {
    let path = self["devices"] ?? self["pids"] ?? self["name=systemd"] ?? distinct.first
    guard let path else { return [] }
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try readFile("\(path)/cgroup.procs")
    } catch {
      if error.errno == .noSuchFileOrDirectory { return [] }
      throw error
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
  }

  /// Sends SIGKILL to all that is in it.
  public func killAll() throws(KernelError) {
    for pid in try processes() where pid > 0 { _ = kill(pid, SIGKILL) }
  }

  /// Stops or continues everything in it.
  public func setFrozen(_ frozen: Bool) throws(KernelError) {
    if let freezer = self["freezer"] {
      try writeFile("\(freezer)/freezer.state", frozen ? "FROZEN" : "THAWED")
    } else if let unified = self[""] {
      try writeFile("\(unified)/cgroup.freeze", frozen ? "1" : "0")
    }
  }

  /// Whether it is frozen.
  public var isFrozen: Bool {
    if let freezer = self["freezer"] {
      let state = try? readFile("\(freezer)/freezer.state")
      return state.map { $0.starts(with: "FR".utf8) } ?? false
    }
    guard let unified = self[""], let state = try? readFile("\(unified)/cgroup.freeze") else {
      return false
    }
    return state.first == UInt8(ascii: "1")
  }

  /// Removes the directories, those that the container made below them included. A process that
  /// was killed may take a moment to leave, and the kernel tells of it in no other way: EBUSY is
  /// tried again for two seconds.
  public func remove() throws(KernelError) {
    for path in distinct.reversed() { try remove(path, attempts: 2000) }
  }

  private func remove(_ path: String, attempts: Int) throws(KernelError) {
    for attempt in 1...attempts {
      if rmdir(path) == 0 { return }
      switch errno {
      case ENOENT: return
      case EBUSY, EINTR:
        for child in childDirectories(of: path) { try remove("\(path)/\(child)", attempts: attempts) }
        if attempt == attempts { fallthrough }
        usleep(1000)
      default: throw KernelError(call: "rmdir", subject: path, errno: .last)
      }
    }
  }

  private func childDirectories(of path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
