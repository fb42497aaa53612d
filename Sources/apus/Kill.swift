import ApusRuntime
import LinuxKernel

extension Command {
  static let kill = Command(
    "kill", "send a signal to a container", operands: "ID [SIGNAL]", count: 1...2,
    description: """
      Sends a signal to the first process of a container. SIGNAL is a name such as
      KILL or SIGKILL, or a number; SIGTERM when there is none.
      """,
    options: [.regex, .all], endsOptionsAtOperand: true
  ) { invocation throws(RuntimeError) in
    let name = invocation.arguments.operands.dropFirst().first ?? "SIGTERM"
    guard let signal = name == "0" ? Signal(rawValue: 0) : Signal(name) else {
      throw RuntimeError("unknown signal \"\(name)\": give a name such as KILL, or a number to 64")
    }
    try invocation.forEachNamed { id throws(RuntimeError) in
      let container = try Container(id, in: invocation.store)
      do throws(RuntimeError) {
        try container.send(signal)
      } catch {
        // Callers of runc use --all to clean up after containers that have stopped.
        guard invocation.arguments.has(.all), !container.isAlive else { throw error }
      }
    }
    return 0
  }
}

extension Option {
  static let all = Option(
    "all", short: "a", isHidden: true, help: "don't mind a container that has stopped")
}
