import CLinux
import Glibc
import LinuxKernel
import Testing

/// A socket that is sent a listener, for one that answers every call with an error.
final class SeccompAgent {
  let path: String
  private let socket: Descriptor

  init(at path: String) throws {
    self.path = path
    socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let number = socket.number
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(number, 8) == 0)
  }

  /// What comes next, within ten seconds.
  func accept() throws -> ReceivedMessage {
    var entry = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
    try #require(poll(&entry, 1, 10_000) == 1, "nobody connects")
    let connection = Descriptor(owning: Glibc.accept(socket.number, nil, nil))
    return try receiveMessage(over: connection.number)
  }

  /// Answers the next call with an error, and says which call it was.
  func refuse(on listener: Int32, with error: Int32) throws -> Int32 {
    var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    try #require(poll(&entry, 1, 10_000) == 1, "no call comes")
    var call = [UInt64](repeating: 0, count: 10)  // struct seccomp_notif
    try #require(apus_ioctl_pointer(listener, 0xc050_2100, &call) == 0)
    // struct seccomp_notif_resp: the call's id, the value, the error and flags.
    var answer = [call[0], 0, UInt64(UInt32(bitPattern: -error))]
    try #require(apus_ioctl_pointer(listener, 0xc018_2101, &answer) == 0)
    return Int32(truncatingIfNeeded: call[2])
  }
}
