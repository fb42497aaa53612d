// A container made in Swift: its program is held at the gate, let go, entered, and cleaned up after.
import ApusRuntime
import OCISpec

/// - Parameter bundle: a folder with a config.json and a root file system.
func hello(bundle: String) throws(RuntimeError) {
  let store = ContainerStore(root: "/run/hello")
  let container = try store.create("hello", CreateOptions(bundle: bundle))
  print("it is \(container.status) and waits at the gate")

  try container.start()
  print("it is \(container.status)")

  let name = Spec.Process(args: ["hostname"], env: ["PATH=/bin:/usr/bin"])
  let status = try container.exec(name)
  print("hostname ended with status \(status)")

  try container.delete(force: true)
}

do throws(RuntimeError) {
  try hello(bundle: CommandLine.arguments.dropFirst().first ?? ".")
} catch {
  print("hello: \(error)")
}
