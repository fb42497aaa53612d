import Cgroups
import Glibc
import LinuxKernel

/// Something that a container's watcher is told.
public struct ContainerEvent: Encodable, Sendable {
  /// What kind of thing it is.
  public let type: Kind
  /// The container's name.
  public let id: String
  /// What it has used.
  public let data: CgroupStats?

  /// The kinds of events.
  public enum Kind: String, Encodable, Sendable {
    /// What the container has used, regularly.
    case stats
    /// The kernel ran out of memory for it.
    case oom
  }
}

extension Container {
  /// What it has used so far.
  public func stats() throws(RuntimeError) -> ContainerEvent {
    try requireCgroup("look at")
    return ContainerEvent(type: .stats, id: id, data: cgroup.stats())
  }

  /// Tells what the container has used, every so many milliseconds, and that memory has run out, as
  /// soon as it has; until the container ends.
  public func watch(
    everyMilliseconds interval: Int64, _ tell: (ContainerEvent) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let purpose = "watch container \"\(id)\""
    let process = try openInit("container with id \(id) is not running")
    try requireCgroup("watch")
    var memory = try attempt(purpose) { () throws(KernelError) in try OutOfMemoryWatch.begin(cgroup)
    }
    var next = monotonicMilliseconds() + interval
    let (number, events) = (memory?.number ?? -1, memory?.events ?? 0)
    while true {
      var entries = [
        pollfd(fd: process.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: number, events: events, revents: 0),
      ]
      let rest = Int32(clamping: max(0, next - monotonicMilliseconds()))
      try attempt(purpose) { () throws(KernelError) in
        _ = try check("poll") { poll(&entries, nfds_t(entries.count), rest) }
      }
      let hasEnded = entries[0].revents != 0
      // What ended it may be just that.
      if hasEnded || entries[1].revents != 0, memory?.hasHappened() == true {
        try tell(ContainerEvent(type: .oom, id: id, data: nil))
      }
      if hasEnded { return }
      if monotonicMilliseconds() >= next {
        try tell(try stats())
        next = max(next + interval, monotonicMilliseconds())
      }
    }
  }
}
