import CLinux
import Cgroups
import Glibc
import LinuxKernel
import OCISpec

/// The container's side of a plan: its process walks the list and does nothing else.
public struct ContainerPerformer: ~Copyable {
  let plan: Plan
  /// What hooks are told of the container.
  var state: OCIState
  let runtime: PacketSocket
  /// Whether the runtime is the host's root.
  let isRoots: Bool
  /// O_PATH descriptor of exec.fifo; nil for exec, which has no gate.
  var fifo: Descriptor?
  /// The process whose namespaces exec enters.
  var entered: ProcessDescriptor?
  /// Whether the wait at the gate may be long, for another call of the runtime will open it.
  var startsLater: Bool

  /// A procfs of the container's own PID namespace that nothing in the container can mount over
  /// (CVE-2025-52881).
  var procfs: Descriptor?
  /// Which pages of our memory are our own; open while it matters.
  var pagemap: Descriptor?
  var rootfs: Descriptor?
  /// Whether its root is the host's.
  var seesHost = true
  /// The directory of the device that was made last.
  var folder: Descriptor?
  var folderPath = ""
  /// What masks directories, attached once and then copied.
  var emptyDirectory: Descriptor?
  /// What masks files: a null device, proven to be one.
  var nullDevice: Descriptor?
  /// A chdir that the user's own rights are needed for: its step and path.
  var pendingDirectory: (step: Int, path: String)?
  var program = ""
  var environment: [String] = []
  var isPastGate = false
  var isPrepared = false

  /// - Parameters:
  ///   - runtime: the socket to the process on the host.
  ///   - isRoots: whether the runtime is the host's root.
  ///   - fifo: an O_PATH descriptor of exec.fifo.
  ///   - entered: the process whose namespaces are entered.
  ///   - startsLater: whether another call of the runtime will open the gate.
  public init(
    _ plan: Plan, state: OCIState, runtime: consuming PacketSocket,
    isRoots: Bool, fifo: consuming Descriptor? = nil,
    entering entered: consuming ProcessDescriptor? = nil, startsLater: Bool = false
  ) {
    self.plan = plan
    self.state = state
    self.runtime = runtime
    self.isRoots = isRoots
    self.fifo = fifo
    self.entered = entered
    self.startsLater = startsLater
  }

  /// Performs everything from the clone on; ends in exec, or in the report of what failed.
  public consuming func perform() -> Never {
    forgetHost()
    dieWithRuntime()
    // The files in /proc of who is hidden are root's: another user couldn't even map IDs.
    if isRoots { hideFromContainer() }
    setsid()
    umask(0)  // the modes of the plan are meant as they stand
    var index = plan.firstInContainer
    var met = !plan.waitsForRuntimeFirst
    while index < plan.steps.count {
      let action = plan.steps[index].action
      if action.performer == .runtime {
        if !met { meet(at: index) }
        met = true
      } else {
        met = false
        plan.times?.begin(index)
        perform(action, index)
        plan.times?.end(index)
      }
      index += 1
    }
    _exit(1)
  }

  private mutating func perform(_ action: Action, _ index: Int) {
    if case .runHook(let kind, let hook) = action {
      state.pid = Int(getpid())
      var hook = hook
      if kind == .startContainer {
        state.status = "created"
        hook.env = hook.env ?? environment  // as in runc
      }
      // The mask that is off while we make files of given modes must not be off for others.
      let mask = kind == .createContainer ? umask(0o022) : nil
      // As in runc, before the container's root is the only one it is where they are.
      if kind == .createContainer, let number = rootfs?.number { _ = fchdir(number) }
      do throws(HookFailure) { try hook.run(state) } catch { fail(index, error.description) }
      if let mask { umask(mask) }
      return
    }
    do throws(KernelError) {
      try perform(action, at: index)
    } catch {
      fail(index, error.description)
    }
  }

  /// Waits until the runtime has done its steps at this place of the list.
  private func meet(at index: Int) {
    do throws(KernelError) {
      try runtime.send(Message.reached.bytes(Int32(index)))
      if try runtime.receive().bytes.isEmpty { _exit(1) }  // the runtime is gone
    } catch {
      _exit(1)
    }
  }

  /// Reports a failed step. Past the gate nobody may listen any more, so then it is told to the
  /// container's own output; before it, a runtime that is gone has said itself what went wrong.
  func fail(_ index: Int, _ reason: String) -> Never {
    let failure = StepFailure(step: index, reason: reason)
    do throws(KernelError) {
      try runtime.send(failure.encoded)
    } catch {
      if isPastGate {
        let action = plan.steps[index].action.description.prefix(4096)
        try? write(Array("apus: \(action): \(reason.prefix(4096))\n".utf8), to: 2)
      }
    }
    _exit(1)
  }

  private mutating func perform(_ action: Action, at index: Int) throws(KernelError) {
    switch action {
    case .createCgroup, .startUnit, .joinUnit, .writeCgroup, .attachDeviceFilter, .clone,
      .handOverCgroup, .setLimit, .recordState, .mapIDs,
      .setClockOffsets, .setOOMScore, .handOverStandardStreams, .setAffinity, .moveNetworkDevice,
      .makeResctrlGroup, .writeSchemata, .requireSchemata, .joinResctrlGroups,
      .runHook:
      return  // the runtime's, or done by the caller

    case .joinCgroup(let cgroup):
      if plan.makesCgroupMeanwhile { meet(at: index) }
      try cgroup.join()
      // That the caller is kept to some processors is none of the container's business.
      if !plan.setsAffinity { try? liftAffinity() }
    case .joinNamespace(let kind, let path): try join(kind, try open(path, .readOnly), path: path)
    case .enterContainer(let kinds): try enter(kinds)
    case .unshare(let kind): try unshare([kind])
    case .becomeRoot(let keepingGroups): try becomeRoot(keepingGroups)
    case .goOnInChild(let kinds): try goOnInChild(kinds)
    case .joinSessionKeyring(let name):
      // A kernel without keyrings is no reason to fail, nor a user who has used up the quota.
      try? LinuxKernel.joinSessionKeyring(name)
    case .bringUpLoopback: try LinuxKernel.bringUpLoopback()

    case .setRootPropagation(let propagation):
      try check("mount", "/ as r\(propagation.word)") {
        apus_mount(nil, "/", nil, UInt(propagation.rawValue | 0x4000 /* MS_REC */), nil)
      }
    case .makeParentMountPrivate(let path):
      let place = try open(path, [.path, .directory])
      try makePrivateMount(holding: place.number, path: path)
    case .openRootfs(let path): try openRootfs(path)
    case .openRootfsInPlace(let path): try openRootfsInPlace(path)
    case .mount(let mount): try perform(mount, at: index)
    case .makeDirectory(let path): _ = try openOrMakeDirectory(path, in: try root())
    case .makeDevice(let device): try make(device)
    case .bindDevice(let device): try bind(device)
    case .makeLink(let path, let target): try link(path, to: target)
    case .copyLink(let path, let target): try copyLink(path, to: target)
    case .pivotRoot: try changeRoot { () throws(KernelError) in try pivotIntoCurrentDirectory() }
    case .moveRoot:
      let procfs = try proc()
      try changeRoot { () throws(KernelError) in try moveCurrentDirectoryOverRoot(procfs) }
    case .chroot: try changeRoot { () throws(KernelError) in try makeCurrentDirectoryRoot() }
    case .changeAttributes(let path, let change):
      let place = try open(path, in: try root(), [.path])
      try setAttributes(
        of: place.number, set: change.set, clear: change.clear, propagation: change.propagation,
        recursive: change.recursive, path: path)

    case .reconfigure(let path, let parameters): try reconfigure(path, parameters)
    case .setHostname(let name):
      try check("sethostname", name) { sethostname(name, name.utf8.count) }
    case .setDomainname(let name):
      try check("setdomainname", name) { setdomainname(name, name.utf8.count) }
    case .writeSysctl(let key, let value):
      try writeFile(sysctlPath(key), value, at: try proc())
    case .makeReadonly(let path): try makeReadonly(path)
    case .mask(let path): try mask(path)

    case .openTerminal(let size, let console): try openTerminal(size, console)
    case .setScheduling(let scheduling): try scheduling.apply()
    case .setIOPriority(let priority): try priority.apply()
    case .setPersonality(let personality): try personality.apply()
    case .setMemoryPolicy(let policy): try policy.apply()
    case .labelExec(let module, let label): try module.label(nextExec: label, try proc())
    case .setNoNewPrivileges:
      try check("prctl PR_SET_NO_NEW_PRIVS") { apus_prctl(38, 1, 0, 0, 0) }
    case .loadSeccomp(let filter):
      if case .exec = plan.steps[index + 1].action { prepareExec() }
      if startsLater {
        giveBackMemory(pagemap)  // the filter may forbid it at the gate
        startsLater = false
        pagemap = nil
      }
      try load(filter)
    case .limitBoundingCapabilities(let set): try limitBounding(to: set)
    case .ownStandardStreams(let uid): try fixStandardStreams(owner: uid)
    case .setGroups(let groups): try setGroups(groups)
    case .setUser(let uid, let gid): try setUser(uid, gid)
    case .applyCapabilities(let capabilities): try become(capabilities)
    case .setUmask(let mask): umask(mask)
    case .changeDirectory(let path): try changeDirectory(path, index)
    case .findProgram(let name): try findProgram(name)
    case .waitAtGate: try waitAtGate()
    case .exec(let planned):
      prepareExec()
      throw replaceProcess(program, planned.arguments, environment)
    }
  }
}

extension Plan {
  /// The step that the container's process begins with.
  var firstInContainer: Int {
    (steps.firstIndex { if case .clone = $0.action { true } else { false } } ?? -1) + 1
  }

  /// Whether the container's process needs what the runtime does right after the clone before it
  /// goes on, such as what it would not do to a child of that process.
  var waitsForRuntimeFirst: Bool {
    for step in steps[firstInContainer...] where step.action.performer == .container {
      switch step.action {
      case .joinCgroup: continue
      case .unshare, .enterContainer, .becomeRoot: return true
      default: return goesOnInChild || ownsCgroupOfSystemd
      }
    }
    return false
  }

  /// Whether the runtime makes cgroups while the container's process goes on.
  var makesCgroupMeanwhile: Bool {
    steps[firstInContainer...].contains {
      if case .createCgroup = $0.action { true } else { false }
    }
  }

  private var goesOnInChild: Bool {
    steps.contains { if case .goOnInChild = $0.action { true } else { false } }
  }

  /// The root of a cgroup namespace is the cgroup that its maker is in: where systemd has moved it.
  private var ownsCgroupOfSystemd: Bool {
    steps.contains { if case .startUnit = $0.action { true } else { false } }
      && steps.contains { $0.action == .unshare(.cgroup) }
  }

  /// Where the process is, if no systemd moves it.
  package var cgroup: CgroupPaths? {
    for step in steps { if case .joinCgroup(let cgroup) = step.action { return cgroup } }
    return nil
  }

  var setsAffinity: Bool {
    steps.contains { if case .setAffinity = $0.action { true } else { false } }
  }

  /// The user's program.
  var program: PlannedProgram {
    guard case .exec(let program)? = steps.last?.action else {
      return PlannedProgram(arguments: [], environment: [], preservedDescriptors: 0)
    }
    return program
  }
}
