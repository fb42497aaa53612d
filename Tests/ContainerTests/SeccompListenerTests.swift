import CLinux
import Glibc
import JSON
import LinuxKernel
import OCISpec
import Testing

/// Seccomp filters that leave calls to a listener.
@Suite struct SeccompListenerTests {
  /// A socket that is sent a listener, for one that answers every call with an error.
  private final class Agent {
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

  private struct Told: Decodable {
    var ociVersion: String
    var fds: [String]
    var pid: Int32
    var metadata: String?
    var state: OCIState
  }

  private func sandbox(noNewPrivileges: Bool) throws -> Sandbox {
    let apus = try Sandbox("/bin/mkdir", "/dev/shm/x") {
      $0.process?.noNewPrivileges = noNewPrivileges
    }
    try apus.configure {
      $0.linux?.seccomp = .init(
        defaultAction: "SCMP_ACT_ALLOW", flags: [], listenerPath: "\(apus.folder)/agent",
        listenerMetadata: "some words",
        syscalls: [.init(names: ["mkdir", "mkdirat"], action: "SCMP_ACT_NOTIFY")])
    }
    return apus
  }

  @Test(arguments: [true, false]) func aCallIsAnsweredForByTheListener(noNewPrivileges: Bool) throws
  {
    let apus = try sandbox(noNewPrivileges: noNewPrivileges)
    let agent = try Agent(at: "\(apus.folder)/agent")
    let run = try apus.begin("run", apus.id)
    var message = try agent.accept()
    let told = try decodeJSON(Told.self, from: message.bytes)
    #expect(told.fds == ["seccompFd"])
    #expect(told.metadata == "some words")
    #expect(told.state.id == apus.id)
    #expect(told.state.bundle == apus.folder)
    #expect(told.state.pid == Int(told.pid))
    guard let descriptor = message.takeDescriptor() else {
      Issue.record("no descriptor came with the message")
      return
    }
    let listener = descriptor.number
    _ = try agent.refuse(on: listener, with: ENOTBLK)
    let end = try run.finish()
    #expect(end.status == 1)
    #expect(end.errors.contains("Block device required"), "\(end)")
  }

  @Test(arguments: [true, false]) func execHasItsOwn(noNewPrivileges: Bool) throws {
    let apus = try sandbox(noNewPrivileges: noNewPrivileges)
    let agent = try Agent(at: "\(apus.folder)/agent")
    try apus.configure { $0.process?.args = ["/bin/sleep", "100"] }
    #expect(try apus.create() == .silently)
    _ = try agent.accept()
    #expect(try apus.start() == .silently)
    let exec = try apus.begin("exec", apus.id, "/bin/mkdir", "/dev/shm/y")
    var message = try agent.accept()
    let told = try decodeJSON(Told.self, from: message.bytes)
    #expect(told.pid > 0 && Int(told.pid) != told.state.pid)
    #expect(told.state.pid == Int(try apus.pid()))
    #expect(told.state.status == "running")
    guard let descriptor = message.takeDescriptor() else {
      Issue.record("no descriptor came with the message")
      return
    }
    let listener = descriptor.number
    _ = try agent.refuse(on: listener, with: ENOTBLK)
    #expect(try exec.finish().errors.contains("Block device required"))
  }

  @Test func nobodyListening() throws {
    let apus = try sandbox(noNewPrivileges: true)
    expectRefusal(
      try apus.create(), "/linux/seccomp/listenerPath", "\(apus.folder)/agent", "ENOENT")
    #expect(apus.leftovers() == [])
  }
}
