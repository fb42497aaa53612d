import Glibc
import LinuxKernel

/// When each step of a plan begins and ends.
///
/// The runtime and the container's process share this memory (`mmap(2)`, MAP_SHARED): so the latter
/// needs no file of the host to write to, and makes no system call for it.
public struct StepTimes: Equatable, @unchecked Sendable {
  private let times: UnsafeMutablePointer<Int64>
  private let count: Int

  /// Room for a plan of so many steps, to the end of the process.
  public init(count: Int) throws(KernelError) {
    let size = max(1, count) * 2 * MemoryLayout<Int64>.size
    guard
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { throw KernelError(call: "mmap", subject: "the times of the steps", errno: .last) }
    times = memory.bindMemory(to: Int64.self, capacity: 2 * count)
    self.count = count
  }

  /// Notes that a step begins.
  public func begin(_ step: Int) { times[2 * step] = monotonicNanoseconds() }

  /// Notes that it has ended.
  public func end(_ step: Int) { times[2 * step + 1] = monotonicNanoseconds() }

  /// Ends what has begun: nobody is left to say that an exec has succeeded.
  public func endAll() {
    for step in 0..<count where times[2 * step] != 0 && times[2 * step + 1] == 0 { end(step) }
  }

  /// When a step was done, in nanoseconds; nil if it was not.
  public func interval(of step: Int) -> (begin: Int64, end: Int64)? {
    let (begin, end) = (times[2 * step], times[2 * step + 1])
    return begin == 0 ? nil : (begin, max(begin, end))
  }
}
