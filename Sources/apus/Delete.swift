import ApusRuntime

extension Command {
  static let delete = Command(
    "delete", "remove a container", operands: "ID", count: 1...1,
    description: """
      Removes all that was made for a container that is stopped, or that was created
      and never started.
      """,
    options: [.force, .regex]
  ) { invocation throws(RuntimeError) in
    try invocation.forEachNamed { id throws(RuntimeError) in
      try invocation.store.delete(id, force: invocation.arguments.has(.force))
    }
    return 0
  }
}

extension Option {
  static let force = Option(
    "force", short: "f", help: "kill it first when it runs; no error when there is none")
}
