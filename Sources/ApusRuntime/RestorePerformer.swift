import CRIU
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

/// The restore of one container: the steps of its plan that are the host's, and CRIU for the others.
struct RestorePerformer: ~Copyable {
  let plan: Plan
  let purpose: String
  let cgroup: CgroupPaths
  private var recording: Recording
  private var terminal: TerminalDestination
  private let hooks: Spec.Hooks?
  private var process: ProcessDescriptor?
  private var relay: TerminalRelay?

  init(
    plan: Plan, purpose: String, cgroup: CgroupPaths, recording: consuming Recording,
    terminal: consuming TerminalDestination, hooks: Spec.Hooks?
  ) {
    self.plan = plan
    self.purpose = purpose
    self.cgroup = cgroup
    self.recording = recording
    self.terminal = terminal
    self.hooks = hooks
  }

  /// Where the root file system is mounted for CRIU, in the container's folder.
  private static let root = "criu-root"

  /// Restores it.
  mutating func perform(
    _ options: RestoreOptions, by program: String, _ folders: borrowing CheckpointFolders,
    mounts: [ExternalMount], streams: [String]
  ) throws(RuntimeError) {
    let place = "\(recording.root)/\(recording.record.id)/\(Self.root)"
    try attempt("\(purpose): make a place for the root file system") { () throws(KernelError) in
      try makeDirectory(place, mode: 0o700)
    }
    let joined = plan.joinedNamespaces
    var passed: [Int32] = []
    // Opened numbers, which CRIU's process takes over.
    defer { for number in passed { close(number) } }
    for (kind, path) in joined where CRIUOptions.name(of: kind) != nil {
      passed.append(
        try attempt(
          "\(purpose): open the \(kind.rawValue) namespace (config.json /linux/namespaces)"
        ) {
          () throws(KernelError) in try open(path, .readOnly).release()
        })
    }
    try performSteps(0..<plan.processStep.index, pid: 0)
    let plan = self.plan
    var session = try CRIUSession(
      program, passing: passed,
      CRIUSession.Preparation(
        cgroup: plan.cgroup ?? CgroupPaths(directories: []),
        mount: { () throws(KernelError) in try plan.mountForRestore(at: place) },
        folders: folders.paths), purpose)
    do throws(RuntimeError) {
      try performSteps(plan.processStep.index..<plan.steps.count, pid: session.process.pid)
      let numbers = try session.proceed(purpose)
      let version = try session.requireVersion(purpose)
      for (kind, _) in joined where CRIUOptions.name(of: kind) != nil {
        try version.requireExternal(kind, purpose)
      }
      if options.securityLabel != nil || options.mountContext != nil {
        try version.require(
          CRIUVersion(3, 16), " for --lsm-profile and --lsm-mount-context", purpose)
      }
      var restoring = CRIUOptions(
        restoring: options, folders: numbers, root: place,
        annotations: recording.record.annotations, mounts: mounts, streams: streams, joined: joined,
        firstDescriptor: CRIUSession.firstPassed)
      restoring.cgroupRoots = try cgroups(of: session.process.pid)
      var request = CRIURequest(.restore)
      request.options = restoring
      try session.perform(request, purpose) { event, answer throws(RuntimeError) in
        try react(to: event, &answer, version, mounts)
      }
      let end = session.end()
      guard end == .exited(0) else {
        throw RuntimeError("\(purpose): CRIU \(end.map { "\($0)" } ?? "died")")
      }
    } catch {
      _ = session.end()
      throw RuntimeError(error.description + folders.complaint)
    }
    rmdir(place)
    if let path = options.create.pidFile {
      try write(pid: recording.record.initProcessPID, to: path)
    }
  }

  /// Gives up the lock, and hands out what was made.
  consuming func finish(_ purpose: String) throws(RuntimeError) -> RestoredContainer {
    guard let process = process.take() else {
      throw RuntimeError("\(purpose): CRIU has not said which process it has made")
    }
    return RestoredContainer(process: process, relay: relay.take())
  }

  /// The steps that make the container's cgroups and their like. All others are CRIU's.
  private func performSteps(_ range: Range<Int>, pid: Int32) throws(RuntimeError) {
    var files = CgroupFile()
    for index in range where plan.steps[index].action.isAroundProcess {
      try HostPerformer.perform(
        plan, index, purpose, .configuration(options: [:]), cgroup, pid: pid, &files)
    }
  }

  private mutating func react(
    to event: String, _ answer: inout CRIUAnswer, _ version: CRIUVersion, _ mounts: [ExternalMount]
  ) throws(RuntimeError) {
    let pid = answer.response.pid
    switch event {
    // The namespaces are there, and nothing in them yet.
    case "setup-namespaces":
      if plan.bringsUpLoopback { try bringUpLoopback(of: pid, purpose) }
      try runHooks(pid)
    case "orphan-pts-master":
      if let master = answer.descriptor.take() { relay = try terminal.receive(master) }
    // All is there, and nothing runs yet.
    case "post-restore":
      let process = try attempt("\(purpose): open its process") { () throws(KernelError) in
        try ProcessDescriptor(opening: pid)
      }
      try limit(mounts, of: pid, purpose)
      try requireReadonly(mounts, of: pid, purpose)
      recording.noteRestored(movesClocks: version >= CRIUVersion(3, 14))
      try recording.save(process, purpose)
      self.process = consume process
    default: return
    }
  }

  private func runHooks(_ pid: Int32) throws(RuntimeError) {
    let state = recording.state(pid: pid)
    for (kind, list) in [("prestart", hooks?.prestart), ("createRuntime", hooks?.createRuntime)] {
      for (index, hook) in (list ?? []).enumerated() {
        do throws(HookFailure) {
          try hook.run(state, in: recording.bundle)
        } catch {
          throw RuntimeError(
            "\(purpose): \(hook.failure(kind, "/hooks/\(kind)/\(index)")): \(error)")
        }
      }
    }
  }
}

extension Action {
  /// Whether it is about what is around the container's process, and none of what CRIU keeps.
  fileprivate var isAroundProcess: Bool {
    switch self {
    case .createCgroup, .startUnit, .writeCgroup, .attachDeviceFilter, .handOverCgroup,
      .makeResctrlGroup, .writeSchemata, .requireSchemata, .joinResctrlGroups:
      true
    default: false
    }
  }
}

extension Plan {
  /// Whether the container has a network namespace of its own.
  fileprivate var bringsUpLoopback: Bool { steps.contains { $0.action == .bringUpLoopback } }

  /// The namespaces that config.json has by their paths.
  fileprivate var joinedNamespaces: [(kind: NamespaceKind, path: String)] {
    steps.compactMap {
      if case .joinNamespace(let kind, let path) = $0.action { (kind, path) } else { nil }
    }
  }
}

/// What is in the network namespace is left out of the images; this much is there without anybody else.
private func bringUpLoopback(of pid: Int32, _ purpose: String) throws(RuntimeError) {
  try attempt("\(purpose): bring up the network device lo") { () throws(KernelError) in
    let process = try ProcessDescriptor(opening: pid)
    switch try clone() {
    case .child:
      let isDone: Void? = try? { () throws(KernelError) in
        try join([.network], of: process.number)
        try LinuxKernel.bringUpLoopback()
      }()
      _exit(isDone == nil ? 1 : 0)
    case .parent(let helper):
      guard try helper.reap() == .exited(0) else {
        throw KernelError(
          call: "ioctl SIOCSIFFLAGS up", subject: "lo", errno: .noSuchAddressOrDevice)
      }
    }
  }
}

/// The cgroups of a process, below which CRIU restores those of the container.
private func cgroups(of pid: Int32) throws(RuntimeError) -> [(controller: String, path: String)] {
  let bytes = try attempt("find CRIU's cgroups") { () throws(KernelError) in
    try readKernelFile("/proc/\(pid)/cgroup")
  }
  var roots: [(controller: String, path: String)] = []
  for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3 else { continue }
    for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
      roots.append((String(controller), String(fields[2])))
    }
  }
  return roots
}
