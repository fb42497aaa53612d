import CLinux
import Glibc
import SystemPackage

/// A socket for questions and orders about the network of the namespace that it was made in
/// (`rtnetlink(7)`).
public struct RouteSocket: ~Copyable {
  private let descriptor: Descriptor

  /// A socket for the network namespace that this process is in.
  public init() throws(KernelError) {
    descriptor = Descriptor(
      owning: try check("socket AF_NETLINK") {
        socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | O_CLOEXEC, 0 /* NETLINK_ROUTE */)
      })
  }

  /// A socket for another network namespace. This process, which has one thread, is there for a
  /// moment.
  public init(in namespace: borrowing Descriptor, path: String) throws(KernelError) {
    let own = try open("/proc/self/ns/net", .readOnly)
    try join(.network, namespace, path: path)
    let made: RouteSocket
    do throws(KernelError) {
      made = try RouteSocket()
    } catch {
      try join(.network, own, path: "of the runtime")
      throw error
    }
    try join(.network, own, path: "of the runtime")
    self = made
  }

  /// Sends an order and waits until the kernel has carried it out.
  func order(_ message: RouteMessage, _ what: String, _ subject: String) throws(KernelError) {
    try send(message, flags: 0x5 /* NLM_F_REQUEST | NLM_F_ACK */)
    for reply in try receive(what, subject) where reply.type == 2 /* NLMSG_ERROR */ {
      let code = reply.number(at: 0)
      if code != 0 {
        throw KernelError(call: what, subject: subject, errno: Errno(rawValue: -code))
      }
    }
  }

  /// Asks for a list of all that there is of a kind.
  func list(_ message: RouteMessage, _ what: String) throws(KernelError) -> [RouteMessage] {
    try send(message, flags: 0x301 /* NLM_F_REQUEST | NLM_F_DUMP */)
    var all: [RouteMessage] = []
    while true {
      for reply in try receive(what, "") {
        switch reply.type {
        case 3 /* NLMSG_DONE */: return all
        case 2:
          throw KernelError(call: what, subject: "", errno: Errno(rawValue: -reply.number(at: 0)))
        default: all.append(reply)
        }
      }
    }
  }

  private func send(_ message: RouteMessage, flags: UInt16) throws(KernelError) {
    let bytes = message.encoded(flags: flags)
    let number = descriptor.number
    try check("send", "to netlink") {
      bytes.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, 0) }
    }
  }

  private func receive(_ what: String, _ subject: String) throws(KernelError) -> [RouteMessage] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let number = descriptor.number
    let count = try check(what, subject) {
      buffer.withUnsafeMutableBytes { recv(number, $0.baseAddress, $0.count, 0) }
    }
    return RouteMessage.all(in: buffer[..<count])
  }
}

/// A message of rtnetlink: its type, a structure, and attributes.
struct RouteMessage {
  var type: UInt16
  /// The structure and the attributes after it.
  var body: [UInt8]

  init(_ type: UInt16, _ structure: [UInt8]) {
    self.type = type
    self.body = structure
  }

  /// Adds an attribute.
  mutating func add(_ type: UInt16, _ value: [UInt8]) {
    body += bytes(of: UInt16(4 + value.count)) + bytes(of: type) + value
    body += [UInt8](repeating: 0, count: padding(value.count))
  }

  /// The attributes behind a structure of this size.
  func attributes(after size: Int) -> [(type: UInt16, value: [UInt8])] {
    var found: [(type: UInt16, value: [UInt8])] = []
    var place = size + padding(size)
    while place + 4 <= body.count {
      let length = Int(load(UInt16.self, body[place...]))
      guard length >= 4, place + length <= body.count else { break }
      let type = load(UInt16.self, body[(place + 2)...]) & 0x3fff
      found.append((type, Array(body[(place + 4)..<(place + length)])))
      place += length + padding(length)
    }
    return found
  }

  /// A number of the structure.
  func number(at place: Int) -> Int32 {
    place + 4 <= body.count ? load(Int32.self, body[place...]) : 0
  }

  func encoded(flags: UInt16) -> [UInt8] {
    bytes(of: UInt32(16 + body.count)) + bytes(of: type) + bytes(of: flags)
      + [UInt8](repeating: 0, count: 8) + body
  }

  static func all(in bytes: ArraySlice<UInt8>) -> [RouteMessage] {
    var rest = bytes
    var messages: [RouteMessage] = []
    while rest.count >= 16 {
      let length = Int(load(UInt32.self, rest))
      guard length >= 16, length <= rest.count else { break }
      let type = load(UInt16.self, rest.dropFirst(4))
      messages.append(RouteMessage(type, Array(rest.prefix(length).dropFirst(16))))
      rest = rest.dropFirst(length + padding(length))
    }
    return messages
  }
}

/// How many bytes are missing to a multiple of four.
private func padding(_ count: Int) -> Int { (4 - count % 4) % 4 }

func bytes<Number: FixedWidthInteger>(of number: Number) -> [UInt8] {
  withUnsafeBytes(of: number) { Array($0) }
}

private func load<Number: FixedWidthInteger>(_: Number.Type, _ bytes: ArraySlice<UInt8>) -> Number {
  bytes.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
}
