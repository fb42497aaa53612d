import LinuxKernel
import SystemPackage

/// What init tells the runtime: the first byte of a message.
public enum Message: UInt8, Sendable {
  /// It waits for the runtime's steps at a place of the plan.
  case reached = 1
  /// A step failed; a ``StepFailure`` follows.
  case failed = 2
  /// All is set up: only the gate and exec are left.
  case atGate = 3
}

/// A step that failed in the container, as it travels to the runtime.
public struct StepFailure: Equatable, Sendable {
  /// Its index in the plan.
  public let step: Int
  /// What the kernel refused.
  public let error: KernelError

  /// Describes a failure.
  public init(step: Int, error: KernelError) {
    self.step = step
    self.error = error
  }

  var encoded: [UInt8] {
    // Cut, so that a path of any length fits into one message.
    let call = error.call.utf8.prefix(1000)
    let subject = error.subject.utf8.prefix(5000)
    return [
      UInt8(step & 0xff), UInt8(step >> 8 & 0xff), UInt8(truncatingIfNeeded: error.errno.rawValue),
      UInt8(call.count & 0xff), UInt8(call.count >> 8),
    ] + call + subject
  }

  /// Reads what ``encoded`` made; nil when it is cut short.
  public init?(_ bytes: ArraySlice<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count >= 5 else { return nil }
    let callCount = Int(bytes[3]) | Int(bytes[4]) << 8
    guard bytes.count >= 5 + callCount else { return nil }
    step = Int(bytes[0]) | Int(bytes[1]) << 8
    error = KernelError(
      call: String(decoding: bytes[5..<5 + callCount], as: UTF8.self),
      subject: String(decoding: bytes[(5 + callCount)...], as: UTF8.self),
      errno: Errno(rawValue: Int32(bytes[2])))
  }
}
