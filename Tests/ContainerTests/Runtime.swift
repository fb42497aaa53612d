import Glibc
import OCISpec

/// Who makes a container, or works on it.
enum Runtime: String, CaseIterable, Sendable {
  case apus, runc

  /// The one that has not made it.
  var other: Runtime { self == .apus ? .runc : .apus }

  /// Another runc than that of the path is named by a variable.
  fileprivate static let runcPath = getenv("RUNC").map { String(cString: $0) } ?? "runc"
}

extension Sandbox {
  /// The command line of a runtime, on the containers of this sandbox.
  func commandLine(of runtime: Runtime) -> String {
    "\(runtime == .apus ? apus : Runtime.runcPath) --root \(folder)/state"
  }

  /// Begins a command of either.
  func begin(by runtime: Runtime, _ words: String...) throws -> Command {
    try begin(by: runtime, words)
  }

  private func begin(by runtime: Runtime, _ words: [String]) throws -> Command {
    let line = commandLine(of: runtime).split(separator: " ").map { String($0) }
    return try Command(line + words, in: folder, mark: id)
  }

  /// Runs a command of either to its end.
  func by(_ runtime: Runtime, _ words: String...) throws -> Finished {
    try begin(by: runtime, words).finish()
  }
}
