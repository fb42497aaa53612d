import Glibc
import LinuxKernel
import SystemPackage

// Controllers of v2: who has them, who hands them down, and why not (cgroups(7), "Cgroups v2
// subtree control" and "no internal processes").

extension CgroupWrite {
  /// "memory" of "memory.max".
  var controller: String { String(file.prefix { $0 != "." }) }

  /// Has the cgroups above hand the file's controller down, where they have it and don't. In a hybrid
  /// layout nobody does, unless it is needed.
  /// - Returns: whether the cgroup has got it by that.
  func enableController() -> Bool {
    let chain = UnifiedChain(to: directory)
    guard chain.cgroups.first?.has(controller) == true, chain.cgroups.last?.has(controller) == false
    else { return false }
    for above in chain.cgroups.dropLast() where !above.handsDown(controller) {
      guard (try? writeFile("\(above.path)/cgroup.subtree_control", "+\(controller)")) != nil else {
        return false
      }
    }
    return true
  }

  /// Why the kernel took the value not, in one sentence.
  func explain(_ error: KernelError) -> String {
    switch error.errno {
    case .noSuchFileOrDirectory:
      if let words = UnifiedChain(to: directory).whyMissing(controller) { return words }
      return "\(error); this kernel has no such setting"
    case .resourceBusy
    where file == "memory.limit_in_bytes" || file == "memory.memsw.limit_in_bytes":
      func number(_ file: String) -> String {
        (try? readFile("\(directory)/\(file)"))
          .map { String(decoding: $0.dropLast(), as: UTF8.self) } ?? "?"
      }
      let name = file.dropLast("limit_in_bytes".count)
      return "\(error); it uses \(number("\(name)usage_in_bytes")) bytes now, and has used up to "
        + number("\(name)max_usage_in_bytes")
    case .invalidArgument where file == "memory.limit_in_bytes":
      return "\(error); memory may not be more than memory and swap together "
        + "(memory.memsw.limit_in_bytes)"
    case .invalidArgument where file == "cpu.max" || file.hasPrefix("cpu.cfs_"):
      return "\(error); a period has from 1000 to 1000000 microseconds, a quota at least 1000, and "
        + "both together are no larger a share than what the cgroup above has"
    case .invalidArgument where file.hasPrefix("cpu.rt_"):
      return "\(error); the cgroup above must have as much realtime of its own to give "
        + "(cpu.rt_runtime_us)"
    case Errno(rawValue: EOPNOTSUPP) where controller == "blkio" || controller == "io":
      return "\(error); only the scheduler BFQ knows weights, and this device has another "
        + "(/sys/block/DEVICE/queue/scheduler)"
    case Errno(rawValue: ENODEV): return "\(error); the host has no such device"
    default: return "\(error)"
    }
  }
}

/// The cgroups of v2 from the root to one; none if that is of v1.
struct UnifiedChain {
  let cgroups: [UnifiedCgroup]

  init(to directory: String) {
    var path = directory
    var cgroups: [UnifiedCgroup] = []
    while let one = UnifiedCgroup(path) {
      cgroups.append(one)
      path = split(path).above
    }
    self.cgroups = cgroups.reversed()
  }

  /// Why the last of them lacks a controller; nil if it doesn't.
  func whyMissing(_ controller: String) -> String? {
    guard let root = cgroups.first, let last = cgroups.last, !last.has(controller) else {
      return nil
    }
    let what = "the cgroup \(last.path) has no controller \(controller)"
    guard root.has(controller) else {
      return "\(what): the kernel has none in cgroup v2 here (cgroup.controllers of \(root.path))"
    }
    guard let stop = cgroups.dropLast().first(where: { !$0.handsDown(controller) }) else {
      return what
    }
    if !stop.hasInternalProcesses {
      return "\(what), for \(stop.path) does not hand it down (cgroup.subtree_control)"
    }
    return "\(what): \(stop.path) has processes of its own, and such a cgroup can't hand one down; "
      + "move them into a cgroup below it"
  }
}

/// A cgroup of v2.
struct UnifiedCgroup {
  let path: String
  private let controllers: String

  /// Nil for what isn't one.
  init?(_ path: String) {
    guard let bytes = try? readFile("\(path)/cgroup.controllers") else { return nil }
    self.path = path
    controllers = String(decoding: bytes, as: UTF8.self)
  }

  /// Whether it has a controller.
  func has(_ controller: String) -> Bool { names(controllers).contains(controller[...]) }

  /// Whether those below it have a controller from it.
  func handsDown(_ controller: String) -> Bool {
    guard let bytes = try? readFile("\(path)/cgroup.subtree_control") else { return false }
    return names(String(decoding: bytes, as: UTF8.self)).contains(controller[...])
  }

  var hasInternalProcesses: Bool {
    ((try? readFile("\(path)/cgroup.procs")) ?? []).isEmpty == false
      && !path.hasSuffix(CgroupLayout.mountPoint)
  }

  private func names(_ text: String) -> [Substring] {
    text.split { $0 == " " || $0 == "\n" }
  }
}
