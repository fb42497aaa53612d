import Glibc
import LinuxKernel
import OCISpec

extension ContainerStore {
  /// Makes a container and starts it, through the same gate as `create` and `start`.
  /// - Returns: the program's exit status, 128 and the signal's number if a signal ended it; 0 if
  ///   detached.
  public func run(_ id: String, _ options: CreateOptions, _ run: RunOptions = RunOptions())
    throws(RuntimeError) -> Int32
  {
    if var launch = launch("run") {
      options.add(to: &launch)
      launch.add("--detach", if: run.detach)
      launch.add("--keep", if: run.keep)
      launch.add("--no-subreaper", if: !run.subreaper)
      launch.add("--", id)
      return try launch.run("run container \"\(id)\"")
    }
    let spec = try loadSpec(options.configuration, for: self)
    if run.detach {
      if spec.process?.terminal == true, options.consoleSocket == nil {
        throw RuntimeError(
          "run container \"\(id)\": cannot allocate a terminal (config.json /process/terminal) "
            + "for a detached container without --console-socket, whose owner gets it")
      }
      let made = try hold(id, spec, options, isDetached: true)
      do throws(RuntimeError) {
        let container = try self.container(madeBy: made, id)
        var performer: HostPerformer? = made
        try container.start(&performer)
        return 0
      } catch {
        try? delete(id, force: true)
        throw error
      }
    }
    let foreground = try Foreground(subreaper: run.subreaper, log: log)
    var made = try hold(id, spec, options, isDetached: false)
    do throws(RuntimeError) {
      var relay = made.relay.take()
      let container = try self.container(madeBy: made, id)
      var performer: HostPerformer? = made
      var notify = try container.listenForNotify(mainPID: getpid())
      try container.open(&performer)
      guard let made = performer.take() else { return 0 }
      let end = try foreground.wait(for: made.process, relay: &relay, notify: &notify)
      trace?.end("wait until the program ends")
      if !run.keep, exists(id) { try container.delete(force: true) }
      return end.exitStatus
    } catch {
      try? delete(id, force: true)
      throw error
    }
  }
}
