import CLinux
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

/// The host's side of a plan: makes the process, does the runtime's steps when the process asks for
/// them, and hears of what failed.
struct HostPerformer: ~Copyable {
  let plan: Plan
  /// "create container "x"": what every error begins with.
  let purpose: String
  /// Where the process was described.
  let origin: ProcessOrigin
  let cgroup: CgroupPaths
  /// What the container's state was when this began.
  let state: OCIState
  /// The container's process.
  private(set) var process: ProcessDescriptor
  /// The relay between the caller's terminal and the process', if it has one and nobody else gets it.
  var relay: TerminalRelay?
  /// What is written to disk, and the lock.
  var recording: Recording?
  /// What was written, once it is complete and the lock given up.
  private var file: StateFile?

  private let socket: PacketSocket
  private var terminal: TerminalDestination
  /// Steps below this one are done, as far as they are the runtime's.
  private var done: Int

  /// Performs the plan as far as the process. Returns in the runtime only.
  static func launch(
    _ plan: Plan, _ purpose: String, cgroup: CgroupPaths, state: OCIState,
    gate fifo: consuming Descriptor? = nil, entering init: consuming ProcessDescriptor? = nil,
    recording: consuming Recording? = nil, terminal: consuming TerminalDestination,
    origin: ProcessOrigin = .configuration(options: [:]), startsLater: Bool = false,
    followsInit: Bool = true
  ) throws(RuntimeError) -> HostPerformer {
    let (first, kinds) = plan.processStep
    var ownPIDNamespace: Descriptor?
    var files = CgroupFile()
    for index in 0..<first {
      if case .joinNamespace = plan.steps[index].action, ownPIDNamespace == nil {
        ownPIDNamespace = try attempt(purpose) { () throws(KernelError) in
          try open("/proc/self/ns/pid", .readOnly)
        }
      }
      plan.times?.begin(index)
      try perform(plan, index, purpose, origin, cgroup, pid: 0, &files)
      plan.times?.end(index)
    }
    let sockets = try attempt(purpose) { () throws(KernelError) in try PacketSocket.pair() }
    let isRoots = geteuid() == 0  // in the child it is nobody's yet
    plan.times?.begin(first)
    let cloned = try attempt(plan.sentence(first, purpose, origin)) { () throws(KernelError) in
      guard let cgroup = plan.cgroup else { return try clone(into: kinds) }
      return try cgroup.clone(into: kinds, besides: followsInit ? Int32(state.pid ?? 0) : 0)
    }
    switch consume cloned {
    case .child:
      let performer = ContainerPerformer(
        plan, state: state, runtime: sockets.inner, isRoots: isRoots, fifo: fifo, entering: `init`,
        startsLater: startsLater)
      performer.perform()
    case .parent(let process):
      plan.times?.end(first)
      if let ownPIDNamespace {
        // Hooks are children of the runtime, and none of the container's.
        try attempt(purpose) { () throws(KernelError) in
          try join(.pid, ownPIDNamespace, path: "of the runtime")
        }
      }
      var performer = HostPerformer(
        plan: plan, purpose: purpose, origin: origin, cgroup: cgroup, state: state,
        process: process,
        recording: recording,
        socket: sockets.outer, terminal: terminal, done: first + 1)
      // The process needn't ask for these: it goes on meanwhile.
      do throws(RuntimeError) {
        try performer.performSteps(from: first + 1)
      } catch {
        if performer.process.kill(waiting: CgroupPaths.secondsToEnd) {
          _ = try? performer.process.reap()
        }
        throw error
      }
      return performer
    }
  }

  private init(
    plan: Plan, purpose: String, origin: ProcessOrigin, cgroup: CgroupPaths, state: OCIState,
    process: consuming ProcessDescriptor,
    recording: consuming Recording?, socket: consuming PacketSocket,
    terminal: consuming TerminalDestination, done: Int
  ) {
    self.plan = plan
    self.purpose = purpose
    self.origin = origin
    self.cgroup = cgroup
    self.state = state
    self.process = process
    self.recording = recording
    self.socket = socket
    self.terminal = terminal
    self.done = done
  }

  /// The record, once it is complete.
  var record: ContainerRecord? { file?.record }

  /// Gives up the lock of a container that is made.
  mutating func endRecording() {
    file = recording?.file
    recording = nil
  }

  /// Answers the process until it is at the gate.
  mutating func proceedToGate() throws(RuntimeError) {
    try recording?.prepare(process, purpose)
    while try answer() != .atGate {}
  }

  /// Answers the process until the user's program runs in its place.
  mutating func proceedToExec() throws(RuntimeError) {
    while try answer() != .executing {}
    // Its end of the socket closes at exec; else it says why that failed.
    while try answer() != nil {}
    plan.times?.endAll()
  }

  /// Receives a message and does what it asks for; nil: the other end is closed.
  private mutating func answer() throws(RuntimeError) -> Message? {
    var packet = try attempt(purpose) { () throws(KernelError) in try socket.receive() }
    let message = packet.bytes.first.flatMap(Message.init(rawValue:))
    switch message {
    case .atGate, .executing: break
    case .reached:
      try performSteps(from: Int(Message.number(in: packet.bytes) ?? 0))
      try attempt(purpose) { () throws(KernelError) in try socket.send([1]) }
    case .terminal:
      guard let master = packet.passenger.take() else { break }
      relay = try terminal.receive(master)
      try attempt(purpose) { () throws(KernelError) in try socket.send([1]) }
    case .entered:
      guard let pidfd = packet.passenger.take() else { break }
      _ = try? process.reap()  // it has ended: its child is what counts, a child of ours, too
      do throws(KernelError) {
        process = try ProcessDescriptor(owning: pidfd)
      } catch {
        throw RuntimeError(purpose, error)
      }
      try attempt(purpose) { () throws(KernelError) in try socket.send([1]) }
    case .listener:
      guard let number = Message.number(in: packet.bytes) else { break }
      let listener = try attempt(purpose) { () throws(KernelError) in
        try process.copy(descriptor: number)
      }
      try attempt(purpose) { () throws(KernelError) in try socket.send([1]) }
      try plan.seccompListener?.send(listener, of: process.pid, in: currentState, purpose)
    case .source:
      let index = Message.number(in: packet.bytes).map(Int.init) ?? -1
      try attempt(purpose) { () throws(KernelError) in try sendSource(index) }
    case .failed:
      _ = try? process.reap()
      guard let failure = StepFailure(packet.bytes) else {
        throw RuntimeError("\(purpose): it failed in the container")
      }
      throw RuntimeError("\(plan.sentence(failure.step, purpose, origin)): \(failure.reason)")
    case nil:
      if hasBegunExec { return nil }
      let end = (try? process.reap()).flatMap { $0 }
      let kills = cgroup.outOfMemoryKills > 0 ? " for want of memory" : ""
      throw RuntimeError(
        "\(purpose): its process \(end.map { "\($0)" } ?? "died")\(kills) during set-up")
    }
    if message == .executing { hasBegunExec = true }
    return message
  }

  private func sendSource(_ index: Int) throws(KernelError) {
    guard plan.steps.indices.contains(index), case .mount(let mount) = plan.steps[index].action
    else { return }
    try ApusRuntime.sendSource(of: mount, step: index, to: process, over: socket)
  }

  /// The container's state at this moment.
  private var currentState: OCIState { recording?.state(pid: process.pid) ?? state }

  private var hasBegunExec = false

  /// The runtime's steps from one of the plan on, those that aren't done yet.
  private mutating func performSteps(from first: Int) throws(RuntimeError) {
    var index = first
    var files = CgroupFile()
    while index < plan.steps.count, plan.steps[index].action.performer == .runtime {
      if index >= done {
        plan.times?.begin(index)
        switch plan.steps[index].action {
        case .recordState: try recording?.save(process, purpose)
        case .runHook(let kind, let hook): try run(hook, kind, index)
        default:
          try Self.perform(plan, index, purpose, origin, cgroup, pid: process.pid, &files)
        }
        plan.times?.end(index)
        done = index + 1
      }
      index += 1
    }
  }

  private mutating func run(_ hook: Spec.Hook, _ kind: HookKind, _ index: Int) throws(RuntimeError)
  {
    guard let state = recording?.state(pid: process.pid), let bundle = recording?.bundle else {
      return
    }
    do throws(HookFailure) {
      try hook.run(state, in: bundle)
    } catch {
      throw RuntimeError("\(plan.sentence(index, purpose, origin)): \(error)")
    }
  }

  /// Not a part of its callers: the child would have its frame on its stack for good.
  @inline(never)
  static func perform(
    _ plan: Plan, _ index: Int, _ purpose: String, _ origin: ProcessOrigin, _ cgroup: CgroupPaths,
    pid: Int32, _ files: inout CgroupFile
  ) throws(RuntimeError) {
    switch plan.steps[index].action {
    case .startUnit(let unit, let properties):
      return try start(unit, with: pid, properties, plan.sentence(index, purpose, origin))
    case .joinUnit(let unit):
      return try attach(pid, to: unit, plan.sentence(index, purpose, origin))
    case .writeCgroup(let write):
      do throws(RefusedWrite) {
        return try files.write(write)
      } catch {
        // It may be one of before, which this one did not help.
        let step = plan.steps.firstIndex { $0.action == .writeCgroup(error.write) } ?? index
        throw RuntimeError("\(plan.sentence(step, purpose, origin)): \(error.reason)")
      }
    default: break
    }
    do throws(KernelError) {
      switch plan.steps[index].action {
      case .createCgroup(let paths): try cgroup.create(paths)
      case .attachDeviceFilter(let filter): try filter.attach()
      case .handOverCgroup(let uid): try cgroup.handOver(to: uid)
      case .makeResctrlGroup(let path, let root): try makeResctrlGroup(path, root: root)
      case .writeSchemata(let lines, let group, let root):
        try writeSchemata(lines, to: group, root: root)
      case .requireSchemata(let lines, let group): try requireSchemata(lines, of: group)
      case .joinResctrlGroups(let groups):
        for path in groups.paths { try joinResctrlGroup(path, pid, root: groups.root) }
      case .setOOMScore(let score): try writeFile("/proc/\(pid)/oom_score_adj", String(score))
      case .mapIDs(let users, let groups, let mapper):
        try mapIDs(of: pid, users: users, groups: groups, by: mapper)
      case .setClockOffsets(let offsets): try setClockOffsets(offsets, of: pid)
      case .setAffinity(let processors): try setAffinity(processors, of: pid)
      case .moveNetworkDevice(let name, let inside):
        try moveNetworkDevice(name, to: inside, ofNamespaceOf: pid)
      case .handOverStandardStreams(let uid): try fixStandardStreams(owner: uid)
      case .setLimit(let limit, let soft, let hard):
        try setLimit(limit, soft: soft, hard: hard, of: pid)
      case .joinNamespace(let kind, let path):
        try join(kind, try open(path, .readOnly), path: path)
      default: return
      }
    } catch {
      throw RuntimeError(plan.sentence(index, purpose, origin), error)
    }
  }
}

extension Plan {
  /// Who is sent the listener of the seccomp filter.
  fileprivate var seccompListener: SeccompFilter.Listener? {
    for step in steps {
      if case .loadSeccomp(let filter) = step.action { return filter.listener }
    }
    return nil
  }

  /// The step that makes the process, and the namespaces that it is born in.
  var processStep: (index: Int, kinds: [NamespaceKind]) {
    for (index, step) in steps.enumerated() {
      if case .clone(let kinds) = step.action { return (index, kinds) }
    }
    preconditionFailure("a plan without a process")
  }

  /// What every error of a step begins with: the purpose, the step, and the place that asks for it.
  func sentence(_ index: Int, _ purpose: String, _ origin: ProcessOrigin) -> String {
    guard steps.indices.contains(index) else { return purpose }
    let step = steps[index]
    let place = origin.place(step.pointer)
    if case .runHook(let kind, let hook) = step.action {
      return "\(purpose): \(hook.failure(kind.rawValue, step.pointer))"
    }
    return "\(purpose): \(step.action)\(place.isEmpty ? "" : " (\(place))")"
  }
}
