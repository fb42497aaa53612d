import CLinux
import Glibc

/// One end of a pair of sockets that keep messages apart (`unix(7)`, SOCK_SEQPACKET).
public struct PacketSocket: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// The number; it stays owned by this value.
  public var number: Int32 { descriptor.number }

  private init(owning descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Makes a pair of them, close-on-exec, and hands each end to `body`.
  public static func pair() throws(KernelError) -> PacketSocketPair {
    var ends: [Int32] = [-1, -1]
    try check("socketpair") {
      socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | 0o2000000, 0, &ends)
    }
    return PacketSocketPair(
      outer: PacketSocket(owning: Descriptor(owning: ends[0])),
      inner: PacketSocket(owning: Descriptor(owning: ends[1])))
  }

  /// Sends one message. With write, the one call that a strict seccomp profile has to allow anyway.
  public func send(_ bytes: [UInt8]) throws(KernelError) {
    let number = self.number
    try check("write", "the socket to the runtime") {
      bytes.withUnsafeBytes { write(number, $0.baseAddress, $0.count) }
    }
  }

  /// Receives one message; empty when the other end is closed.
  public func receive() throws(KernelError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 8192)
    let number = self.number
    let count = try check("read", "the socket to the container") {
      bytes.withUnsafeMutableBytes { read(number, $0.baseAddress, $0.count) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

/// Both ends; a process keeps one and closes the other.
@frozen public struct PacketSocketPair: ~Copyable {
  /// The runtime's end.
  public let outer: PacketSocket
  /// The container's end.
  public let inner: PacketSocket
}
