import CRIU
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

extension ContainerStore {
  /// Makes a container from what ``Container/checkpoint(_:)`` has saved: its cgroups and mount points
  /// as `create` makes them, and all else by CRIU. Its program goes on where it was.
  /// - Returns: the program's exit status, 128 and the signal's number if a signal ended it; 0 if
  ///   detached.
  public func restore(_ id: String, _ options: RestoreOptions) throws(RuntimeError) -> Int32 {
    let purpose = "restore container \"\(id)\""
    if var launch = launch("restore") {
      options.add(to: &launch)
      launch.add("--", id)
      return try launch.run(purpose)
    }
    try requireRoot(purpose)
    try requireSingleThread(purpose)
    let spec = try loadSpec(options.create.configuration, for: self)
    try checkTerminal(spec, options, purpose)
    if options.run.detach {
      _ = try remake(id, spec, options, purpose)
      return 0
    }
    let foreground = try Foreground(subreaper: options.run.subreaper, log: log)
    var remade = try remake(id, spec, options, purpose)
    do throws(RuntimeError) {
      var relay = remade.relay.take()
      var notify: NotifyRelay? = nil
      let end = try foreground.wait(for: remade.process, relay: &relay, notify: &notify)
      if exists(id) { try Container(id, in: self).delete(force: true) }
      return end.exitStatus
    } catch {
      try? delete(id, force: true)
      throw error
    }
  }

  private func checkTerminal(_ spec: Spec, _ options: RestoreOptions, _ purpose: String)
    throws(RuntimeError)
  {
    let hasTerminal = spec.process?.terminal == true
    if hasTerminal, options.run.detach, options.create.consoleSocket == nil {
      throw RuntimeError(
        "\(purpose): cannot allocate a terminal (config.json /process/terminal) for a detached "
          + "container without --console-socket, whose owner gets it")
    }
    if !hasTerminal, options.create.consoleSocket != nil {
      throw RuntimeError(
        "\(purpose): cannot use --console-socket without a terminal; "
          + "set /process/terminal in config.json, or leave the option out")
    }
  }

  /// Makes the container. All is undone if that fails.
  private func remake(
    _ id: String, _ spec: Spec, _ options: RestoreOptions, _ purpose: String
  ) throws(RuntimeError) -> RestoredContainer {
    try Self.check(id: id)
    let layout = try attempt("\(purpose): find the host's cgroups") { () throws(KernelError) in
      try CgroupLayout.detect()
    }
    let unit = try systemdUnit(for: spec, id, layout, purpose)
    let cgroup =
      if let unit { CgroupPaths(unit: unit) } else { try cgroup(for: spec, id, layout, purpose) }
    let notify = NotifySocket()
    var facts = facts(id, spec, options.create, layout, .none, notify)
    facts.managesCgroups = !cgroup.directories.isEmpty
    facts.systemdUnit = unit
    let plan: Plan
    let mounts: [ExternalMount]
    do throws(PlanError) {
      plan = try Plan(for: spec, facts: facts)
      mounts = try plan.externalMounts(of: spec)
    } catch {
      throw RuntimeError("\(options.create.configuration): \(error)")
    }
    try requireRestorable(spec, purpose)
    if let resources = spec.linux?.resources { warn(of: resources, cgroup, purpose) }
    try requireRootfs(plan, purpose)
    try requireNew(id, purpose)
    try attempt("\(purpose) (config.json /linux/cgroupsPath)") { () throws(KernelError) in
      try cgroup.requireUnused()
    }
    let program = try CRIUSession.find(purpose)
    let folders = try CheckpointFolders(
      options.choices, log: "restore.log", makingImages: false, for: spec.linux, purpose)
    let streams = try folders.readStreams(purpose)
    let terminal = try TerminalDestination.find(
      consoleSocket: options.create.consoleSocket, hasTerminal: spec.process?.terminal == true,
      isDetached: options.run.detach)

    var record = ContainerRecord(
      id: id, spec: spec, options: options.create, cgroup: cgroup, unit: unit)
    record.note(spec.linux?.intelRdt, facts)
    let created = Container(record, in: self)
    let recording = try self.record(StateFile(record: record, spec: spec), purpose)
    do throws(RuntimeError) {
      if let notify { try notify.prepare(in: recording.folder.number) }
      var performer = RestorePerformer(
        plan: plan, purpose: purpose, cgroup: cgroup, recording: recording, terminal: terminal,
        hooks: spec.hooks)
      try performer.perform(options, by: program, folders, mounts: mounts, streams: streams)
      return try performer.finish(purpose)
    } catch {
      let hasUnit = unit != nil && cgroup.distinct.allSatisfy { access($0, F_OK) == 0 }
      undo(id, cgroup, record.resctrlGroupsMade)
      if hasUnit { clearUnit(of: created.record, purpose) }
      created.runPoststopHooks()
      throw error
    }
  }
}

/// A container that was restored, by its first process, a child of this one.
struct RestoredContainer: ~Copyable {
  let process: ProcessDescriptor
  /// The relay between the caller's terminal and the container's, if nobody else gets that.
  var relay: TerminalRelay?
}
