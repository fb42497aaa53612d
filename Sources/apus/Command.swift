import ApusRuntime

/// A command: its part of the command line's table, and what performs it.
struct Command: Sendable {
  let name: StaticString
  /// One line, for the list of commands.
  let summary: StaticString
  /// What follows the options, as the help shows it.
  let operands: StaticString
  let operandCount: ClosedRange<Int>
  /// More lines, for the command's own help.
  let description: StaticString
  let options: [Option]
  /// Whether what looks like an option after the first operand is none, but meant for a program.
  let endsOptionsAtOperand: Bool
  /// The exit status when ``perform`` throws.
  let failureStatus: Int32
  /// Performs it and returns the exit status.
  let perform: @Sendable (Invocation) throws(RuntimeError) -> Int32

  init(
    _ name: StaticString, _ summary: StaticString, operands: StaticString = "",
    count: ClosedRange<Int>, description: StaticString, options: [Option] = [],
    endsOptionsAtOperand: Bool = false, failureStatus: Int32 = 1,
    perform: @escaping @Sendable (Invocation) throws(RuntimeError) -> Int32
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.operandCount = count
    self.description = description
    self.options = options + [.help]
    self.endsOptionsAtOperand = endsOptionsAtOperand
    self.failureStatus = failureStatus
    self.perform = perform
  }
}

/// A command that is being performed.
struct Invocation {
  let arguments: Arguments
  let store: ContainerStore
  /// Whether the caller named the folder of the store.
  let hasOwnRoot: Bool

  /// The container that the first operand names.
  func container() throws(RuntimeError) -> Container {
    try Container(arguments.operands[0], in: store)
  }
}

/// All commands, as the help lists them. Only the one that is asked for is made.
enum CommandName: String, CaseIterable {
  case create, start, run, exec, state, list, ps, events, update, kill, pause, resume, checkpoint,
    restore, delete, spec, check, plan, trace, features

  /// The command of a name. `init(rawValue:)` would first make a dictionary of them all.
  init?(_ name: String) {
    for candidate in Self.allCases where candidate.rawValue == name {
      self = candidate
      return
    }
    return nil
  }

  var command: Command {
    switch self {
    case .create: .create
    case .start: .start
    case .run: .run
    case .exec: .exec
    case .state: .state
    case .list: .list
    case .ps: .ps
    case .events: .events
    case .update: .update
    case .kill: .kill
    case .pause: .pause
    case .resume: .resume
    case .checkpoint: .checkpoint
    case .restore: .restore
    case .delete: .delete
    case .spec: .spec
    case .check: .check
    case .plan: .plan
    case .trace: .trace
    case .features: .features
    }
  }
}

/// The options that stand before the command.
let globalOptions: [Option] = [
  .root, .log, .logFormat, .logLevel, .debug, .trace, .systemdCgroup, .cgroupManager,
  .rootlessCgroups, .criu, .help, .version,
]

extension Option {
  static let root = Option(
    "root", .text("DIR"),
    help:
      "where containers are kept, on a tmpfs (default: /run/apus; $XDG_RUNTIME_DIR/apus for users other than root)"
  )
  static let log = Option(
    "log", .text("FILE"),
    help:
      "where messages go: FILE or file:FILE, journald:[ID] or syslog:[TAG] (default: standard error)"
  )
  static let logFormat = Option(
    "log-format", .text("FORMAT"), help: "how messages look: text or json (default: text)")
  static let logLevel = Option(
    "log-level", .text("LEVEL"),
    help: "the least that is logged: error, warning, info or debug (default: info)")
  static let debug = Option(
    "debug", help: "log also what only a developer wants to know; as --log-level debug")
  static let trace = Option(
    "trace", .text("FILE"),
    help: "write what takes how long into this file, for \"apus trace\" and Perfetto")
  static let systemdCgroup = Option(
    "systemd-cgroup",
    help: "have systemd make the cgroups; cgroupsPath is then SLICE:PREFIX:NAME")
  static let cgroupManager = Option(
    "cgroup-manager", .text("MANAGER"),
    help: "who makes the cgroups: cgroupfs, systemd or disabled (default: cgroupfs)")
  static let rootlessCgroups = Option(
    "rootless", .text("WHEN"),
    help:
      "whether to go without a cgroup where none may be made: true, false or auto (if not root; the default)"
  )
  // Where runc looked for CRIU before it looked in PATH, and callers may have it in their configuration.
  static let criu = Option("criu", .text("PATH"), isHidden: true, help: "obsolete; says nothing")
  static let version = Option("version", short: "v", help: "show the version")
}
