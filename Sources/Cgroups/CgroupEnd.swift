import Glibc
import LinuxKernel

extension CgroupPaths {
  /// How long what was killed may take to be gone, in seconds.
  public static let secondsToEnd = 10

  /// Removes the directories, those that the container made below them included, and kills what is
  /// still in them. A process that was killed may take a moment to leave, and the kernel tells of it
  /// in no other way: EBUSY is tried again for ten seconds.
  public func remove() throws(KernelError) {
    for path in distinct.reversed() { try remove(path) }
  }

  private func remove(_ path: String) throws(KernelError) {
    let end = monotonicMilliseconds() + Int64(Self.secondsToEnd) * 1000
    var attempt = 0
    // By the clock: to kill takes long on v1 where a process can't be frozen.
    while attempt < 2 || monotonicMilliseconds() < end {
      if rmdir(path) == 0 { return }
      switch errno {
      case ENOENT: return
      case EBUSY, EINTR:
        for child in childDirectories(of: path) { try remove("\(path)/\(child)") }
        // The init of a PID namespace takes all others with it: often there is nobody to kill.
        if attempt % 10 == 5 { try killAll() }
        if attempt > 0 { usleep(attempt < 20 ? 50 : 1000) }
      default: throw KernelError(call: "rmdir", subject: path, errno: .last)
      }
      attempt += 1
    }
    let words = survivors(of: (try? processes(below: path)) ?? [])
    throw KernelError(
      call: "rmdir", subject: path + (words.isEmpty ? "" : ", where \(words)"),
      errno: .resourceBusy)
  }

  /// The first process that sleeps uninterruptibly, on a disk that doesn't answer, say: SIGKILL ends
  /// it when that is over.
  /// - Parameter other: one that may have no cgroup.
  public func uninterruptible(or other: Int32) -> Int32? {
    (((try? processes()) ?? []) + [other]).first { ProcessStat(pid: $0)?.state == "D" }
  }

  /// Those that go on though killed: "process 7 (dd) waits in the kernel (state D)". If some do that,
  /// only they: the init of a PID namespace waits for them.
  /// - Parameter other: one that may have no cgroup.
  public func survivors(or other: Int32) -> String {
    let all = (try? processes()) ?? []
    return survivors(of: all.isEmpty ? [other] : all)
  }

  private func survivors(of all: [Int32]) -> String {
    let waiting = all.filter { ProcessStat(pid: $0)?.state == "D" }
    return (waiting.isEmpty ? all : waiting).prefix(5).map { pid in
      let name = (try? readKernelFile("/proc/\(pid)/comm")).map {
        String(decoding: $0.dropLast(), as: UTF8.self)
      }
      return "process \(pid) (\(name ?? "?")) "
        + (waiting.isEmpty ? "goes on" : "waits in the kernel (state D)")
    }.joined(separator: ", ")
  }
}
