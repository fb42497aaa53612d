import CLinux
import Glibc

/// An open file descriptor that closes itself, exactly once.
///
/// A leaked descriptor is an escape (CVE-2024-21626), so one that is not closed, handed on or
/// deliberately released does not compile.
public struct Descriptor: ~Copyable, Sendable {
  /// The number that the kernel knows it by. It stays owned by this value.
  public let number: Int32

  /// Takes ownership of an open descriptor.
  public init(owning number: Int32) { self.number = number }

  deinit { _ = close(number) }

  /// Gives the number up: the caller closes it, or lets exec do so.
  public consuming func release() -> Int32 {
    let number = self.number
    discard self
    return number
  }

  /// A second descriptor of the same open file, close-on-exec (`fcntl(2)`, F_DUPFD_CLOEXEC).
  public func duplicate(atLeast lowest: Int32 = 3) throws(KernelError) -> Descriptor {
    try LinuxKernel.duplicate(number, atLeast: lowest)
  }
}

/// A second descriptor of the same open file as one that isn't ours, close-on-exec.
public func duplicate(_ number: Int32, atLeast lowest: Int32 = 3) throws(KernelError) -> Descriptor
{
  Descriptor(
    owning: try check("fcntl F_DUPFD_CLOEXEC", "descriptor \(number)") {
      apus_fcntl(number, F_DUPFD_CLOEXEC, Int(lowest))
    })
}

/// Closes all descriptors from a number on but these.
public func closeDescriptors(from first: Int32, but kept: [Int32]) {
  var next = UInt32(first)
  for number in kept.sorted() where number >= first {
    if UInt32(number) > next { apus_close_range(next, UInt32(number) - 1, 0) }
    next = UInt32(number) + 1
  }
  apus_close_range(next, UInt32.max, 0)
}

extension Optional where Wrapped == Descriptor {
  /// The number to poll: that of the descriptor, or -1, which poll passes over.
  public var polledNumber: Int32 {
    switch self {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }
}

/// The current directory, as the `*at` calls name it (AT_FDCWD).
public let currentDirectory: Int32 = -100
