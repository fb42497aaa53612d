import CLinux
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

extension Container {
  /// Opens the gate (docs/handshake.md): of any number of callers exactly one succeeds. Then runs
  /// the poststart hooks, and waits until the program has told NOTIFY_SOCKET, if there is one, that
  /// it is ready.
  public func start() throws(RuntimeError) {
    if var launch = store.launch("start") {
      launch.add("--", id)
      _ = try launch.run("start container \"\(id)\"")
      return
    }
    var maker: HostPerformer?
    try start(&maker)
  }

  func start(_ maker: inout HostPerformer?) throws(RuntimeError) {
    var notify = try listenForNotify(mainPID: record.initProcessPID)
    try open(&maker)
    if notify != nil, let process = try? openInit() {
      try notify?.forward(untilReadyOrEndOf: process)
    }
  }

  func listenForNotify(mainPID: Int32) throws(RuntimeError) -> NotifyRelay? {
    guard let socket = NotifySocket() else { return nil }
    let folder = try store.openFolder(id)
    do throws(RuntimeError) {
      return try socket.listen(in: folder.number, mainPID: mainPID)
    } catch {
      // A variable that was left over must not keep a container from running.
      store.log(.warning, "the service manager will not hear of container \"\(id)\": \(error)")
      return nil
    }
  }

  /// Opens the gate and runs the poststart hooks.
  /// - Parameter maker: what the container's maker, if that is us, has of it: init still tells it
  ///   what goes wrong before the program runs.
  func open(_ maker: inout HostPerformer?) throws(RuntimeError) {
    let now: Container
    switch maker {
    case .some(let maker):
      // The record and the process that were made just now: nobody need be asked about them.
      let folder = try store.lock(id)
      try open(folder.number, maker.process)
      now = self
    case nil: now = try passGate()
    }
    store.trace?.end("open the gate")
    do throws(RuntimeError) {
      try maker?.proceedToExec()
      if maker != nil { store.trace?.end("wait until the program runs") }
      try now.runPoststartHooks()
    } catch {
      // runtime.md, Lifecycle: "generate an error, stop the container, and continue at step 12".
      try? store.delete(id, force: true)
      throw error
    }
  }

  private func passGate() throws(RuntimeError) -> Container {
    let folder = try store.lock(id)
    let now = try Container(id, in: store)
    guard now.record.initProcessPID > 0 else {
      throw RuntimeError(
        "cannot start container \"\(id)\": its creation was cut short; "
          + "remove it with delete --force")
    }
    let process = try now.openInit(
      "cannot start a container that has stopped: \"\(id)\"\(now.causeOfDeath)")
    try now.refusePaused()
    try now.open(folder.number, process)
    return now
  }

  private func open(_ folder: Int32, _ process: borrowing ProcessDescriptor) throws(RuntimeError) {
    var fifo = try openFifo(folder)
    var seconds = 0
    while true {
      var entries = [
        pollfd(fd: fifo.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: process.number, events: Int16(POLLIN), revents: 0),
      ]
      let ready = try attempt("start container \"\(id)\"") { () throws(KernelError) in
        try check("poll", "exec.fifo") { poll(&entries, 2, 10_000) }
      }
      // A small share of a busy processor can keep init from answering, so only one that is stopped,
      // or an init of runc's whose byte was lost, is given up.
      if ready == 0 {
        seconds += 10
        try refuseIfStopped(process, seconds)
        continue
      }
      var byte: UInt8 = 0
      if read(fifo.number, &byte, 1) == 1 { break }
      if entries[1].revents != 0 {
        throw RuntimeError(
          "cannot start a container that has stopped: the init of \"\(id)\" "
            + (process.end.map { "\($0)" } ?? "died") + " at the gate\(memoryWasShort)")
      }
      // Init is between two rounds. A fresh open forgets the old hang-up, so poll does not spin.
      fifo = try openFifo(folder)
    }
    do throws(KernelError) {
      try remove("exec.fifo", at: folder)
    } catch {
      if error.errno == .noSuchFileOrDirectory { throw alreadyRunning }
      throw RuntimeError("start container \"\(id)\"", error)
    }
  }

  private func refusePaused() throws(RuntimeError) {
    guard cgroup.isFrozen else { return }
    throw RuntimeError(
      "cannot start a container in the paused state: \"\(id)\"; resume it first")
  }

  private func refuseIfStopped(_ process: borrowing ProcessDescriptor, _ seconds: Int)
    throws(RuntimeError)
  {
    try refusePaused()
    let words = "start container \"\(id)\": its init, process \(process.pid), "
    if let state = ProcessStat(pid: process.pid)?.state, state == "T" || state == "t" {
      throw RuntimeError(words + "is stopped by a signal or a tracer; send it SIGCONT")
    }
    guard seconds < 60 else {
      throw RuntimeError(words + "has not answered at the gate for \(seconds) s; delete it")
    }
  }

  private func openFifo(_ folder: Int32) throws(RuntimeError) -> Descriptor {
    do throws(KernelError) {
      return try LinuxKernel.open("exec.fifo", [.readOnly, .nonBlocking], at: folder)
    } catch {
      if error.errno == .noSuchFileOrDirectory { throw alreadyRunning }
      throw RuntimeError("start container \"\(id)\"", error)
    }
  }

  private var alreadyRunning: RuntimeError {
    RuntimeError("cannot start an already running container: \"\(id)\"")
  }

  /// How init ended, as far as the kernel still tells: ", killed by SIGKILL".
  var causeOfDeath: String {
    var words = ""
    if let stat = ProcessStat(pid: record.initProcessPID),
      stat.startTime == record.initProcessStart, let end = stat.termination
    {
      words = "; its init \(end)"
    }
    return words + memoryWasShort
  }

  private var memoryWasShort: String {
    cgroup.outOfMemoryKills > 0
      ? "; the kernel killed in it for want of memory (config.json /linux/resources/memory/limit)"
      : ""
  }

  private func runPoststartHooks() throws(RuntimeError) {
    for (index, hook) in record.config.hooks.poststart.enumerated() {
      do throws(HookFailure) {
        try hook.run(state(as: .running), in: record.bundle)
      } catch {
        throw RuntimeError(
          "start container \"\(id)\": "
            + "\(hook.failure("poststart", "/hooks/poststart/\(index)")): \(error)")
      }
    }
  }
}
