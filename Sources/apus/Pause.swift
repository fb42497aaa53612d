import ApusRuntime

extension Command {
  static let pause = Command(
    "pause", "freeze all processes of a container", operands: "ID", count: 1...1,
    description: """
      Freezes a container until "apus resume ID" lets it go on.
      """
  ) { invocation throws(RuntimeError) in
    try invocation.container().setPaused(true)
    return 0
  }
}
