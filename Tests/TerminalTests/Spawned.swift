import CLinux
import Glibc
import LinuxKernel
import Testing

/// How many times slower this machine is than those that the limits on time are meant for.
let slowness = getenv("APUS_TEST_SLOWNESS").flatMap { Int32(String(cString: $0)) } ?? 1

/// A process that a test has started. It has a limited time to live.
final class Spawned {
  let pid: Int32
  private var end: Termination?
  // What the tests' own caller has left open would be in the way of what they open.
  private static let secured: Void? = try? secureInheritedDescriptors()

  /// The probe, beside the tests' own binary.
  static var probe: String {
    get throws {
      let own = try readLink("/proc/self/exe")
      return split(own).above + "/TerminalProbe"
    }
  }

  /// - Parameters:
  ///   - streams: what becomes descriptor 0, 1, …; nil for the null device.
  ///   - terminal: the path of a terminal that becomes the controlling one.
  init(_ arguments: [String], streams: [Int32?] = [], terminal: String? = nil) throws {
    _ = Self.secured
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let terminal { posix_spawn_file_actions_addopen(&actions, 200, terminal, O_RDWR, 0) }
    for stream in 0..<max(3, streams.count) {
      if streams.indices.contains(stream), let source = streams[stream] {
        posix_spawn_file_actions_adddup2(&actions, source, Int32(stream))
      } else if terminal != nil {
        posix_spawn_file_actions_adddup2(&actions, 200, Int32(stream))
      } else {
        posix_spawn_file_actions_addopen(&actions, Int32(stream), "/dev/null", O_RDWR, 0)
      }
    }
    if terminal != nil { posix_spawn_file_actions_addclose(&actions, 200) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // In a session of its own, so that no terminal of the tests' caller is in sight; and with no
    // signal blocked, as the tests' threads may have them.
    posix_spawnattr_setflags(
      &attributes, Int16(0x80 /* POSIX_SPAWN_SETSID */ | POSIX_SPAWN_SETSIGMASK))
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var argv = arguments.map { strdup($0) } + [nil]
    defer { argv.forEach { free($0) } }
    var pid: Int32 = 0
    let error = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, Glibc.environ)
    try #require(error == 0, "\(arguments[0]): \(String(cString: strerror(error)))")
    self.pid = pid
  }

  /// Its exit status, as a shell says it.
  func wait(seconds: Int32 = 20) throws -> Int32 {
    if let end { return end.exitStatus }
    let process = try ProcessDescriptor(opening: pid)
    if try !process.waitUntilEnded(milliseconds: seconds * slowness * 1000) {
      kill(pid, SIGKILL)
      Issue.record("it has not ended within \(seconds * slowness) s")
    }
    let end = try #require(try process.reap())
    self.end = end
    return end.exitStatus
  }

  deinit {
    guard end == nil else { return }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }
}

/// Reads what another process writes, with a time limit.
final class Transcript {
  private let source: Int32
  private(set) var text = ""

  init(_ source: Int32) { self.source = source }

  /// Reads until `text` ends with, or holds, a string.
  @discardableResult
  func read(until wanted: String, seconds: Int32 = 20) throws -> String {
    while !text.contains(wanted) {
      guard readMore(seconds: seconds) else { break }
    }
    try #require(text.contains(wanted), "in what was read: \(text.suffix(500))")
    return text
  }

  /// Reads to the end.
  @discardableResult
  func readToEnd(seconds: Int32 = 20) -> String {
    while readMore(seconds: seconds) {}
    return text
  }

  private func readMore(seconds: Int32) -> Bool {
    var entry = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, seconds * slowness * 1000) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(source, &buffer, buffer.count)
    guard count > 0 else { return false }
    text += String(decoding: buffer[..<count], as: UTF8.self)
    return true
  }
}

/// A pipe, both of whose ends close themselves.
final class Pipe {
  let reading: Descriptor
  private var writingEnd: Descriptor?

  init() throws {
    var ends: [Int32] = [-1, -1]
    try check("pipe") { apus_pipe(&ends) }
    reading = Descriptor(owning: ends[0])
    writingEnd = Descriptor(owning: ends[1])
  }

  var writing: Int32 { writingEnd?.number ?? -1 }

  func closeWriting() { writingEnd = nil }
}

/// A terminal such as a person sits at, which the test types on and watches.
final class Desk {
  let terminal: PseudoTerminal
  let path: String
  let screen: Transcript

  init(size: WindowSize = WindowSize(rows: 24, columns: 80)) throws {
    let root = try open("/", [.path, .directory])
    terminal = try PseudoTerminal(in: root.number, size: size)
    path = try readLink("/proc/self/fd/\(terminal.peer.number)")
    screen = Transcript(terminal.master.number)
  }

  func type(_ keys: String) throws { try write(Array(keys.utf8), to: terminal.master.number) }

  func settings() throws -> TerminalSettings { try TerminalSettings(of: terminal.peer.number) }

  /// What is on the screen by now, after the process has ended.
  func rest() throws -> String {
    let master = terminal.master.number
    try check("fcntl") { apus_fcntl(master, F_SETFL, Int(O_NONBLOCK)) }
    return screen.readToEnd(seconds: 0)
  }
}

/// A folder that goes away with it.
final class Folder {
  let path: String

  init() throws {
    var template = Array("/tmp/apus-terminal-XXXXXX".utf8CString)
    path = String(cString: try #require(mkdtemp(&template)))
  }

  deinit {
    let removal = try? Spawned(["rm", "-rf", path])
    _ = try? removal?.wait()
  }
}

/// A socket of a path, or of the abstract name after an "@".
func boundSocket(_ type: __socket_type, _ name: String) throws -> Descriptor {
  let number = try check("socket") { socket(AF_UNIX, Int32(type.rawValue) | O_CLOEXEC, 0) }
  let descriptor = Descriptor(owning: number)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let isAbstract = name.hasPrefix("@")
  let bytes = isAbstract ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8) + [0]
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  let length = socklen_t(2 + bytes.count)
  try check("bind", name) {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
    }
  }
  return descriptor
}

/// The descriptor that came with a message.
func descriptor(of message: inout ReceivedMessage) throws -> Descriptor {
  if let descriptor = message.takeDescriptor() { return descriptor }
  throw KernelError(call: "receive", subject: "a descriptor", errno: .badFileDescriptor)
}
