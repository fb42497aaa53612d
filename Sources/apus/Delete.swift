import ApusRuntime
import Glibc

extension Command {
  static let delete = Command(
    "delete", "remove a container", operands: "ID", count: 1...1,
    description: """
      Removes all that was made for a container that is stopped, or that was created
      and never started.
      """,
    options: [.force]
  ) { invocation throws(RuntimeError) in
    let force = invocation.arguments.has(.force)
    if force, try isUnknown(invocation.arguments.operands[0], invocation.store) { return 0 }
    try invocation.container().delete(force: force)
    return 0
  }
}

extension Option {
  static let force = Option(
    "force", short: "f", help: "kill it first when it runs; no error when there is none")
}

private func isUnknown(_ id: String, _ store: ContainerStore) throws(RuntimeError) -> Bool {
  try ContainerStore.check(id: id)
  return access("\(store.root)/\(id)/state.json", F_OK) != 0 && errno == ENOENT
}
