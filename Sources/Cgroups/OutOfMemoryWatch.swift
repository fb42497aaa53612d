import CLinux
import Glibc
import LinuxKernel

/// Hears of it when the kernel runs out of memory in a container's cgroup.
public struct OutOfMemoryWatch: ~Copyable {
  /// v1: an eventfd(2) that the kernel counts up. v2: memory.events, of whose changes poll(2) tells.
  private let descriptor: Descriptor
  private let kind: Kind
  private let paths: CgroupPaths
  /// How many were killed when we looked last.
  private var kills: Int

  private enum Kind {
    case eventfd(control: String)
    case events
  }

  /// The descriptor to poll; it stays owned by this value.
  public var number: Int32 { descriptor.number }

  /// What to poll it for.
  public var events: Int16 {
    if case .events = kind { Int16(POLLPRI) } else { Int16(POLLIN) }
  }

  private init(_ descriptor: consuming Descriptor, _ kind: Kind, _ paths: CgroupPaths) {
    self.descriptor = descriptor
    self.kind = kind
    self.paths = paths
    kills = paths.outOfMemoryKills
  }

  /// Begins to watch. Nil where the cgroup has no controller of memory.
  public static func begin(_ paths: CgroupPaths) throws(KernelError) -> OutOfMemoryWatch? {
    if let directory = paths["memory"] {
      let control = "\(directory)/cgroup.event_control"
      let counter = Descriptor(
        owning: try check("eventfd") { eventfd(0, O_CLOEXEC | O_NONBLOCK) })
      let watched = try open("\(directory)/memory.oom_control", .readOnly)
      try writeFile(control, "\(counter.number) \(watched.number)")
      return OutOfMemoryWatch(counter, .eventfd(control: control), paths)
    }
    guard let directory = paths[""],
      access("\(directory)/memory.events", F_OK) == 0
    else { return nil }
    let events = try open("\(directory)/memory.events", .readOnly)
    // It is told of what changes after it was read.
    _ = try readAll(events.number, path: "memory.events")
    return OutOfMemoryWatch(events, .events, paths)
  }

  /// Whether memory has run out since this was asked last.
  public mutating func hasHappened() -> Bool {
    switch kind {
    case .eventfd(let control):
      var count: UInt64 = 0
      // The end of the cgroup is counted, too.
      return read(number, &count, 8) == 8 && access(control, F_OK) == 0
    case .events:
      var buffer = [UInt8](repeating: 0, count: 1024)
      _ = pread(number, &buffer, buffer.count, 0)
      let now = paths.outOfMemoryKills
      defer { kills = now }
      return now > kills
    }
  }
}
