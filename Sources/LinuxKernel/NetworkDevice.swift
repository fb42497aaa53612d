import CLinux
import Glibc
import SystemPackage

/// Moves a network device to the network namespace of a process, under a name that may have `%d` for
/// a free number, and up. Its addresses go along as in runc: those that are permanent and of global
/// scope, for the kernel takes all away when a device is moved.
public func moveNetworkDevice(_ name: String, to newName: String, ofNamespaceOf pid: Int32)
  throws(KernelError)
{
  let path = "/proc/\(pid)/ns/net"
  let namespace = try open(path, .readOnly)
  let host = try RouteSocket()
  let container = try RouteSocket(in: namespace, path: path)
  guard let device = try links(host).first(where: { $0.name == name }) else {
    throw KernelError(
      call: "find the network device", subject: name, errno: .operationNotSupportedByDevice)
  }
  let addresses = try addresses(of: device.index, host)
  let before = try links(container)
  // The kernel would move it all the same, and leave it there under its old name.
  guard !before.contains(where: { $0.name == newName }) else {
    throw KernelError(
      call: "move to the container as \(newName) the network device", subject: name,
      errno: .fileExists)
  }
  // Nothing of the host may go on using it while it is on its way.
  try host.order(link(device.index, up: false), "set down the network device", name)
  var move = link(device.index, up: nil)
  move.add(3 /* IFLA_IFNAME */, Array(newName.utf8) + [0])
  move.add(28 /* IFLA_NET_NS_FD */, bytes(of: namespace.number))
  try host.order(move, "move to the container as \(newName) the network device", name)
  // There it may have got another number, and with %d another name.
  guard
    let moved = try links(container).first(where: { link in
      !before.contains { $0.index == link.index }
    })
  else {
    throw KernelError(
      call: "find in the container the network device", subject: newName,
      errno: .operationNotSupportedByDevice)
  }
  for var address in addresses {
    address.body.replaceSubrange(4..<8, with: bytes(of: moved.index))
    try container.order(address, "give its address back to the network device", moved.name)
  }
  try container.order(link(moved.index, up: true), "set up the network device", moved.name)
}

/// What struct ifinfomsg takes.
private let linkSize = 16
/// What struct ifaddrmsg takes.
private let addressSize = 8

/// An order to change a device; `up` nil leaves that as it is.
private func link(_ index: Int32, up: Bool?) -> RouteMessage {
  let flags: UInt32 = up == true ? 1 /* IFF_UP */ : 0
  return RouteMessage(
    16 /* RTM_NEWLINK */,
    [0, 0, 0, 0] + bytes(of: index) + bytes(of: flags) + bytes(of: UInt32(up == nil ? 0 : 1)))
}

private func links(_ socket: borrowing RouteSocket) throws(KernelError) -> [(
  index: Int32, name: String
)] {
  let question = RouteMessage(18 /* RTM_GETLINK */, [UInt8](repeating: 0, count: linkSize))
  return try socket.list(question, "list network devices").map { link in
    let name: [UInt8] = link.attributes(after: linkSize).first { $0.type == 3 }?.value ?? []
    return (link.number(at: 4), String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
  }
}

/// Orders that give a device the addresses that it has now.
private func addresses(of device: Int32, _ socket: borrowing RouteSocket) throws(KernelError)
  -> [RouteMessage]
{
  let question = RouteMessage(22 /* RTM_GETADDR */, [UInt8](repeating: 0, count: addressSize))
  let all = try socket.list(question, "list network addresses")
  return all.filter { message in
    let isPermanent = message.body.count >= addressSize && message.body[2] & 0x80 != 0
    return message.number(at: 4) == device && isPermanent && message.body[3] == 0 /* universe */
  }.map { message in
    var order = RouteMessage(20 /* RTM_NEWADDR */, Array(message.body.prefix(addressSize)))
    for attribute in message.attributes(after: addressSize)
    where [1 /* IFA_ADDRESS */, 2 /* IFA_LOCAL */, 4 /* IFA_BROADCAST */].contains(attribute.type) {
      order.add(attribute.type, attribute.value)
    }
    return order
  }
}
