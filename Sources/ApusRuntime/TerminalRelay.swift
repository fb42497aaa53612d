import CLinux
import Glibc
import LinuxKernel

/// Carries keys from this program's input to the container's terminal, and what is printed there
/// to this program's output.
package struct TerminalRelay: ~Copyable {
  private var terminal: HostTerminal
  private let input: HostStream
  private let output: HostStream
  /// Nil when the output is gone: the container's terminal is then hung up, as a real one would be.
  private var master: Descriptor?
  /// Held open so that the master never hangs up: between two programs that open `/dev/console`
  /// nobody else may have it.
  private var peer: Descriptor?
  private var keys = RelayBuffer()
  private var screen = RelayBuffer()
  private var inputEnded = false
  private var screenEnded = false

  /// Begins: the host's terminal becomes raw, and the container's gets its size.
  package init(
    _ terminal: consuming HostTerminal, master: consuming Descriptor, input: Int32 = 0,
    output: Int32 = 1
  ) throws(RuntimeError) {
    let number = master.number
    let peer = try attempt("relay the terminal") { () throws(KernelError) in
      // Nobody else has the master.
      try check("fcntl F_SETFL", "the terminal") { apus_fcntl(number, F_SETFL, Int(O_NONBLOCK)) }
      // The host's terminal makes "\r\n" where it is needed.
      try TerminalSettings(of: number).plainNewlines.apply(to: number)
      return try openPeer(ofMaster: number)
    }
    var terminal = terminal
    try? terminal.size?.apply(to: number)
    try terminal.makeRaw()
    self.input = HostStream(input, .readOnly)
    self.output = HostStream(output, .writeOnly)
    self.peer = consume peer
    self.master = consume master
    self.terminal = terminal
  }

  /// Gives the container's terminal the size of the host's.
  mutating func copyWindowSize() {
    guard let number = master?.number else { return }
    // A terminal that has just gone away has no size, and that is told by SIGHUP.
    try? terminal.size?.apply(to: number)
  }

  /// After a stop the shell has set the terminal as it likes it.
  mutating func resume() {
    try? terminal.makeRaw()
    copyWindowSize()
  }

  /// What to poll.
  var entries: [pollfd] {
    let number = master.polledNumber
    let wantsKeys = number >= 0 && !inputEnded && keys.isEmpty
    let events = (screen.isEmpty && !screenEnded ? POLLIN : 0) | (keys.isEmpty ? 0 : POLLOUT)
    return [
      pollfd(fd: wantsKeys ? input.number : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: events == 0 ? -1 : number, events: Int16(events), revents: 0),
      pollfd(fd: screen.isEmpty ? -1 : output.number, events: Int16(POLLOUT), revents: 0),
    ]
  }

  /// Copies what there is without waiting.
  mutating func proceed() {
    // Not for ever: there may be a signal.
    for _ in 0..<16 {
      let moved = copyKeys()
      guard copyScreen() || moved else { return }
    }
  }

  private mutating func copyKeys() -> Bool {
    guard let master = master?.number else { return false }
    if keys.isEmpty {
      guard !inputEnded else { return false }
      // Like the keyboard of a terminal, an input that ends says nothing to the program.
      if keys.fill(from: input) == .ended { inputEnded = true }
    }
    switch keys.flush(to: master) {
    case .bytes: return true
    case .wouldBlock: return false
    case .ended:
      inputEnded = true
      keys = RelayBuffer()
      return false
    }
  }

  private mutating func copyScreen() -> Bool {
    guard let master = master?.number else { return false }
    if screen.isEmpty, !screenEnded, screen.fill(from: master) == .ended { screenEnded = true }
    switch screen.flush(to: output) {
    case .bytes: return true
    case .wouldBlock: return false
    case .ended:
      hangUp()
      return false
    }
  }

  private mutating func hangUp() {
    screen = RelayBuffer()
    peer = nil
    master = nil
  }

  /// Copies all that was printed before the process ended. A read of the master finds everything
  /// that was written before it.
  /// - Parameter signals: gives up when one comes that asks this program to end.
  mutating func finish(_ signals: borrowing SignalDescriptor) throws(KernelError) {
    keys = RelayBuffer()
    inputEnded = true
    screenEnded = false
    // More than the kernel ever holds back. A process that outlives this one may print for ever.
    var left = 1 << 20
    while let number = master?.number {
      if screen.isEmpty {
        guard left > 0, case .bytes(let count) = screen.fill(from: number) else { return }
        left -= count
      }
      switch screen.flush(to: output) {
      case .bytes: continue
      case .ended: hangUp()
      case .wouldBlock:
        var entries = [
          pollfd(fd: output.number, events: Int16(POLLOUT), revents: 0),
          pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0),
        ]
        try check("poll", "the output") { poll(&entries, 2, -1) }
        if entries[1].revents != 0, try signals.next().contains(where: { $0.asksToEnd }) { return }
      }
    }
  }
}

extension Signal {
  /// SIGHUP, SIGINT, SIGQUIT, SIGTERM.
  fileprivate var asksToEnd: Bool { [1, 2, 3, 15].contains(rawValue) }
}

/// Bytes that were read and are still to be written.
private struct RelayBuffer: ~Copyable {
  private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 8)
  private var pending = 0..<0

  deinit { bytes.deallocate() }

  var isEmpty: Bool { pending.isEmpty }

  /// Reads, when nothing is left to be written.
  mutating func fill(from stream: borrowing HostStream) -> Progress {
    filled(stream.read(into: bytes))
  }

  /// Reads from a descriptor that is non-blocking.
  mutating func fill(from number: Int32) -> Progress {
    filled(Progress(read(number, bytes.baseAddress, bytes.count)))
  }

  private mutating func filled(_ progress: Progress) -> Progress {
    if case .bytes(let count) = progress { pending = 0..<count }
    return progress
  }

  /// Writes what there is; ``Progress/wouldBlock`` when there is nothing.
  mutating func flush(to stream: borrowing HostStream) -> Progress {
    pending.isEmpty ? .wouldBlock : flushed(stream.write(rest))
  }

  /// Writes to a descriptor that is non-blocking.
  mutating func flush(to number: Int32) -> Progress {
    pending.isEmpty ? .wouldBlock : flushed(Progress(write(number, rest.baseAddress, rest.count)))
  }

  private var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[pending]) }

  private mutating func flushed(_ progress: Progress) -> Progress {
    if case .bytes(let count) = progress { pending.removeFirst(count) }
    return progress
  }
}
