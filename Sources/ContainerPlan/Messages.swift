import LinuxKernel

/// What the container's process tells the runtime: the first byte of a message.
public enum Message: UInt8, Sendable {
  /// It waits for the runtime's steps at a place of the plan.
  case reached = 1
  /// A step failed; a ``StepFailure`` follows.
  case failed = 2
  /// All is set up: only the gate and exec are left.
  case atGate = 3
  /// The terminal's master end, as a descriptor.
  case terminal = 4
  /// Its child goes on from here, and waits to be known: its pidfd comes as a descriptor.
  case entered = 5
  /// Only the runtime may copy what a step of the plan binds. The answer has the copy as a
  /// descriptor, or a ``StepFailure``.
  case source = 7
  /// The number of its descriptor of the listener of its seccomp filter follows.
  case listener = 8
  /// The next thing is exec.
  case executing = 6

  /// The message with a number.
  public func bytes(_ number: Int32) -> [UInt8] {
    let bits = UInt32(bitPattern: number)
    return [rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
  }

  /// The number in a message; nil when it is cut short.
  public static func number(in bytes: [UInt8]) -> Int32? {
    guard bytes.count >= 5 else { return nil }
    return Int32(
      bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[1 + $1]) << (8 * UInt32($1)) })
  }
}

/// A step that failed in the container, as it travels to the runtime.
public struct StepFailure: Equatable, Sendable {
  /// Its index in the plan.
  public let step: Int
  /// Why.
  public let reason: String

  /// Describes a failure.
  public init(step: Int, reason: String) {
    self.step = step
    self.reason = reason
  }

  /// The message; cut, so that a path of any length fits.
  public var encoded: [UInt8] {
    var bytes = Message.failed.bytes(Int32(step))
    for scalar in reason.unicodeScalars {
      let next = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      guard bytes.count + next.count <= 6000 else { break }
      bytes += next
    }
    return bytes
  }

  /// Reads what ``encoded`` made; nil when it is cut short.
  public init?(_ bytes: [UInt8]) {
    guard let step = Message.number(in: bytes) else { return nil }
    self.init(step: Int(step), reason: String(decoding: bytes[5...], as: UTF8.self))
  }
}
