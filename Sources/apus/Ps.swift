import ApusRuntime
import JSON

extension Command {
  static let ps = Command(
    "ps", "list the processes of a container", operands: "ID [PS-OPTIONS]", count: 1...Int.max,
    description: """
      Runs ps(1) on the host, with the options given or else with -ef, and shows its
      lines that are about processes of the container. As JSON: only their numbers.
      """,
    options: [.format], endsOptionsAtOperand: true
  ) { invocation throws(RuntimeError) in
    let pids = try invocation.container().processes()
    switch try OutputFormat(invocation.arguments, plain: "table") {
    case .json: try output(json: pids)
    case .plain:
      let given = invocation.arguments.operands.dropFirst()
      let listing = try listProcesses(given.isEmpty ? ["-ef"] : Array(given))
      try output(try lines(of: pids, in: listing))
    }
    return 0
  }
}

/// The heading of a listing, and its lines whose column PID holds one of `pids`.
private func lines(of pids: [Int32], in listing: String) throws(RuntimeError) -> String {
  let lines = listing.split(separator: "\n")
  func words(_ line: Substring) -> [Substring] { line.split { $0 == " " || $0 == "\t" } }
  guard let heading = lines.first, let column = words(heading).firstIndex(of: "PID") else {
    throw RuntimeError("list processes with ps: it printed no column PID; ask it for one")
  }
  var text = "\(heading)\n"
  for line in lines.dropFirst() {
    let words = words(line)
    if column < words.count, let pid = Int32(words[column]), pids.contains(pid) {
      text += "\(line)\n"
    }
  }
  return text
}
