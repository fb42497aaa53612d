import ContainerPlan
import JSON
import LinuxKernel

/// Why something could not be done, in one sentence for a person.
public struct RuntimeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was attempted, on what, why it failed and, where known, what to do.
  public let description: String

  /// A sentence of one's own.
  public init(_ description: String) { self.description = description }

  /// A failed system call, after what it was for.
  public init(_ attempt: String, _ error: KernelError) { self.init("\(attempt): \(error)") }
}

/// Runs `body`; a failed system call becomes a sentence that begins with `attempt`.
@discardableResult
func attempt<T: ~Copyable>(
  _ attempt: @autoclosure () -> String, _ body: () throws(KernelError) -> T
) throws(RuntimeError) -> T {
  do throws(KernelError) { return try body() } catch { throw RuntimeError(attempt(), error) }
}
