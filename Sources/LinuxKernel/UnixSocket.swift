import CLinux
import Glibc
import SystemPackage

/// A socket of this host (`unix(7)`).
public struct UnixSocket: ~Copyable, Sendable {
  /// What it carries.
  public enum Kind: Sendable {
    /// Bytes, over a connection.
    case stream
    /// Messages.
    case datagram

    fileprivate var type: Int32 {
      switch self {
      case .stream: Int32(SOCK_STREAM.rawValue)
      case .datagram: Int32(SOCK_DGRAM.rawValue)
      }
    }
  }

  private let descriptor: Descriptor

  /// The number, to poll; it stays owned by this value.
  public var number: Int32 { descriptor.number }

  private static func make(_ kind: Kind) throws(KernelError) -> Descriptor {
    Descriptor(owning: try check("socket") { socket(AF_UNIX, kind.type | O_CLOEXEC, 0) })
  }

  /// Takes ownership of a socket.
  public init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Connects to a path of any length, or to the abstract name after an "@".
  ///
  /// Throws ENOTSOCK for what isn't a socket, ECONNREFUSED when nobody listens, EAGAIN when whoever
  /// listens has not accepted for `seconds`.
  public init(connecting kind: Kind, to path: String, seconds: Int = 10) throws(KernelError) {
    let socket = try Self.make(kind)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    let number = socket.number
    try check("setsockopt SO_SNDTIMEO") {
      setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    if path.hasPrefix("@") {
      try address("\0" + path.dropFirst(), path) { connect(number, $0, $1) }
      self.init(owning: socket)
      return
    }
    let place = try open(path, [.path])
    guard try status(place.number, path: path).fileType == S_IFSOCK else {
      throw KernelError(call: "connect to", subject: path, errno: .notSocket)
    }
    // An address has room for 107 bytes.
    let name = path.utf8.count <= 107 ? path : "/proc/self/fd/\(place.number)"
    try address(name, path) { connect(number, $0, $1) }
    self.init(owning: socket)
  }

  /// Makes a socket that receives the messages that are sent to `name` in a directory. One that is
  /// left there from before gives way.
  public init(receivingAt name: String, in directory: Int32, mode: UInt32, path: String)
    throws(KernelError)
  {
    let socket = try Self.make(.datagram)
    let number = socket.number
    _ = unlinkat(directory, name, 0)
    try address("/proc/self/fd/\(directory)/\(name)", path) { bind(number, $0, $1) }
    try check("chmod", path) { fchmodat(directory, name, mode, 0) }
    self.init(owning: socket)
  }

  /// Gives up ownership: nobody closes it then.
  public consuming func release() -> Int32 { descriptor.release() }

  /// Sends one message, with descriptors of which the receiver gets copies.
  public func send(_ bytes: [UInt8], descriptors: [Int32] = []) throws(KernelError) {
    try sendMessage(bytes, descriptors: descriptors, over: number)
  }

  /// Receives one message, and a descriptor if one came with it.
  public func receive() throws(KernelError) -> ReceivedMessage {
    try receiveMessage(over: number)
  }
}

/// What came over a socket.
public struct ReceivedMessage: ~Copyable, Sendable {
  /// The message; empty when the other end is closed.
  public let bytes: [UInt8]
  /// The descriptor that came with it, close-on-exec.
  public var descriptor: Descriptor?

  /// Takes the descriptor out.
  public mutating func takeDescriptor() -> Descriptor? { descriptor.take() }
}

/// Sends one message over any socket of this host, with descriptors of which the receiver gets
/// copies (`unix(7)`, SCM_RIGHTS).
public func sendMessage(_ bytes: [UInt8], descriptors: [Int32], over socket: Int32)
  throws(KernelError)
{
  try check("sendmsg") {
    bytes.withUnsafeBytes {
      apus_send_with_fds(socket, $0.baseAddress, $0.count, descriptors, descriptors.count)
    }
  }
}

/// Receives one message over any socket of this host, and a descriptor if one came with it.
public func receiveMessage(over socket: Int32) throws(KernelError) -> ReceivedMessage {
  var bytes = [UInt8](repeating: 0, count: 8192)
  var number: Int32 = -1
  let count = try check("recvmsg") {
    bytes.withUnsafeMutableBytes {
      apus_receive_with_fd(socket, $0.baseAddress, $0.count, &number)
    }
  }
  bytes.removeLast(bytes.count - count)
  return ReceivedMessage(bytes: bytes, descriptor: number < 0 ? nil : Descriptor(owning: number))
}

/// Calls `body` with the address of a name, which begins with a NUL if it is abstract.
private func address(
  _ name: String, _ path: String,
  _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) throws(KernelError) {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = Array(name.utf8)
  let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
  guard bytes.count < MemoryLayout<sockaddr_un>.size - offset else {
    throw KernelError(call: "connect to", subject: path, errno: .fileNameTooLong)
  }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  // An abstract name is as long as the address says; a path ends at the NUL after it.
  let length = socklen_t(offset + bytes.count + (bytes.first == 0 ? 0 : 1))
  try check("connect to", path) {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
