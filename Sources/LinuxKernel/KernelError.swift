import CLinux
import Glibc
import SystemPackage

/// A system call that failed: which, on what, and why.
public struct KernelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The call in the kernel's words, with what distinguishes it: "open", "mount_setattr nosuid".
  public let call: String
  /// What it was done to, usually a path.
  public let subject: String
  /// Why it failed.
  public let errno: Errno

  /// Records a failed call.
  public init(call: String, subject: String, errno: Errno) {
    self.call = call
    self.subject = subject
    self.errno = errno
  }

  /// "open /a/b: no such file or directory (ENOENT)".
  public var description: String {
    (subject.isEmpty ? call : "\(call) \(shownSubject)") + ": " + errno.named
  }

  /// What is longer than a path may be is cut, for the cause comes after it.
  private var shownSubject: String {
    subject.utf8.count < 4096 ? subject : "\(subject.prefix(80))…"
  }
}

extension Errno {
  /// The name that the manual pages use, "ENOENT".
  public var name: String {
    guard let name = apus_errno_name(rawValue) else { return "errno \(rawValue)" }
    return String(cString: name)
  }

  /// The C library's words, from which engines tell what went wrong, and the name:
  /// "no such file or directory (ENOENT)".
  public var named: String {
    let words = description
    return "\(words.prefix(1).lowercased())\(words.dropFirst()) (\(name))"
  }

  /// What the last failed call of the C library left.
  public static var last: Errno { Errno(rawValue: Glibc.errno) }
}

/// Calls `body` until it isn't interrupted by a signal, and turns a negative result into an error.
@discardableResult
public func check<Result: SignedInteger>(
  _ call: @autoclosure () -> String, _ subject: @autoclosure () -> String = "",
  _ body: () -> Result
) throws(KernelError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let errno = Errno.last
    if errno != .interrupted {
      throw KernelError(call: call(), subject: subject(), errno: errno)
    }
  }
}
