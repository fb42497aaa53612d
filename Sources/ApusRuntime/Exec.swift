import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec

extension Container {
  /// Runs a process in the container. Capabilities, limits, labels and the like that it leaves out
  /// are those of the container's own process.
  /// - Returns: its exit status, 128 and the signal's number if a signal ended it; 0 if detached.
  public func exec(_ process: Spec.Process, _ options: ExecOptions = ExecOptions())
    throws(RuntimeError) -> Int32
  {
    try exec(process, options, spec: nil)
  }

  /// Runs a process in the container.
  /// - Parameter spec: the container's configuration; nil: it is yet to be read.
  package func exec(_ process: Spec.Process, _ options: ExecOptions, spec: Spec?)
    throws(RuntimeError) -> Int32
  {
    let purpose = "exec in container \"\(id)\""
    if let launch = store.launch("exec") { return try exec(process, options, launch, purpose) }
    try requireSingleThread(purpose)
    try checkTerminal(process, options, purpose)
    let target = try openTarget(options, purpose)
    let inherited = try InheritedDescriptors(preserving: options.preservedDescriptors)
    try closeDescriptors(notHandedOn: inherited)
    let cgroup = try cgroupForExec(options, purpose)
    store.trace?.end("find the container")
    let spec = if let spec { spec } else { try loadSpec(configuration) }
    let process = process.completed(by: spec.process)
    store.trace?.end("load config.json")
    let cache = SeccompCache(root: store.root, spec.linux?.seccomp)
    var plan = try plan(
      process, spec, cgroup, inherited, cache?.program, options.origin, purpose)

    store.trace?.end("make the plan")
    store.trace?.follow(&plan)
    store.tell(plan, purpose)
    cache?.keep(plan)
    if options.detach {
      let performer = try launch(plan, purpose, cgroup, target, options)
      if let path = options.pidFile { try write(pid: performer.process.pid, to: path) }
      return 0
    }
    let foreground = try Foreground(subreaper: options.subreaper, log: store.log)
    var performer = try launch(plan, purpose, cgroup, target, options)
    if let path = options.pidFile { try write(pid: performer.process.pid, to: path) }
    var relay = performer.relay.take()
    var notify: NotifyRelay? = nil
    let end = try foreground.wait(for: performer.process, relay: &relay, notify: &notify)
    store.trace?.end("wait until the program ends")
    return end.exitStatus
  }

  private func exec(
    _ process: Spec.Process, _ options: ExecOptions, _ launch: Launch, _ purpose: String
  ) throws(RuntimeError) -> Int32 {
    var launch = launch
    let file = try attempt(purpose) { () throws(KernelError) in
      try makeMemoryFile("process.json", holding: encodeJSON(process, style: .compact))
    }
    // By this process' number: in the other one the descriptor is closed.
    launch.add("--process", "/proc/\(getpid())/fd/\(file.number)")
    launch.add("--detach", if: options.detach)
    launch.add("--console-socket", options.consoleSocket)
    launch.add("--pid-file", options.pidFile)
    launch.add("--pidfd-socket", options.pidfdSocket)
    launch.add("--ignore-paused", if: options.ignorePaused)
    launch.add("--no-subreaper", if: !options.subreaper)
    for cgroup in options.cgroups { launch.add("--cgroup", cgroup) }
    launch.add("--", id)
    return try launch.run(purpose)
  }

  private func checkTerminal(_ process: Spec.Process, _ options: ExecOptions, _ purpose: String)
    throws(RuntimeError)
  {
    if process.terminal == true, options.detach, options.consoleSocket == nil {
      throw RuntimeError(
        "\(purpose): cannot allocate a terminal for a detached process without --console-socket, "
          + "whose owner gets it")
    }
    if process.terminal != true, options.consoleSocket != nil {
      throw RuntimeError("\(purpose): cannot use --console-socket without a terminal; add --tty")
    }
  }

  /// Init, whose namespaces are entered.
  private func openTarget(_ options: ExecOptions, _ purpose: String) throws(RuntimeError)
    -> ProcessDescriptor
  {
    let process = try openInit("\(purpose): cannot exec in a stopped container\(causeOfDeath)")
    if !options.ignorePaused, cgroup.isFrozen {
      throw RuntimeError(
        "\(purpose): cannot exec in a paused container; resume it first, or use --ignore-paused")
    }
    return process
  }

  private func plan(
    _ process: Spec.Process, _ spec: Spec, _ cgroup: CgroupPaths,
    _ inherited: InheritedDescriptors, _ seccomp: SeccompProgram?, _ origin: ProcessOrigin,
    _ purpose: String
  ) throws(RuntimeError) -> Plan {
    var facts = Plan.Facts(id: id, bundle: record.bundle, cgroups: .unified)
    facts.systemdUnit = record.config.cgroups.userUnit
    facts.preservedDescriptors = inherited.count
    facts.noNewKeyring = record.config.noNewKeyring
    facts.look(for: process)
    facts.environment = inherited.environment
    facts.seccompProgram = seccomp
    do throws(PlanError) {
      return try Plan(
        entering: record.namespaceKinds, process, spec: spec, cgroup: cgroup,
        resctrl: record.resctrlGroups, facts: facts)
    } catch {
      throw RuntimeError("\(purpose): \(origin.prefix(error.pointer))\(error.problem)")
    }
  }

  private func launch(
    _ plan: Plan, _ purpose: String, _ cgroup: CgroupPaths, _ target: consuming ProcessDescriptor,
    _ options: ExecOptions
  ) throws(RuntimeError) -> HostPerformer {
    let terminal = try TerminalDestination.find(
      consoleSocket: options.consoleSocket, hasTerminal: plan.opensTerminal,
      isDetached: options.detach, origin: options.origin)
    var processSocket: ProcessSocket?
    if let path = options.pidfdSocket { processSocket = try ProcessSocket(connectingTo: path) }
    var performer = try HostPerformer.launch(
      plan, purpose, cgroup: cgroup,
      state: state(as: options.ignorePaused ? status : statusOfUnpaused), entering: target,
      terminal: terminal, origin: options.origin, followsInit: options.cgroups.isEmpty)
    store.trace?.end("make the process")
    try performer.proceedToExec()
    store.trace?.note(performer.process)
    store.trace?.end("wait until the program runs")
    try processSocket?.send(performer.process, as: .entered)
    return performer
  }

  /// The container's cgroup, or ones below it: `--cgroup [CONTROLLER[,CONTROLLER…]:]PATH`.
  private func cgroupForExec(_ options: ExecOptions, _ purpose: String) throws(RuntimeError)
    -> CgroupPaths
  {
    var paths = cgroup
    for option in options.cgroups {
      do throws(NoCgroupBelow) {
        paths = try paths.below(option)
      } catch {
        throw RuntimeError(
          "\(purpose): --cgroup \(option): \(error.reason); "
            + "write [CONTROLLER[,CONTROLLER]:]PATH, with a path below the container's own")
      }
    }
    return paths
  }
}
