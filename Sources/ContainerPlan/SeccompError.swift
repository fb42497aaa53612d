/// A seccomp profile that can't be turned into a filter.
public struct SeccompError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where: a JSON pointer into config.json.
  public let pointer: String
  /// What is wrong there.
  public let problem: String

  /// The pointer begins below `/linux/seccomp`.
  init(_ pointer: String, _ problem: String) {
    self.pointer = "/linux/seccomp" + pointer
    self.problem = problem
  }

  /// "/linux/seccomp/syscalls/3/action: …".
  public var description: String { "\(pointer): \(problem)" }
}
