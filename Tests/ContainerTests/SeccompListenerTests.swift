import Glibc
import JSON
import OCISpec
import Testing

/// Seccomp filters that leave calls to a listener.
@Suite struct SeccompListenerTests {
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
    let agent = try SeccompAgent(at: "\(apus.folder)/agent")
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
    let agent = try SeccompAgent(at: "\(apus.folder)/agent")
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
