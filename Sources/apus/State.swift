import ApusRuntime

extension Command {
  static let state = Command(
    "state", "show the state of a container as JSON", operands: "ID", count: 1...1,
    description: """
      Prints what is known of a container. Its status is created, running, paused or
      stopped; the process number of a stopped one is 0.
      """
  ) { invocation throws(RuntimeError) in
    try output(json: try invocation.container().report(), style: .pretty(indent: "  "))
    return 0
  }
}
