import ApusRuntime

extension Command {
  static let resume = Command(
    "resume", "let a paused container go on", operands: "ID", count: 1...1,
    description: """
      Thaws a container that "apus pause ID" has frozen.
      """
  ) { invocation throws(RuntimeError) in
    try invocation.container().setPaused(false)
    return 0
  }
}
