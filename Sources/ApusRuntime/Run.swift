import OCISpec

extension ContainerStore {
  /// Makes a container and starts it, through the same gate as `create` and `start`.
  /// - Returns: the program's exit status, 128 and the signal's number if a signal ended it; 0 if
  ///   detached.
  public func run(_ id: String, _ options: CreateOptions, _ run: RunOptions = RunOptions())
    throws(RuntimeError) -> Int32
  {
    let spec = try loadSpec(bundle: options.bundle)
    let container = try create(id, bundle: options.bundle, spec, pidFile: options.pidFile)
    try container.start()
    if run.detach { return 0 }
    let end = try container.waitForInit()
    if !run.keep { try container.delete(force: true) }
    return end
  }

  /// Makes a container: everything up to the gate, where its init waits for ``Container/start()``.
  public func create(_ id: String, _ options: CreateOptions) throws(RuntimeError) -> Container {
    let spec = try loadSpec(bundle: options.bundle)
    return try create(id, bundle: options.bundle, spec, pidFile: options.pidFile)
  }
}
