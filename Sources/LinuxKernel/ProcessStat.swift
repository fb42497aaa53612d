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
    self.init(bytes)
  }

  /// Reads the line (`proc_pid_stat(5)`); by bytes, as a list of containers reads as many of them.
  init?(_ line: [UInt8]) {
    // The name in parentheses may hold anything, so the fields count from the last ")".
    guard let end = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    var fields = Fields(line[(end + 1)...])
    guard let state = fields.next()?.first else { return nil }
    guard let start = fields.next(afterSkipping: 18).flatMap({ number($0) }) else { return nil }
    self.state = Character(Unicode.Scalar(state))
    self.startTime = start
    guard state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") else {
      termination = nil
      return
    }
    let status = fields.next(afterSkipping: 29).flatMap { number($0) }
    self.termination = status.flatMap { Int32(exactly: $0) }.map(Termination.init(waitStatus:))
  }

  /// Whether it has ended, though its parent hasn't asked yet.
  public var hasEnded: Bool { state == "Z" || state == "X" }
}

/// What blanks keep apart.
private struct Fields {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func next(afterSkipping count: Int = 0) -> ArraySlice<UInt8>? {
    for _ in 0..<count where skip() == nil { return nil }
    return skip()
  }

  private mutating func skip() -> ArraySlice<UInt8>? {
    rest = rest.drop { isBlank($0) }
    let field = rest.prefix { !isBlank($0) }
    rest = rest[field.endIndex...]
    return field.isEmpty ? nil : field
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
  }
}

private func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
  var value: UInt64 = 0
  for byte in digits {
    let digit = byte &- UInt8(ascii: "0")
    let (product, overflows) = value.multipliedReportingOverflow(by: 10)
    let (sum, exceeds) = product.addingReportingOverflow(UInt64(digit))
    guard digit < 10, !overflows, !exceeds else { return nil }
    value = sum
  }
  return value
}
