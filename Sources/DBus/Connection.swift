import Glibc
import LinuxKernel

/// A connection to a message bus. Every wait has an end.
public struct Connection: ~Copyable {
  private let socket: UnixSocket
  private var received: [UInt8] = []
  private var serial: UInt32 = 0
  /// Signals that came while something else was waited for.
  private var signals: [Message] = []

  /// Connects to the bus at a socket's path, or at the abstract name after an "@", and says hello.
  public static func connect(to path: String) throws(DBusError) -> Connection {
    var connection = Connection(over: try socket(path))
    // The bus knows from the kernel who calls; in a user namespace we don't know our own number.
    // Nothing of this has to be waited for before the next is said.
    try connection.write(Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
    let hello = try connection.send(
      Message(
        calling: "org.freedesktop.DBus", "Hello", of: "/org/freedesktop/DBus",
        at: "org.freedesktop.DBus"))
    let deadline = Deadline(seconds: 10)
    for wanted in ["DATA", "OK"] {
      let line = try connection.readLine(deadline)
      guard line.hasPrefix(wanted) else { throw .refused(line) }
    }
    _ = try connection.answer(to: hello, "Hello", deadline)
    return connection
  }

  private static func socket(_ path: String) throws(DBusError) -> UnixSocket {
    do throws(KernelError) {
      return try UnixSocket(connecting: .stream, to: path)
    } catch {
      throw .kernel(error)
    }
  }

  private init(over socket: consuming UnixSocket) { self.socket = socket }

  /// Sends a message and returns its number, by which its answer is known.
  public mutating func send(_ message: consuming Message) throws(DBusError) -> UInt32 {
    serial += 1
    message.serial = serial
    try write(message.encoded())
    return serial
  }

  /// Calls a method and returns what it answers.
  public mutating func call(_ message: consuming Message, seconds: Int) throws(DBusError) -> [Value]
  {
    let name = message.member
    return try answer(to: try send(message), name, Deadline(seconds: seconds))
  }

  /// Waits for the answer to a call.
  /// - Parameter name: the method's, for errors.
  public mutating func answer(to serial: UInt32, _ name: String, _ deadline: Deadline)
    throws(DBusError) -> [Value]
  {
    while true {
      let message = try receive(name, deadline)
      switch message.kind {
      case .answer where message.replySerial == serial: return message.body
      case .error where message.replySerial == serial:
        throw .answer(name: message.errorName, message: message.body.first?.text ?? "")
      case .signal: signals.append(message)
      default: continue
      }
    }
  }

  /// Waits for a signal, which may have come already.
  /// - Parameters:
  ///   - purpose: what it tells of, for errors.
  ///   - isWanted: tells it from others of that name.
  public mutating func signal(
    _ name: String, _ purpose: String, _ deadline: Deadline, where isWanted: (Message) -> Bool
  ) throws(DBusError) -> Message {
    if let index = signals.firstIndex(where: { $0.member == name && isWanted($0) }) {
      return signals.remove(at: index)
    }
    while true {
      let message = try receive(purpose, deadline)
      if message.kind == .signal, message.member == name, isWanted(message) { return message }
    }
  }

  private func write(_ bytes: [UInt8]) throws(DBusError) {
    do throws(KernelError) {
      try LinuxKernel.write(bytes, to: socket.number, path: "to the bus")
    } catch {
      throw .kernel(error)
    }
  }

  /// The next message of a kind that is known.
  private mutating func receive(_ purpose: String, _ deadline: Deadline) throws(DBusError)
    -> Message
  {
    while true {
      if let length = try Message.length(received), received.count >= length {
        let bytes = Array(received[..<length])
        received.removeFirst(length)
        if let message = try Message(bytes) { return message }
        continue
      }
      try fill(purpose, deadline)
    }
  }

  private mutating func readLine(_ deadline: Deadline) throws(DBusError) -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: received[..<end], as: UTF8.self)
        received.removeFirst(end + 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      guard received.count < 4096 else { throw .malformed("its greeting has no end") }
      try fill("the greeting", deadline)
    }
  }

  /// Waits for more bytes.
  private mutating func fill(_ purpose: String, _ deadline: Deadline) throws(DBusError) {
    let number = socket.number
    var chunk = [UInt8](repeating: 0, count: 4096)
    var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    let left = deadline.milliseconds
    let count: Int
    do throws(KernelError) {
      let ready = try check("poll", "the bus") { poll(&entry, 1, left) }
      count =
        ready == 0
        ? -1 : try check("read", "from the bus") { read(number, &chunk, chunk.count) }
    } catch {
      throw .kernel(error)
    }
    if count < 0 { throw .late(purpose, seconds: deadline.seconds) }
    if count == 0 { throw .closed }
    received += chunk[..<count]
  }
}

/// A moment after which nobody waits any more.
public struct Deadline: Sendable {
  /// How long the wait was to be.
  public let seconds: Int
  private let end: Int64

  /// A moment, from now on.
  public init(seconds: Int) {
    self.seconds = seconds
    end = monotonicMilliseconds() + Int64(seconds) * 1000
  }

  /// How long it is until then, for poll.
  var milliseconds: Int32 { Int32(clamping: max(0, end - monotonicMilliseconds())) }
}
