import ApusRuntime

extension Command {
  static let run = Command(
    "run", "make a container and run its program", operands: "ID", count: 1...1,
    description: """
      Makes the container that config.json in the bundle's folder describes, under
      the name ID, runs its program, waits for its end and deletes the container.
      The exit status is the program's; 128 and the signal's number if a signal
      ended it.
      """,
    options: creationOptions + [.detach, .keep, .noSubreaper]
  ) { invocation throws(RuntimeError) in
    try sealProcess()
    var options = RunOptions()
    options.detach = invocation.arguments.has(.detach)
    options.keep = invocation.arguments.has(.keep)
    options.subreaper = !invocation.arguments.has(.noSubreaper)
    return try invocation.store.run(
      invocation.arguments.operands[0], try CreateOptions(invocation.arguments), options)
  }
}

extension Option {
  static let keep = Option("keep", help: "don't delete the container when its program has ended")
}
