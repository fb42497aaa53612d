import CLinux
import Glibc
import LinuxKernel
import SystemPackage

/// A standard stream that is read or written without ever waiting for it.
///
/// To make the stream itself non-blocking would do so for everybody who has it open, the shell that
/// started us too. So it is opened a second time where that gives the same thing, a terminal or a
/// pipe; a socket is told with every call; and anything else is asked first.
enum HostStream: ~Copyable {
  case reopened(Descriptor)
  case socket(Int32)
  case shared(Int32)

  init(_ stream: Int32, _ direction: OpenFlags) {
    guard let found = try? status(stream) else {
      self = .shared(stream)
      return
    }
    if found.fileType == S_IFSOCK {
      self = .socket(stream)
      return
    }
    // To open a pseudo-terminal's master again would make another one.
    let canReopen =
      found.fileType == S_IFIFO || isTerminal(stream) && !found.isCharacterDevice(5, 2)
    let flags: OpenFlags = [direction, .nonBlocking, .noControllingTerminal]
    if canReopen, let own = try? open("/proc/self/fd/\(stream)", flags) {
      self = .reopened(own)
    } else {
      self = .shared(stream)
    }
  }

  /// The number, to poll.
  var number: Int32 {
    switch self {
    case .reopened(let own): own.number
    case .socket(let stream): stream
    case .shared(let stream): stream
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Progress {
    switch self {
    case .reopened(let own):
      Progress(Glibc.read(own.number, buffer.baseAddress, buffer.count))
    case .socket(let stream):
      Progress(recv(stream, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)))
    case .shared(let stream):
      isReady(stream, POLLIN)
        ? Progress(Glibc.read(stream, buffer.baseAddress, buffer.count)) : .wouldBlock
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Progress {
    switch self {
    case .reopened(let own): Progress(Glibc.write(own.number, bytes.baseAddress, bytes.count))
    case .socket(let stream):
      Progress(
        Glibc.send(
          stream, bytes.baseAddress, bytes.count,
          Int32(MSG_DONTWAIT | MSG_NOSIGNAL)))
    case .shared(let stream):
      // A pipe that is ready takes a page.
      isReady(stream, POLLOUT)
        ? Progress(Glibc.write(stream, bytes.baseAddress, min(bytes.count, 4096))) : .wouldBlock
    }
  }

  private func isReady(_ stream: Int32, _ event: Int32) -> Bool {
    var entry = pollfd(fd: stream, events: Int16(event), revents: 0)
    return poll(&entry, 1, 0) > 0
  }
}

/// How far a read or write got that does not wait.
enum Progress: Equatable {
  case bytes(Int)
  case wouldBlock
  /// Nothing will come or go any more.
  case ended

  /// By the result of read, write and their like, right after the call.
  init(_ result: Int) {
    if result > 0 {
      self = .bytes(result)
    } else if result < 0, [.resourceTemporarilyUnavailable, .interrupted].contains(Errno.last) {
      self = .wouldBlock
    } else {
      self = .ended
    }
  }
}
