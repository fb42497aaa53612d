import OCISpec

extension Container {
  /// Runs a process in the container.
  /// - Returns: its exit status, 128 and the signal's number if a signal ended it; 0 if detached.
  public func exec(_ process: Spec.Process, _ options: ExecOptions = ExecOptions())
    throws(RuntimeError) -> Int32
  {
    throw RuntimeError("exec is not built yet")
  }
}
