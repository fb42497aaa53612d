import ApusRuntime
import CLinux
import Glibc
import LinuxKernel
import Testing

/// The caller's sockets that are sent a descriptor.
struct ConsoleSocketTests {
  @Test func itIsSentTheMaster() throws {
    let folder = try Folder()
    let listener = try Listener("\(folder.path)/socket")
    let root = try open("/", [.path, .directory])
    let terminal = try PseudoTerminal(in: root.number)
    let socket = try ConsoleSocket(connectingTo: listener.path)
    try socket.send(master: terminal.master)
    var message = try listener.accept().receive()
    #expect(String(decoding: message.bytes, as: UTF8.self) == "/dev/ptmx")
    let master = try descriptor(of: &message)
    try write(Array("hello".utf8), to: terminal.peer.number)
    #expect(try Transcript(master.number).read(until: "hello") == "hello")
  }

  @Test(arguments: [(ProcessSocket.Role.initial, "standard"), (.entered, "setns")])
  func itIsSentThePidfd(role: ProcessSocket.Role, name: String) throws {
    let folder = try Folder()
    let listener = try Listener("\(folder.path)/socket")
    let spawned = try Spawned(["sleep", "9"])
    let process = try ProcessDescriptor(opening: spawned.pid)
    try ProcessSocket(connectingTo: listener.path).send(process, as: role)
    var message = try listener.accept().receive()
    #expect(String(decoding: message.bytes, as: UTF8.self) == name)
    let received = ProcessDescriptor(pid: 0, owning: try descriptor(of: &message))
    try received.send(.kill)
    #expect(try spawned.wait() == 137)
  }

  @Test func aPathMayBeLong() throws {
    let folder = try Folder()
    let deep = folder.path + String(repeating: "/" + String(repeating: "x", count: 200), count: 3)
    try makeDirectories(deep, mode: 0o700)
    let listener = try Listener("\(folder.path)/socket")
    try check("rename") { rename(listener.path, "\(deep)/socket") }
    let null = try open("/dev/null", .readOnly)
    try ConsoleSocket(connectingTo: "\(deep)/socket").send(master: null)
    var message = try listener.accept().receive()
    #expect(try descriptor(of: &message).number >= 0)
  }

  @Test(arguments: [
    ("missing", "ENOENT"), ("file", "ENOTSOCK"), ("deaf", "ECONNREFUSED"),
    ("messages", "EPROTOTYPE"),
  ])
  func aPathThatIsNoneIsNamed(name: String, errno: String) throws {
    let folder = try Folder()
    let path = "\(folder.path)/\(name)"
    let directory = try open(folder.path, [.path, .directory])
    _ = try open("\(folder.path)/file", [.writeOnly, .create], mode: 0o600)
    _ = try Listener("\(folder.path)/deaf")
    let messages = try UnixSocket(
      receivingAt: "messages", in: directory.number, mode: 0o600, path: "")
    let error = #expect(throws: RuntimeError.self) { _ = try ConsoleSocket(connectingTo: path) }
    #expect(error?.description.contains("(\(errno))") == true)
    #expect(error?.description.hasPrefix("connect to --console-socket \(path): ") == true)
    let other = #expect(throws: RuntimeError.self) { _ = try ProcessSocket(connectingTo: path) }
    #expect(other?.description.contains("(\(errno))") == true)
    #expect(other?.description.hasPrefix("connect to --pidfd-socket \(path): ") == true)
    #expect(messages.number >= 0)
  }
}

/// A stream socket that takes one connection.
private final class Listener {
  let path: String
  private let descriptor: Descriptor

  init(_ path: String) throws {
    self.path = path
    descriptor = try boundSocket(SOCK_STREAM, path)
    let number = descriptor.number
    try check("listen", path) { listen(number, 1) }
  }

  func accept() throws -> UnixSocket {
    let number = descriptor.number
    return UnixSocket(
      owning: Descriptor(owning: try check("accept") { Glibc.accept(number, nil, nil) }))
  }
}
