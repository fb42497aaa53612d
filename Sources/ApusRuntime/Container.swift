import CLinux
import Cgroups
import Glibc
import LinuxKernel
import OCISpec

/// What a container is at a moment; always derived, never stored.
public enum ContainerStatus: String, Sendable {
  /// It is being made.
  case creating
  /// Its process waits at the gate.
  case created
  /// Its program runs.
  case running
  /// Its cgroup is frozen.
  case paused
  /// Its process is gone.
  case stopped
}

/// A container that was made, by its record.
public struct Container: Sendable {
  /// Where it is kept.
  public let store: ContainerStore
  /// What is on disk.
  public let record: ContainerRecord

  /// Its name.
  public var id: String { record.id }

  /// Loads a container. Throws when there is none of that name.
  public init(_ id: String, in store: ContainerStore) throws(RuntimeError) {
    self.store = store
    self.record = try store.record(of: id)
  }

  /// A container that is in the making.
  init(_ record: ContainerRecord, in store: ContainerStore) {
    self.store = store
    self.record = record
  }

  /// Where its cgroup is.
  var cgroup: CgroupPaths { record.cgroup }

  /// Whether init, and not a later process of its number, is alive.
  public var isAlive: Bool {
    guard let stat = ProcessStat(pid: record.initProcessPID) else { return false }
    return stat.startTime == record.initProcessStart && !stat.hasEnded
  }

  /// Opens init's pidfd; throws this sentence when init is gone.
  func openInit(_ sentence: @autoclosure () -> String) throws(RuntimeError) -> ProcessDescriptor {
    do throws(KernelError) { return try openInit() } catch { throw RuntimeError(sentence()) }
  }

  /// Opens init's pidfd. Throws ESRCH when init is gone, whoever has its number now.
  func openInit() throws(KernelError) -> ProcessDescriptor {
    guard record.initProcessPID > 0 else { throw gone }
    let process = try ProcessDescriptor(opening: record.initProcessPID)
    guard isAlive else { throw gone }
    return process
  }

  private var gone: KernelError {
    KernelError(call: "pidfd_open", subject: "init", errno: .noSuchProcess)
  }

  /// Frozen: paused; init gone: stopped; the FIFO there: created; else running. Before there is an
  /// init: creating, as long as somebody is at it.
  public var status: ContainerStatus {
    if record.initProcessPID == 0 { return store.isLocked(id) ? .creating : .stopped }
    guard isAlive else { return .stopped }
    return cgroup.isFrozen ? .paused : statusOfUnpaused
  }

  /// What it is if it is alive and not paused.
  var statusOfUnpaused: ContainerStatus {
    access("\(store.root)/\(id)/exec.fifo", F_OK) == 0 ? .created : .running
  }

  /// The state that hooks read (runtime.md, State).
  public func state() -> OCIState { state(as: status) }

  func state(as status: ContainerStatus) -> OCIState {
    OCIState(
      ociVersion: record.config.version, id: id, status: status.rawValue,
      pid: status == .stopped ? 0 : Int(record.initProcessPID), bundle: record.bundle,
      annotations: record.annotations.isEmpty ? nil : record.annotations)
  }

  /// Sends a signal to init. Throws when it is not alive; warns of what SIGKILL does not end.
  public func send(_ signal: Signal) throws(RuntimeError) {
    try deliver(signal)
    // Most such sleeps are over at once.
    guard signal == .kill, let pid = cgroup.uninterruptible(or: record.initProcessPID),
      let process = try? ProcessDescriptor(opening: pid),
      (try? process.waitUntilEnded(milliseconds: 500)) == false
    else { return }
    store.log(
      .warning,
      "kill container \"\(id)\": SIGKILL has not ended all of it: "
        + cgroup.survivors(or: record.initProcessPID))
  }

  func deliver(_ signal: Signal) throws(RuntimeError) {
    // Without a PID namespace of its own init doesn't take the others along, and they outlive it.
    if signal == .kill, !hasOwnPIDNamespace {
      return try attempt("kill container \"\(id)\"") { () throws(KernelError) in
        try cgroup.killAll()
      }
    }
    let process = try openInit(
      "cannot send \(signal) to container \"\(id)\": container not running")
    try attempt("kill container \"\(id)\"") { () throws(KernelError) in
      try process.send(signal)
      if signal == .kill { try cgroup.thaw() }
    }
  }

  private var hasOwnPIDNamespace: Bool {
    record.config.namespaces.contains {
      $0.type == NamespaceKind.pid.libcontainerName && ($0.path ?? "").isEmpty
    }
  }

  /// Freezes or thaws everything in it.
  public func setPaused(_ paused: Bool) throws(RuntimeError) {
    let status = self.status
    guard paused ? status == .running || status == .created : status == .paused else {
      throw RuntimeError(
        paused
          ? "cannot pause container \"\(id)\": container not running (it is \(status.rawValue))"
          : "cannot resume container \"\(id)\": container not paused (it is \(status.rawValue))")
    }
    try requireCgroup("\(paused ? "pause" : "resume")")
    try attempt("\(paused ? "pause" : "resume") container \"\(id)\"") { () throws(KernelError) in
      try cgroup.setFrozen(paused)
    }
  }

  /// Another user than root may have made it without one.
  func requireCgroup(_ purpose: String) throws(RuntimeError) {
    guard cgroup.directories.isEmpty else { return }
    throw RuntimeError(
      "cannot \(purpose) container \"\(id)\": it has no cgroup, for whoever made it may make none")
  }

  /// The processes in its cgroup and those below, as the host numbers them.
  public func processes() throws(RuntimeError) -> [Int32] {
    try requireCgroup("list the processes of")
    return try attempt("list the processes of container \"\(id)\"") { () throws(KernelError) in
      try cgroup.processes()
    }
  }
}
