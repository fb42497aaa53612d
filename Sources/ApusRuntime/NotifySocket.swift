import CLinux
import Glibc
import LinuxKernel
import OCISpec
import SystemPackage

/// How a container tells the host's service manager that it is ready (`sd_notify(3)`): the program
/// writes to a socket of the runtime, which passes on that it is ready, and nothing else.
package struct NotifySocket: Equatable, Sendable {
  /// The service manager's socket; "@" for an abstract name.
  package let host: String

  private static let folder = "notify"
  private static let name = "notify.sock"
  private static let destination = "/run/notify"

  /// The one that NOTIFY_SOCKET names; nil when this program has none.
  package init?(host: String? = environmentVariable("NOTIFY_SOCKET")) {
    guard let host, !host.isEmpty else { return nil }
    self.host = host
  }

  /// For the environment of the container's program.
  package var environment: String { "NOTIFY_SOCKET=\(Self.destination)/\(Self.name)" }

  /// The mount through which the program sees the socket: the folder, since the socket is made
  /// anew by every start.
  /// - Parameter state: the container's folder.
  package func mount(state: String) -> Spec.Mount {
    Spec.Mount(
      destination: Self.destination, type: "bind", source: "\(state)/\(Self.folder)",
      options: ["bind", "nosuid", "noexec", "nodev", "ro"])
  }

  /// Makes the folder that is mounted, in the container's.
  package func prepare(in state: Int32) throws(RuntimeError) {
    try attempt("make the folder of the notify socket") { () throws(KernelError) in
      try makeDirectory(Self.folder, mode: 0o755, at: state)
    }
  }

  /// Makes the socket. To be called before the program runs.
  /// - Parameter mainPID: the process that the service manager is told to watch: init's, or this
  ///   program's if that stays in the foreground.
  /// - Returns: nil when the container was made without a folder for it.
  package func listen(in state: Int32, mainPID: Int32) throws(RuntimeError) -> NotifyRelay? {
    guard let folder = try openFolder(in: state) else { return nil }
    let manager = try attempt("connect to NOTIFY_SOCKET") { () throws(KernelError) in
      try UnixSocket(connecting: .datagram, to: host)
    }
    let socket = try attempt("make the notify socket") { () throws(KernelError) in
      try UnixSocket(
        receivingAt: Self.name, in: folder.number, mode: 0o777,
        path: "\(Self.folder)/\(Self.name)")
    }
    return NotifyRelay(from: socket, to: manager, mainPID: mainPID)
  }

  private func openFolder(in state: Int32) throws(RuntimeError) -> Descriptor? {
    do throws(KernelError) {
      return try open(Self.folder, [.path, .directory, .noFollow], at: state)
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw RuntimeError("open the folder of the notify socket", error)
    }
  }
}

/// A notify socket that a container may write to, until the service manager knows that it is ready.
package struct NotifyRelay: ~Copyable {
  /// Nil when the container has said that it is ready.
  private var socket: UnixSocket?
  /// A pipe whose other end the service manager closes when it has read what it was told.
  private var barrier: Descriptor?
  private var deadline: Int64 = 0
  private let manager: UnixSocket
  private let mainPID: Int32

  init(from socket: consuming UnixSocket, to manager: consuming UnixSocket, mainPID: Int32) {
    self.socket = consume socket
    self.manager = manager
    self.mainPID = mainPID
  }

  /// What to poll; no descriptor when there is nothing left to do.
  var entry: pollfd {
    switch socket {
    case .some(let socket): pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
    // The end of a pipe is a hang-up, which is told unasked.
    case .none: pollfd(fd: barrier.polledNumber, events: 0, revents: 0)
    }
  }

  /// How long to poll at most, in milliseconds; -1 for ever.
  var timeout: Int32 {
    barrier == nil ? -1 : Int32(clamping: max(0, deadline - monotonicMilliseconds()))
  }

  /// Goes on, when ``entry`` was ready or the time is up.
  mutating func proceed() throws(KernelError) {
    if socket == nil {
      barrier = nil
      return
    }
    let number = entry.fd
    // Descriptors that come along are dropped by the kernel: that alone answers a BARRIER=1.
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try check("recv", "the notify socket") { recv(number, &bytes, bytes.count, 0) }
    let lines = bytes[..<count].split(separator: UInt8(ascii: "\n"))
    guard let ready = lines.first(where: { $0.starts(with: "READY=".utf8) }) else { return }
    socket = nil
    try tellManager(Array(ready))
  }

  private mutating func tellManager(_ ready: [UInt8]) throws(KernelError) {
    try manager.send(ready + Array("\n".utf8))
    try manager.send(Array("MAINPID=\(mainPID)\n".utf8))
    // The service manager knows a sender by its process, which must not be gone before the
    // message has been read.
    var ends: [Int32] = [-1, -1]
    try check("pipe") { apus_pipe(&ends) }
    let reading = Descriptor(owning: ends[0])
    let writing = Descriptor(owning: ends[1])
    try manager.send(Array("BARRIER=1".utf8), descriptors: [writing.number])
    barrier = consume reading
    deadline = monotonicMilliseconds() + 30_000
  }

  /// Passes on that the container is ready, and returns when the service manager has taken notice
  /// of it, when 30 s have gone by without that, or when `process` ends before it is ready.
  package mutating func forward(untilReadyOrEndOf process: borrowing ProcessDescriptor)
    throws(RuntimeError)
  {
    try attempt("forward READY=1 to NOTIFY_SOCKET") { () throws(KernelError) in
      while true {
        // What has been said is passed on, even if the process has ended since.
        var entries = [
          entry,
          pollfd(fd: socket == nil ? -1 : process.number, events: Int16(POLLIN), revents: 0),
        ]
        if entries[0].fd < 0 { return }
        let timeout = self.timeout
        let ready = try check("poll", "the notify socket") { poll(&entries, 2, timeout) }
        if entries[0].revents != 0 || ready == 0 {
          try proceed()
        } else if entries[1].revents != 0 {
          return
        }
      }
    }
  }
}
