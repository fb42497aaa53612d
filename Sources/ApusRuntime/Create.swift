import CLinux
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

extension ContainerStore {
  /// Makes a container: everything up to the gate, where its init waits for ``Container/start()``.
  ///
  /// Where that is done, and why, ``Workplace`` says.
  /// - Throws: with everything undone that was made.
  @discardableResult
  public func create(_ id: String, _ options: CreateOptions) throws(RuntimeError) -> Container {
    if var launch = launch("create") {
      options.add(to: &launch)
      launch.add("--", id)
      _ = try launch.run("create container \"\(id)\"")
      return try Container(id, in: self)
    }
    let spec = try loadSpec(options.configuration, for: self)
    if spec.process?.terminal == true, options.consoleSocket == nil {
      throw RuntimeError(
        "create container \"\(id)\": cannot allocate a terminal (config.json /process/terminal) "
          + "without --console-socket, whose owner gets it")
    }
    let performer = try hold(id, spec, options, isDetached: true, startsLater: true)
    return try container(madeBy: performer, id)
  }

  /// The container that was made.
  func container(madeBy performer: borrowing HostPerformer, _ id: String) throws(RuntimeError)
    -> Container
  {
    guard let record = performer.record else { return try Container(id, in: self) }
    return Container(record, in: self)
  }

  /// Makes a container and returns what its maker has of it while init waits at the gate.
  func hold(
    _ id: String, _ spec: Spec, _ options: CreateOptions, isDetached: Bool,
    startsLater: Bool = false
  ) throws(RuntimeError) -> HostPerformer {
    try Self.check(id: id)
    let purpose = "create container \"\(id)\""
    if spec.process?.terminal != true, options.consoleSocket != nil {
      throw RuntimeError(
        "\(purpose): cannot use --console-socket without a terminal; "
          + "set /process/terminal in config.json, or leave the option out")
    }
    try requireSingleThread(purpose)
    try requireOwnSysctls(spec.linux, purpose)
    let inherited = try InheritedDescriptors(
      preserving: options.preservedDescriptors, listenPID: environmentVariable("LISTEN_PID"),
      listenFDs: environmentVariable("LISTEN_FDS"))
    let layout = try attempt("\(purpose): find the host's cgroups") { () throws(KernelError) in
      try CgroupLayout.detect()
    }
    let unit = try systemdUnit(for: spec, id, layout, purpose)
    let cgroup: CgroupPaths
    if let unit {
      cgroup = CgroupPaths(unit: unit)
    } else {
      cgroup = try self.cgroup(for: spec, id, layout, purpose)
    }
    trace?.end("find the host's cgroups")
    // It is mounted, for which there must be a mount namespace.
    let notify = spec.linux?.has(.mount) == true ? NotifySocket() : nil
    let cache = SeccompCache(root: root, spec.linux?.seccomp)
    var plan: Plan
    var facts = facts(id, spec, options, layout, inherited, notify)
    facts.managesCgroups = !cgroup.directories.isEmpty
    facts.systemdUnit = unit
    facts.seccompProgram = cache?.program
    trace?.end("look at the host")
    do throws(PlanError) {
      plan = try Plan(for: spec, facts: facts)
    } catch {
      throw RuntimeError("\(options.configuration): \(error)")
    }
    trace?.end("make the plan")
    trace?.follow(&plan)
    tell(plan, purpose)
    if let resources = spec.linux?.resources { warn(of: resources, cgroup, purpose) }
    try closeDescriptors(notHandedOn: inherited)
    try requireRootfs(plan, purpose)
    try requireNew(id, purpose)
    try attempt("\(purpose) (config.json /linux/cgroupsPath)") { () throws(KernelError) in
      try cgroup.requireUnused()
    }
    let terminal = try TerminalDestination.find(
      consoleSocket: options.consoleSocket, hasTerminal: spec.process?.terminal == true,
      isDetached: isDetached)
    var processSocket: ProcessSocket?
    if let path = options.pidfdSocket { processSocket = try ProcessSocket(connectingTo: path) }

    var record = ContainerRecord(
      id: id, spec: spec, options: options, cgroup: cgroup, unit: unit)
    record.note(spec.linux?.intelRdt, facts)
    trace?.end("see that nothing is in the way")
    let created = Container(record, in: self)
    let recording = try self.record(StateFile(record: record, spec: spec), purpose)
    trace?.end("make the state's folder")
    do throws(RuntimeError) {
      if options.config != nil { try recording.keep(spec, purpose) }
      if let rootfs = plan.rootfs, spec.linux?.has(.mount) != true {
        try attempt(purpose) { () throws(KernelError) in
          try HostMounts.note(below: rootfs, in: recording.folder.number)
        }
      }
      if let notify { try notify.prepare(in: recording.folder.number) }
      var performer = try launch(
        plan, purpose, cgroup, recording, terminal, startsLater: startsLater)
      trace?.note(performer.process)
      trace?.end("make the process")
      cache?.keep(plan)  // while init is at work
      try performer.proceedToGate()
      trace?.end("wait until it is at the gate")
      try processSocket?.send(performer.process, as: .initial)
      if let path = options.pidFile { try write(pid: performer.process.pid, to: path) }
      performer.endRecording()
      return performer
    } catch {
      // A systemd that could not be asked for a unit need not be asked to end it.
      let hasUnit = unit != nil && cgroup.distinct.allSatisfy { access($0, F_OK) == 0 }
      undo(id, cgroup, record.resctrlGroupsMade)
      if hasUnit { clearUnit(of: created.record, purpose) }
      // runtime.md, Lifecycle: a create that failed goes on with the destruction and these.
      created.runPoststopHooks()
      throw error
    }
  }

  /// Tells what is about to be done, when somebody wants to know.
  func tell(_ plan: Plan, _ purpose: String) {
    guard isDebugging else { return }
    for (index, step) in plan.steps.enumerated() {
      log(.debug, "\(purpose): step \(index + 1) of \(plan.steps.count): \(step)")
    }
  }

  /// Tells what is left out that is nobody's loss.
  func warn(of resources: Spec.Linux.Resources, _ cgroup: CgroupPaths, _ purpose: String) {
    for setting in cgroup.leftOut(of: resources) {
      log(.warning, "\(purpose): config.json \(setting.pointer) is left out: \(setting.reason)")
    }
  }

  /// Where its cgroup is to be: nowhere for a user who may make none and has not asked for one, if
  /// that is tolerated.
  func cgroup(for spec: Spec, _ id: String, _ layout: CgroupLayout, _ purpose: String)
    throws(RuntimeError) -> CgroupPaths
  {
    if cgroupManager == .disabled { return CgroupPaths(directories: []) }
    let wanted = spec.linux?.cgroupsPath
    let isRoot = isHostsRoot()
    let paths = CgroupPaths(
      layout: layout, cgroupsPath: wanted, id: id, above: layout.above(isHostsRoot: isRoot))
    if isRoot, mayLackCgroup != true { return paths }
    guard !paths.canBeMade else { return paths }
    guard (wanted ?? "").isEmpty else {
      throw RuntimeError(
        "\(purpose): make the cgroup \(wanted ?? "") (config.json /linux/cgroupsPath): this user may "
          + "write to no cgroup there; leave it out, or have root delegate one to this user")
    }
    guard mayLackCgroup != false else {
      throw RuntimeError(
        "\(purpose): make its cgroup: this user may write to none; have root delegate one to this "
          + "user, or leave out --rootless false")
    }
    return CgroupPaths(directories: [])
  }

  /// Without the sticky bit a user's runtime folder may be cleaned while nobody looks (XDG Base
  /// Directory Specification).
  private var rootMode: UInt32 { geteuid() == 0 ? 0o700 : 0o1700 }

  func facts(
    _ id: String, _ spec: Spec, _ options: CreateOptions, _ layout: CgroupLayout,
    _ inherited: InheritedDescriptors, _ notify: NotifySocket?
  ) -> Plan.Facts {
    var facts = Plan.Facts(id: id, bundle: options.bundle, cgroups: layout)
    facts.noPivot = options.noPivot
    facts.look(for: spec)
    facts.noNewKeyring = options.noNewKeyring
    facts.preservedDescriptors = inherited.count
    facts.environment = inherited.environment
    if let notify {
      facts.environment.append(notify.environment)
      facts.mounts = [notify.mount(state: "\(root)/\(id)")]
    }
    return facts
  }

  /// Makes the container's folder and writes down what is about to be made: what a crash leaves,
  /// delete finds there.
  func record(_ file: StateFile, _ purpose: String) throws(RuntimeError) -> Recording {
    let id = file.record.id
    try attempt(purpose) { () throws(KernelError) in try makeDirectories(root, mode: rootMode) }
    try requireOwnRoot(purpose)
    do throws(KernelError) {
      try makeDirectory("\(root)/\(id)", mode: 0o711)
    } catch {
      if error.errno == .fileExists { try requireNew(id, purpose) }
      throw RuntimeError(purpose, error)
    }
    do throws(RuntimeError) {
      let recording = Recording(folder: try lock(id), file: file, root: root)
      try recording.save(purpose)
      return recording
    } catch {
      undo(id, nil, [])
      throw error
    }
  }

  /// Whoever may rename folders in it could put another record, with hooks, in a container's place.
  private func requireOwnRoot(_ purpose: String) throws(RuntimeError) {
    let found = try attempt(purpose) { () throws(KernelError) in try status(of: root) }
    guard found.st_mode & (S_IWOTH | S_ISVTX) == S_IWOTH else { return }
    throw RuntimeError(
      "\(purpose): everybody may write to \(root), and so replace containers: give --root another "
        + "folder, or take the right away (chmod o-w)")
  }

  func requireNew(_ id: String, _ purpose: String) throws(RuntimeError) {
    if exists(id) {
      throw RuntimeError("\(purpose): a container with that id already exists in \(root)")
    }
  }

  private func launch(
    _ plan: Plan, _ purpose: String, _ cgroup: CgroupPaths, _ recording: consuming Recording,
    _ terminal: consuming TerminalDestination, startsLater: Bool
  ) throws(RuntimeError) -> HostPerformer {
    let folder = recording.folder.number
    let fifo = try attempt("\(purpose): make the gate") { () throws(KernelError) in
      try LinuxKernel.check("mkfifo", "exec.fifo") { mkfifoat(folder, "exec.fifo", 0o622) }
      // Init opens it when it has become the container's user, whatever our umask says.
      try LinuxKernel.check("chmod", "exec.fifo") { fchmodat(folder, "exec.fifo", 0o622, 0) }
      // Only root can give a file away; who else maps others needs no more than the mode.
      if let root = recording.file.spec.linux?.rootOnHost, geteuid() == 0 {
        try LinuxKernel.check("chown", "exec.fifo") {
          fchownat(folder, "exec.fifo", root.uid, root.gid, AT_SYMLINK_NOFOLLOW)
        }
      }
      return try open("exec.fifo", [.path, .noFollow], at: folder)
    }
    let state = recording.state(pid: 0)
    return try HostPerformer.launch(
      plan, purpose, cgroup: cgroup, state: state, gate: fifo, recording: recording,
      terminal: terminal, startsLater: startsLater)
  }

  func undo(_ id: String, _ cgroup: CgroupPaths?, _ resctrlGroups: [String]) {
    guard let folder = try? openFolder(id) else { return }
    if let container = try? Container(id, in: self), let process = try? container.openInit() {
      process.kill(waiting: CgroupPaths.secondsToEnd)
    }
    try? cgroup?.remove()
    for path in resctrlGroups { try? removeResctrlGroup(path) }
    try? removeFolder(id, folder.number)
  }
}

/// A lock that another thread holds at a fork stays held in the child for ever. The directory has a
/// link for each thread, and two of its own.
func requireSingleThread(_ purpose: String) throws(RuntimeError) {
  guard let threads = try? status(of: "/proc/self/task").st_nlink, threads > 3 else { return }
  throw RuntimeError(
    "\(purpose): this process has \(threads - 2) threads, and must have one to fork")
}

/// Found missing now, the root file system costs no process and no cgroup.
func requireRootfs(_ plan: Plan, _ purpose: String) throws(RuntimeError) {
  guard let path = plan.rootfs else { return }
  let found = try attempt("\(purpose): open the root file system (config.json /root/path)") {
    () throws(KernelError) in try status(of: path)
  }
  if !found.isDirectory {
    throw RuntimeError(
      "\(purpose): open the root file system (config.json /root/path)",
      KernelError(call: "open", subject: path, errno: .notDirectory))
  }
}

/// Writes a process number to a file, for whoever waits for it to appear: it is never seen empty.
func write(pid: Int32, to path: String) throws(RuntimeError) {
  let (above, name) = split(path)
  try attempt("write the process number to --pid-file \(path)") { () throws(KernelError) in
    let folder = try open(above, [.path, .directory])
    try replaceFile(
      name, with: Array(String(pid).utf8), mode: 0o644, at: folder.number, path: path)
  }
}
