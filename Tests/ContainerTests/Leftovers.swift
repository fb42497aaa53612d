import Glibc
import LinuxKernel

extension Sandbox {
  /// All that its containers have left: processes, mounts, cgroups, files in the state folder.
  ///
  /// What is killed takes a moment to go, so it looks again for two seconds.
  func leftovers() -> [String] {
    var left: [String] = []
    _ = eventually {
      left = processes() + mounts() + cgroups() + containers()
      return left.isEmpty
    }
    return left
  }

  /// A runtime is known by its environment, an init that hasn't come to exec by its command line. A
  /// container's program is known by its cgroup, or by what is mounted where it lives.
  private func processes() -> [String] {
    entries(of: "/proc").filter { pid in
      // What has ended stays until its new parent, which is no business of apus, looks after it.
      guard let number = Int32(pid), number != getpid(),
        let stat = ProcessStat(pid: number), !stat.hasEnded, stat.startTime >= made
      else { return false }
      return mentions("/proc/\(pid)/environ", "APUS_TEST=\(id)")
        || mentions("/proc/\(pid)/cmdline", id) || mentions("/proc/\(pid)/cgroup", id)
        || mentions("/proc/\(pid)/mountinfo", id)
    }.map { pid in
      "process \(pid) \(text(of: "/proc/\(pid)/cmdline").replacing("\0", with: " "))"
    }
  }

  /// Removes what delete should have removed, so that the next round of a test finds nothing.
  func cleanByHand() {
    for process in processes() {
      kill(Int32(process.split(separator: " ")[1]) ?? 0, SIGKILL)
    }
    _ = eventually { processes().isEmpty }
    for cgroup in cgroups() { rmdir(cgroup) }
    _ = try? shell("rm -rf \(folder)/state/*")
  }

  private func mounts() -> [String] {
    lines(of: "/proc/self/mountinfo").filter { $0.contains(id) }
  }

  private func cgroups() -> [String] {
    let hierarchies = entries(of: "/sys/fs/cgroup").map { "/sys/fs/cgroup/\($0)" }
    return hierarchies.flatMap { hierarchy in
      (hierarchy.contains(id) ? [hierarchy] : []) + directories(below: hierarchy, named: id)
    }
  }

  private func directories(below path: String, named name: String) -> [String] {
    entries(of: path, directoriesOnly: true).flatMap { entry in
      (entry.contains(name) ? ["\(path)/\(entry)"] : [])
        + directories(below: "\(path)/\(entry)", named: name)
    }
  }

  private func mentions(_ path: String, _ name: String) -> Bool { text(of: path).contains(name) }
}

/// A file's text; empty when it can't be read.
func text(of path: String) -> String {
  (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// A file's lines; none when it can't be read.
func lines(of path: String) -> [String] {
  text(of: path).split(separator: "\n").map(String.init)
}

extension Sandbox {
  /// What is in the state folder but kept seccomp programs.
  func containers() -> [String] {
    entries(of: "\(folder)/state").filter { !$0.hasPrefix("seccomp,") }
  }
}

/// The names in a folder.
func entries(of path: String, directoriesOnly: Bool = false) -> [String] {
  guard let stream = opendir(path) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    if directoriesOnly && entry.pointee.d_type != UInt8(DT_DIR) { continue }
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
