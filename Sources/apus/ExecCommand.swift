import ApusRuntime
import OCISpec

extension Command {
  static let exec = Command(
    "exec", "run another program in a container", operands: "ID PROGRAM [ARGUMENTS]",
    count: 1...Int.max,
    description: """
      Runs a program in a container that exists, as the process of its config.json
      is, but for what the options change; or as FILE of --process says. What FILE
      leaves out of capabilities, limits, labels, scheduling and umask is as in
      config.json. Options stand before ID, what follows ID is the program's.
      The exit status is the program's; 128 and the signal's number if a signal
      ended it; 255 if it could not be run.
      """,
    options: [
      .process, .cwd, .env, .tty, .user, .additionalGids, .cap, .noNewPrivs, .apparmor,
      .processLabel, .cgroup, .detach, .consoleSocket, .pidFile, .pidfdSocket, .preserveFDs,
      .ignorePaused, .noSubreaper,
    ],
    endsOptionsAtOperand: true, failureStatus: 255
  ) { invocation throws(RuntimeError) in
    try sealProcess()
    let arguments = invocation.arguments
    let overrides = try ProcessOverrides(arguments)
    let container = try invocation.container()
    let (process, spec) = try overrides.process(in: container)
    var options = ExecOptions(arguments)
    options.origin = overrides.origin
    return try container.exec(process, options, spec: spec)
  }
}

extension Option {
  static let process = Option(
    "process", short: "p", .text("FILE"), help: "take the process from this JSON file")
  static let cwd = Option("cwd", .text("DIR"), help: "the working directory in the container")
  static let env = Option(
    "env", short: "e", .text("NAME=VALUE"), repeats: true, help: "add to the environment")
  static let tty = Option("tty", short: "t", help: "give the program a terminal")
  static let user = Option(
    "user", short: "u", .text("UID[:GID]"), help: "whom the program runs as, by numbers")
  static let additionalGids = Option(
    "additional-gids", short: "g", .number("GID"), repeats: true, help: "add a supplementary group")
  static let cap = Option(
    "cap", short: "c", .text("CAP"), repeats: true, help: "add a capability, such as CAP_NET_RAW")
  static let noNewPrivs = Option(
    "no-new-privs", help: "keep the program from gaining privileges by exec of setuid files")
  static let apparmor = Option(
    "apparmor", .text("PROFILE"), help: "the AppArmor profile of the program")
  static let processLabel = Option(
    "process-label", .text("LABEL"), help: "the SELinux label of the program")
  static let cgroup = Option(
    "cgroup", .text("[CONTROLLERS:]PATH"), repeats: true,
    help: "run it in this existing cgroup below the container's")
  static let ignorePaused = Option(
    "ignore-paused", help: "enter a paused container too, and wait there for it to be resumed")
}

extension ExecOptions {
  init(_ arguments: Arguments) {
    self.init()
    detach = arguments.has(.detach)
    consoleSocket = arguments[.consoleSocket]
    pidFile = arguments[.pidFile]
    pidfdSocket = arguments[.pidfdSocket]
    preservedDescriptors = arguments.number(.preserveFDs) ?? 0
    ignorePaused = arguments.has(.ignorePaused)
    subreaper = !arguments.has(.noSubreaper)
    cgroups = arguments.values(.cgroup)
  }
}
