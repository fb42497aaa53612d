import CLinux
import Glibc
import LinuxKernel

extension CgroupPaths {
  /// Makes some of the directories. In a v1 cpuset a new cgroup is empty and admits no process, so the
  /// parent's processors and memory nodes are copied down the path.
  public func create(_ paths: [String]) throws(KernelError) {
    for (controller, path) in directories where paths.contains(path) {
      try create(controller, path)
    }
  }

  private func create(_ controller: String, _ path: String) throws(KernelError) {
    do throws(KernelError) {
      try makeDirectory(path, mode: 0o755)
    } catch {
      if error.errno == .fileExists {
        if controller == "cpuset" { try fillCpuset(path, isNew: false) }
        return
      }
      guard error.errno == .noSuchFileOrDirectory, case (let above, _) = split(path),
        above.utf8.count > CgroupLayout.mountPoint.utf8.count
      else { throw error }
      try create(controller, above)
      try makeDirectory(path, mode: 0o755, orExisting: true)
    }
    if isUnified { enableControllers(above: path) }
    if controller == "cpuset" { try fillCpuset(path, isNew: true) }
  }

  /// Gives a cpuset that has no processors or memory nodes those of the one above it.
  private func fillCpuset(_ path: String, isNew: Bool) throws(KernelError) {
    for file in ["cpuset.cpus", "cpuset.mems"] {
      _ = try cpusetValue(file, of: path, isNew: isNew)
    }
  }

  private func cpusetValue(_ file: String, of path: String, isNew: Bool = false)
    throws(KernelError) -> String
  {
    var own = ""
    if !isNew {
      let text = String(decoding: try readKernelFile("\(path)/\(file)"), as: UTF8.self)
      own = String(text.prefix { $0 != "\n" })
    }
    let (above, _) = split(path)
    guard own.isEmpty, above.utf8.count > CgroupLayout.mountPoint.utf8.count else { return own }
    let inherited = try cpusetValue(file, of: above)
    if !inherited.isEmpty { try writeFile("\(path)/\(file)", inherited) }
    return inherited
  }

  /// Whether the host has the one tree of v2.
  public var isUnified: Bool { directories.count == 1 && directories[0].controller.isEmpty }

  /// In v2 a cgroup has the controllers that the one above it hands down. One that can't be, for a
  /// process sits in between, say, is missed only by who sets a limit of it, and is told then.
  private func enableControllers(above path: String) {
    let (above, _) = split(path)
    guard let bytes = try? readKernelFile("\(above)/cgroup.controllers") else { return }
    let controllers = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
    let all = controllers.map { "+\($0)" }.joined(separator: " ")
    if (try? writeFile("\(above)/cgroup.subtree_control", all)) != nil { return }
    for controller in controllers {
      try? writeFile("\(above)/cgroup.subtree_control", "+\(controller)")
    }
  }

  /// Whether this user may make all of the directories.
  public var canBeMade: Bool {
    distinct.allSatisfy { path in
      var above = split(path).above
      while access(above, F_OK) < 0, above.utf8.count > CgroupLayout.mountPoint.utf8.count {
        above = split(above).above
      }
      return access(above, W_OK) == 0
    }
  }

  /// Refuses a cgroup that others are in, or that is frozen: what is made is removed again one day,
  /// and everything in it killed.
  public func requireUnused() throws(KernelError) {
    for path in distinct {
      guard let bytes = try? readKernelFile("\(path)/cgroup.procs") else { continue }
      let count = bytes.count { $0 == UInt8(ascii: "\n") }
      if count > 0 {
        throw KernelError(
          call: "container's cgroup is not empty: \(count) process\(count == 1 ? "" : "es") in",
          subject: path, errno: .resourceBusy)
      }
    }
    if isFrozen {
      throw KernelError(
        call: "container's cgroup unexpectedly frozen: thaw or remove",
        subject: (self["freezer"] ?? distinct.first) ?? "", errno: .resourceBusy)
    }
  }

  /// The processes in it and in the cgroups below.
  public func processes() throws(KernelError) -> [Int32] {
    let path = self["devices"] ?? self["pids"] ?? self["name=systemd"] ?? distinct.first
    guard let path else { return [] }
    return try processes(below: path)
  }

  func processes(below path: String) throws(KernelError) -> [Int32] {
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try readKernelFile("\(path)/cgroup.procs")
    } catch {
      if error.errno == .noSuchFileOrDirectory { return [] }
      throw error
    }
    var pids = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
      Int32($0)
    }
    for child in childDirectories(of: path) { pids += try processes(below: "\(path)/\(child)") }
    return pids
  }

  /// Sends SIGKILL to all that is in it. With cgroup.kill, a fork can't outrun it.
  public func killAll() throws(KernelError) {
    if let unified = self[""], (try? writeFile("\(unified)/cgroup.kill", "1")) != nil {
      try? thaw()
      return
    }
    // While nothing in it runs, nothing is born.
    if self["freezer"] != nil { try? setFrozen(true) }
    for pid in try processes() where pid > 0 { _ = kill(pid, SIGKILL) }
    try? thaw()
  }

  /// Lets what was killed end: v1 holds it frozen.
  public func thaw() throws(KernelError) {
    if let freezer = self["freezer"], isFrozen {
      try writeFile("\(freezer)/freezer.state", "THAWED")
    }
  }

  /// Stops or continues everything in it, and waits until that is so.
  public func setFrozen(_ frozen: Bool) throws(KernelError) {
    let (path, file, value) =
      if let freezer = self["freezer"] {
        (freezer, "freezer.state", frozen ? "FROZEN" : "THAWED")
      } else {
        (self[""] ?? "", "cgroup.freeze", frozen ? "1" : "0")
      }
    // A v1 freezer that meets a fork stays FREEZING until it is told again.
    for attempt in 1...1000 {
      try writeFile("\(path)/\(file)", value)
      if !frozen || hasSettled(path, file) { return }
      usleep(attempt < 50 ? 100 : 1000)
    }
    try writeFile("\(path)/\(file)", file == "cgroup.freeze" ? "0" : "THAWED")
    throw KernelError(call: "freeze, within a second,", subject: path, errno: .timedOut)
  }

  private func hasSettled(_ path: String, _ file: String) -> Bool {
    if file == "freezer.state" {
      return (try? readKernelFile("\(path)/\(file)").starts(with: "FROZEN".utf8)) ?? false
    }
    guard let events = try? readKernelFile("\(path)/cgroup.events") else { return false }
    return String(decoding: events, as: UTF8.self).split(separator: "\n").contains("frozen 1")
  }

  /// Whether it is frozen, or is about to be.
  public var isFrozen: Bool {
    if let freezer = self["freezer"] {
      return (try? readKernelFile("\(freezer)/freezer.state").starts(with: "FR".utf8)) ?? false
    }
    guard let unified = self[""], let state = try? readKernelFile("\(unified)/cgroup.freeze") else {
      return false
    }
    return state.first == UInt8(ascii: "1")
  }

  /// How many processes the kernel has killed in it because memory had run out.
  public var outOfMemoryKills: Int {
    let path =
      self["memory"].map { "\($0)/memory.oom_control" } ?? self[""].map { "\($0)/memory.events" }
    guard let path, let bytes = try? readFile(path) else { return 0 }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("oom_kill ") }
    return line.flatMap { Int($0.dropFirst(9)) } ?? 0
  }

  func childDirectories(of path: String) -> [String] {
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
