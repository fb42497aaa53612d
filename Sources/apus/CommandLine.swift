import ApusRuntime
import ContainerPlan
import LinuxKernel

/// Performs a command line and returns the exit status of the process.
func perform(_ words: Words, count: Int32) -> Int32 {
  let global: Arguments
  do throws(UsageError) {
    global = try Arguments(words, count: count, options: globalOptions, endingAtOperand: true)
  } catch {
    return refuse(error, help: programHelp(), Log())
  }
  if global.has(.help) { return show(programHelp(), Log()) }
  if global.has(.version) {
    return show(versionText, Log())
  }
  let log: Log
  do throws(RuntimeError) {
    log = try Log(global)
  } catch {
    Log().fail(error.description)
    return 1
  }
  return perform(
    global, words + global.firstOperand, count: count - Int32(global.firstOperand), log)
}

private func perform(_ global: Arguments, _ words: Words, count: Int32, _ log: Log) -> Int32 {
  guard let name = global.operands.first else { return show(programHelp(), log) }
  if name == "help" || name == "h" {
    guard let topic = global.operands.dropFirst().first else { return show(programHelp(), log) }
    guard let command = command(named: topic) else { return refuse(unknown: topic, log) }
    return show(command.help, log)
  }
  guard let command = command(named: name) else { return refuse(unknown: name, log) }
  do throws(UsageError) {
    let arguments = try Arguments(
      words, count: count, options: command.options, endingAtOperand: command.endsOptionsAtOperand)
    if arguments.has(.help) { return show(command.help, log) }
    try command.check(arguments)
    return command.execute(arguments, global, log)
  } catch {
    return refuse(error, help: command.help, log)
  }
}

private func command(named name: String) -> Command? {
  CommandName(name)?.command
}

private func show(_ text: String, _ log: Log) -> Int32 {
  do throws(RuntimeError) {
    try output(text)
    return 0
  } catch {
    log.fail(error.description)
    return 1
  }
}

private func refuse(unknown name: String, _ log: Log) -> Int32 {
  log.fail("unknown command \"\(name)\": \"apus help\" lists the commands")
  return 3  // as runc
}

// As runc, which shows the help where results go.
private func refuse(_ error: UsageError, help: String, _ log: Log) -> Int32 {
  try? output("Incorrect Usage: \(error.description)\n\n\(help)")
  log.fail(error.description)
  return 1
}

/// What engines read of runc, a line each: the name and version, then what they may show a person.
private var versionText: String {
  """
  apus version \(apusVersion)
  spec: \(specificationVersion)
  libseccomp: \(libseccompVersion)

  """
}

/// Whether `--rootless` says that a container may go without a cgroup; nil: it leaves that to us.
private func mayLackCgroup(_ global: Arguments) throws(RuntimeError) -> Bool? {
  switch global[.rootlessCgroups]?.lowercased() {
  case nil, "", "auto": nil
  case "true", "t", "1": true
  case "false", "f", "0": false
  case let value?: throw RuntimeError("invalid --rootless \"\(value)\": give true, false or auto")
  }
}

private func cgroupManager(_ global: Arguments) throws(RuntimeError) -> CgroupManager {
  guard let name = global[.cgroupManager] else {
    return global.has(.systemdCgroup) ? .systemd : .cgroupfs
  }
  guard let manager = CgroupManager(rawValue: name) else {
    throw RuntimeError(
      "invalid --cgroup-manager \"\(name)\": give cgroupfs, systemd or disabled")
  }
  return manager
}

extension Command {
  fileprivate func check(_ arguments: Arguments) throws(UsageError) {
    let count = arguments.operands.count
    guard !operandCount.contains(count) else { return }
    let (least, most) = (operandCount.lowerBound, operandCount.upperBound)
    let rule =
      if least == most {
        "exactly \(least)"
      } else if count < least {
        "a minimum of \(least)"
      } else {
        "a maximum of \(most)"
      }
    throw UsageError(description: "apus: \"\(name)\" requires \(rule) argument(s)")
  }

  fileprivate func execute(_ arguments: Arguments, _ global: Arguments, _ log: Log) -> Int32 {
    do throws(RuntimeError) {
      var store = ContainerStore(root: try stateRoot(global), making: .thisProcess)
      store.log = { log.write($0, $1) }
      store.isDebugging = log.isDebugging
      store.cgroupManager = try cgroupManager(global)
      store.mayLackCgroup = try mayLackCgroup(global)
      store.trace = try requestedTrace(global)
      let invocation = Invocation(
        arguments: arguments, store: store, hasOwnRoot: global[.root] != nil)
      guard let trace = store.trace else { return try perform(invocation) }
      return try perform(invocation, trace)
    } catch {
      log.fail(error.description)
      return failureStatus
    }
  }

  /// Performs it and saves its trace, of a failure too.
  private func perform(_ invocation: Invocation, _ trace: Trace) throws(RuntimeError) -> Int32 {
    let words = ["apus", "\(name)"] + invocation.arguments.operands.prefix(1)
    func save() throws(RuntimeError) {
      try trace.save(words.joined(separator: " "), lastPhase: "end")
    }
    let status: Int32
    do throws(RuntimeError) {
      status = try perform(invocation)
    } catch {
      try? save()
      throw error
    }
    try save()
    return status
  }
}

/// The trace that the option asks for, or the environment, where an engine calls.
private func requestedTrace(_ global: Arguments) throws(RuntimeError) -> Trace? {
  if let path = global[.trace] { return try Trace(path: path, isNew: true) }
  guard let path = environmentVariable("APUS_TRACE"), !path.isEmpty else { return nil }
  return try Trace(path: path, isNew: false)
}
