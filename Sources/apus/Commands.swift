import ApusRuntime
import Glibc
import JSON
import LinuxKernel
import OCISpec

/// Prints a line.
func say(_ line: String, to descriptor: Int32 = 1) {
  try? write(Array((line + "\n").utf8), to: descriptor)
}

let usage = """
  apus - an OCI container runtime

  usage: apus [--root DIR] COMMAND [OPTIONS] ID

    create [-b BUNDLE] [--pid-file FILE] ID   make a container, held at the gate
    start ID                                  run its program
    run [-b BUNDLE] [-d] [--pid-file FILE] ID create and start it; wait unless -d
    state ID                                  print its state as JSON
    list                                      list the containers
    kill ID [SIGNAL]                          send a signal to its init (SIGTERM)
    pause ID, resume ID                       freeze and thaw it
    ps ID                                     list its processes
    delete [-f] ID                            remove it
    spec                                      print a config.json to begin with
  """

/// Performs a command line and returns the exit code.
func run(_ arguments: [String]) throws(RuntimeError) -> Int32 {
  var line = Words(arguments)
  let root = line.value("--root") ?? "/run/apus"
  let store = ContainerStore(root: root)
  if line.flag("--help") || line.flag("-h") || arguments.isEmpty {
    say(usage)
    return 0
  }
  if line.flag("--version") || line.flag("-v") {
    say("apus version 0.1.0\nspec: 1.3.0")
    return 0
  }
  switch line.next() {
  case "create":
    let (id, bundle, pidFile) = try creation(&line)
    var options = CreateOptions(bundle: bundle)
    options.pidFile = pidFile
    try store.create(id, options)
  case "run":
    let detach = line.flag("-d") || line.flag("--detach")
    let (id, bundle, pidFile) = try creation(&line)
    var options = CreateOptions(bundle: bundle)
    options.pidFile = pidFile
    var waiting = RunOptions()
    waiting.detach = detach
    return try store.run(id, options, waiting)
  case "exec":
    let container = try Container(try line.id(), in: store)
    var process = try loadSpec(bundle: container.record.bundle).process ?? Spec.Process()
    var args: [String] = []
    while let word = line.next() { args.append(word) }
    process.args = args
    process.terminal = false
    return try container.exec(process)
  case "start": try Container(try line.id(), in: store).start()
  case "state":
    let state = try Container(try line.id(), in: store).state()
    say(String(decoding: encodeJSON(state, style: .pretty(indent: "  ")), as: UTF8.self))
  case "list":
    say("ID          PID         STATUS      BUNDLE")
    for id in try store.ids() {
      guard let state = try? Container(id, in: store).state() else { continue }
      let fields = [id, String(state.pid ?? 0), state.status]
      say(fields.map { $0 + String(repeating: " ", count: max(1, 12 - $0.count)) }.joined() + state.bundle)
    }
  case "kill":
    let container = try Container(try line.id(), in: store)
    let name = line.next() ?? "TERM"
    guard let signal = Signal(name) else {
      throw RuntimeError("unknown signal \"\(name)\": give a name such as KILL, or a number from 1 to 64")
    }
    try container.send(signal)
  case "pause": try Container(try line.id(), in: store).setPaused(true)
  case "resume": try Container(try line.id(), in: store).setPaused(false)
  case "ps": for pid in try Container(try line.id(), in: store).processes() { say(String(pid)) }
  case "delete":
    let force = line.flag("-f") || line.flag("--force")
    try Container(try line.id(), in: store).delete(force: force)
  case "spec":
    say(String(decoding: encodeJSON(Spec.default(rootless: false), style: .pretty(indent: "\t")), as: UTF8.self))
  case let command?:
    throw RuntimeError("no such command: \(command); see apus --help")
  case nil:
    say(usage)
  }
  return 0
}

private func creation(_ line: inout Words) throws(RuntimeError) -> (
  id: String, bundle: String, pidFile: String?
) {
  let given = line.value("-b") ?? line.value("--bundle") ?? "."
  let pidFile = line.value("--pid-file")
  guard let real = realpath(given, nil) else {
    throw RuntimeError("open the bundle \(given): \(errnoText())")
  }
  defer { free(real) }
  return (try line.id(), String(cString: real), pidFile)
}

private func errnoText() -> String { String(cString: strerror(errno)) }
