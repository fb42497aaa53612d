import ApusRuntime

extension Command {
  static let start = Command(
    "start", "run the program of a created container", operands: "ID", count: 1...1,
    description: """
      Lets a container that "apus create" has made run its program, and returns at
      once.
      """
  ) { invocation throws(RuntimeError) in
    try invocation.container().start()
    return 0
  }
}
