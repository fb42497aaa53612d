import CLinux
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

/// What a container is at a moment; always derived, never stored.
public enum ContainerStatus: String, Sendable {
  case creating, created, running, paused, stopped
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

  var cgroup: CgroupPaths {
    CgroupPaths(
      directories: record.cgroupPaths.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// Whether init, and not a later process of its number, is alive.
  public var isAlive: Bool {
    guard let stat = ProcessStat(pid: record.initProcessPID) else { return false }
    return stat.startTime == record.initProcessStart && !stat.hasEnded
  }

  /// Frozen: paused; init gone: stopped; the FIFO there: created; else running.
  public var status: ContainerStatus {
    guard isAlive else { return .stopped }
    if cgroup.isFrozen { return .paused }
    return access("\(store.root)/\(id)/exec.fifo", F_OK) == 0 ? .created : .running
  }

  /// The state that `state` prints and hooks read (runtime.md, State).
  public func state() -> OCIState {
    let status = self.status
    return OCIState(
      ociVersion: record.config.version, id: id, status: status.rawValue,
      pid: status == .stopped ? 0 : Int(record.initProcessPID), bundle: record.bundle,
      annotations: record.annotations.isEmpty ? nil : record.annotations)
  }

  /// Opens the gate (docs/handshake.md): of any number of callers exactly one succeeds.
  public func start() throws(RuntimeError) {
    let folder = try store.lock(id)
    let now = try Container(id, in: store)
    guard now.isAlive, let process = try? ProcessDescriptor(opening: now.record.initProcessPID),
      now.isAlive
    else { throw RuntimeError("cannot start container \"\(id)\": it has stopped") }
    if now.cgroup.isFrozen {
      throw RuntimeError("cannot start container \"\(id)\": it is paused; resume it first")
    }
    var fifo = try openFifo(folder.number)
    while true {
      var entries = [
        pollfd(fd: fifo.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: process.number, events: Int16(POLLIN), revents: 0),
      ]
      let ready = try attempt("start container \"\(id)\"") { () throws(KernelError) in
        try check("poll", "exec.fifo") { poll(&entries, 2, 10_000) }
      }
      if ready == 0 {
        throw RuntimeError(
          "start container \"\(id)\": its init has not answered at the gate for 10 s; "
            + "is it stopped by a signal?")
      }
      var byte: UInt8 = 0
      if read(fifo.number, &byte, 1) == 1 { break }
      if entries[1].revents != 0 {
        throw RuntimeError("cannot start container \"\(id)\": its init died at the gate")
      }
      // Init is between two rounds. A fresh open forgets the old hang-up, so poll does not spin.
      fifo = try openFifo(folder.number)
    }
    try attempt("start container \"\(id)\"") { () throws(KernelError) in
      try remove("exec.fifo", at: folder.number)
    }
  }

  private func openFifo(_ folder: Int32) throws(RuntimeError) -> Descriptor {
    do throws(KernelError) {
      return try open("exec.fifo", [.readOnly, .nonBlocking], at: folder)
    } catch {
      if error.errno == .noSuchFileOrDirectory {
        throw RuntimeError("cannot start container \"\(id)\": it is already running")
      }
      throw RuntimeError("start container \"\(id)\"", error)
    }
  }

  /// Sends a signal to init. Throws when it is not alive.
  public func send(_ signal: Signal) throws(RuntimeError) {
    guard let process = try? ProcessDescriptor(opening: record.initProcessPID), isAlive else {
      throw RuntimeError("cannot send \(signal) to container \"\(id)\": container not running")
    }
    try attempt("kill container \"\(id)\"") { () throws(KernelError) in try process.send(signal) }
  }

  /// Freezes or thaws everything in it.
  public func setPaused(_ paused: Bool) throws(RuntimeError) {
    let status = self.status
    guard paused ? status == .running || status == .created : status == .paused else {
      throw RuntimeError(
        "cannot \(paused ? "pause" : "resume") container \"\(id)\": it is \(status.rawValue)")
    }
    try attempt("\(paused ? "pause" : "resume") container \"\(id)\"") { () throws(KernelError) in
      try cgroup.setFrozen(paused)
    }
  }

  /// The processes in its cgroup, as the host numbers them.
  public func processes() throws(RuntimeError) -> [Int32] {
    try attempt("list the processes of container \"\(id)\"") { () throws(KernelError) in
      try cgroup.processes()
    }
  }

  /// Removes everything that was made for it: its processes, cgroups and record, in this order.
  /// - Parameter force: kills it first when it runs.
  public func delete(force: Bool) throws(RuntimeError) {
    if force, isAlive { try? send(.kill) }
    let folder = try store.lock(id)
    let status = self.status
    guard force || status == .stopped || status == .created else {
      throw RuntimeError(
        "cannot delete container \"\(id)\" that is not stopped: it is \(status.rawValue); "
          + "stop it first, or use --force")
    }
    try attempt("delete container \"\(id)\"") { () throws(KernelError) in
      if isAlive, let process = try? ProcessDescriptor(opening: record.initProcessPID) {
        if status == .paused { try cgroup.setFrozen(false) }
        try? process.send(.kill)
        _ = try process.waitUntilEnded(milliseconds: 10_000)
      }
      try cgroup.killAll()
      try cgroup.remove()
      try removeFolder(folder.number)
    }
  }

  private func removeFolder(_ folder: Int32) throws(KernelError) {
    for name in ["exec.fifo", ".state.json.new", "state.json"] {
      do throws(KernelError) {
        try remove(name, at: folder)
      } catch {
        if error.errno != .noSuchFileOrDirectory { throw error }
      }
    }
    try remove("\(store.root)/\(id)", directory: true)
  }
}

extension Container {
  /// Waits for init, a child of this process, and returns its exit status as a shell would.
  public func waitForInit() throws(RuntimeError) -> Int32 {
    var status: Int32 = 0
    try attempt("wait for container \"\(id)\"") { () throws(KernelError) in
      try check("wait4", "process \(record.initProcessPID)") {
        waitpid(record.initProcessPID, &status, 0)
      }
    }
    return Termination(waitStatus: status).exitStatus
  }
}
