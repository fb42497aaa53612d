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

  /// Sends one message and with it a copy of a descriptor.
  public func send(_ bytes: [UInt8], with passenger: Int32) throws(KernelError) {
    let number = self.number
    try check("sendmsg", "the socket to the runtime") {
      bytes.withUnsafeBytes { bytes in
        withUnsafePointer(to: passenger) {
          apus_send_with_fds(number, bytes.baseAddress, bytes.count, $0, 1)
        }
      }
    }
  }

  /// Receives one message; empty when the other end is closed.
  public func receive() throws(KernelError) -> Packet {
    var bytes = [UInt8](repeating: 0, count: 8192)
    var passenger: Int32 = -1
    let number = self.number
    let count = try check("recvmsg", "the socket to the container") {
      bytes.withUnsafeMutableBytes {
        apus_receive_with_fd(number, $0.baseAddress, $0.count, &passenger)
      }
    }
    bytes.removeLast(bytes.count - count)
    return Packet(
      bytes: bytes, passenger: passenger < 0 ? nil : Descriptor(owning: passenger))
  }
}

/// A message, and the descriptor that came with it.
@frozen public struct Packet: ~Copyable {
  /// What was sent; empty at the end.
  public let bytes: [UInt8]
  /// Close-on-exec.
  public var passenger: Descriptor?
}

/// Both ends; a process keeps one and closes the other.
@frozen public struct PacketSocketPair: ~Copyable {
  /// The runtime's end.
  public let outer: PacketSocket
  /// The container's end.
  public let inner: PacketSocket

  /// Closes the container's end, so that the other one sees when its last copy is closed.
  public consuming func outerAlone() -> PacketSocket { outer }
}
