import ApusRuntime
import Glibc

extension Option {
  static let regex = Option(
    "regex", short: "r",
    help: "take ID for a regular expression (POSIX's extended), and all whose names match it")
}

extension Invocation {
  /// Does something to the container that the first operand names; with `--regex` to all whose names
  /// match, one after the other, whatever becomes of those before.
  func forEachNamed(_ body: (String) throws(RuntimeError) -> Void) throws(RuntimeError) {
    let name = arguments.operands[0]
    guard arguments.has(.regex) else { return try body(name) }
    var failure: RuntimeError?
    for id in try store.ids(matching: name) {
      do throws(RuntimeError) {
        try body(id)
      } catch {
        if let failure { store.log(.error, failure.description) }
        failure = error
      }
    }
    if let failure { throw failure }
  }
}

extension ContainerStore {
  /// The names that an extended regular expression matches, anywhere in them (regex(7)).
  fileprivate func ids(matching pattern: String) throws(RuntimeError) -> [String] {
    var expression = regex_t()
    let failure = regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB)
    guard failure == 0 else {
      let capacity = 128
      let reason = String(unsafeUninitializedCapacity: capacity) { buffer in
        buffer.withMemoryRebound(to: CChar.self) {
          max(1, regerror(failure, &expression, $0.baseAddress, capacity)) - 1
        }
      }
      throw RuntimeError("invalid regular expression \"\(pattern)\": \(reason)")
    }
    defer { regfree(&expression) }
    return try ids().filter { regexec(&expression, $0, 0, nil, 0) == 0 }
  }
}
