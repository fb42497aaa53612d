import Testing

/// A moment in the life of a command: just before one of its system calls.
///
/// strace runs beside the command (-D) and not above it, for it stays for as long as there is
/// something to trace, and an init at the gate stays for ever.
struct KillPoint: CustomTestStringConvertible, Sendable {
  /// The system call.
  let call: String
  /// Which one of this name, counted from 1 in its process.
  let occurrence: Int

  var testDescription: String { "\(call) \(occurrence)" }

  /// All moments of a command and of the processes that it makes, as strace sees them.
  static func all(of command: String, in sandbox: Sandbox) throws -> [KillPoint] {
    let traced = try sandbox.script("exec strace -D -f -o trace \(command)")
    try #require(traced.status == 0, "\(traced)")
    // Beside the command, strace may write its last lines after the command's end.
    let path = "\(sandbox.folder)/trace"
    let isWhole = eventually(within: 10) {
      let all = lines(of: path)
      guard let process = all.first?.prefix(while: \.isNumber) else { return false }
      return all.contains { $0.hasPrefix("\(process) ") && $0.contains("+++ exited with") }
    }
    try #require(isWhole)
    var counts: [String: Int] = [:]
    var points: [KillPoint] = []
    for line in lines(of: path) {
      let process = line.prefix(while: \.isNumber)
      let call = line.dropFirst(process.count).drop { $0 == " " }.prefix { $0 != "(" }
      guard call.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "_" }) else { continue }
      let key = "\(process) \(call)"
      counts[key, default: 0] += 1
      points.append(KillPoint(call: String(call), occurrence: counts[key, default: 0]))
    }
    // The first is the exec of the command itself, which strace doesn't stop.
    try #require(points.count > 20)
    return Array(points.dropFirst())
  }

  /// Runs a command in which the first process that comes to this moment dies by SIGKILL, which
  /// strace sends before the call is made.
  func kill(_ command: String, in sandbox: Sandbox) throws -> Finished {
    try sandbox.script(
      "exec strace -D -f -o /dev/null -e trace=\(call)"
        + " -e inject=\(call):signal=KILL:when=\(occurrence) \(command)", limit: 5)
  }
}
