import JSON
import LinuxKernel
import OCISpec

/// A hook that could not be run, or did not succeed.
public struct HookFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// "exited with status 1: …".
  public let description: String
}

extension Spec.Hook {
  /// Runs the hook to its end with the container's state on standard input (config.md, Hooks).
  /// - Parameter directory: where it runs; nil: where this process is.
  public func run(_ state: OCIState, in directory: String? = nil) throws(HookFailure) {
    var program = Program(
      path: path, arguments: args.flatMap { $0.isEmpty ? nil : $0 } ?? [path],
      environment: env ?? [])
    program.directory = directory
    program.input = encodeJSON(state, style: .compact)
    program.timeout = timeout.map { Int32(clamping: $0.multipliedReportingOverflow(by: 1000).0) }
    let outcome: Program.Outcome
    do throws(KernelError) {
      outcome = try program.run()
    } catch {
      throw HookFailure(description: error.description)
    }
    let said = outcome.output.isEmpty ? "" : ": " + outcome.output.onOneLine
    switch outcome.termination {
    case .exited(0)?: return
    case let end?: throw HookFailure(description: "it \(end)\(said)")
    case nil:
      throw HookFailure(description: "it was killed after its timeout of \(timeout ?? 0) s\(said)")
    }
  }
}

extension Spec.Hook {
  /// What the error of one that failed begins with: "error running prestart hook #1: /bin/x
  /// (config.json /hooks/prestart/1)". The first words are those that users of runc look for.
  public func failure(_ kind: String, _ pointer: String) -> String {
    let (_, number) = split(pointer)
    return "error running \(kind) hook #\(number): \(path) (config.json \(pointer))"
  }
}

extension String {
  /// The text without its last line break, the others as spaces.
  fileprivate var onOneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
