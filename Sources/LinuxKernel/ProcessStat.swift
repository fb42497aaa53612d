/// What `/proc/PID/stat` says of a process, as far as it tells one process from another.
public struct ProcessStat: Equatable, Sendable {
  /// "R", "S", "Z" …
  public let state: Character
  /// When it started, in clock ticks since boot: with the number it names one process for ever.
  public let startTime: UInt64
  /// How it ended, while it is a zombie and the kernel shows it.
  public let termination: Termination?

  /// Reads it; nil when there is no such process.
  public init?(pid: Int32) {
    guard pid > 0, let bytes = try? readKernelFile("/proc/\(pid)/stat") else { return nil }
    self.init(String(decoding: bytes, as: UTF8.self))
  }

  /// Reads the line (`proc_pid_stat(5)`).
  init?(_ text: String) {
    // The name in parentheses may hold anything, so the fields count from the last ")": the byte,
    // which is no character of its own behind one that joins what follows it.
    guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = text[text.utf8.index(after: end)...].split { $0 == " " || $0 == "\n" }
    guard fields.count > 19, let state = fields[0].first, let start = UInt64(fields[19]) else {
      return nil
    }
    self.state = state
    self.startTime = start
    let isZombie = state == "Z" || state == "X"
    self.termination =
      isZombie && fields.count > 49
      ? Int32(fields[49]).map(Termination.init(waitStatus:)) : nil
  }

  /// Whether it has ended, though its parent hasn't asked yet.
  public var hasEnded: Bool { state == "Z" || state == "X" }
}
