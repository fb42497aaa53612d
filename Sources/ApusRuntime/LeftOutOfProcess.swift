import OCISpec

extension Spec.Process {
  /// The process, with the container's confinement and attributes where it says nothing of its own,
  /// as in runc. That privileges are not gained, it has to say itself.
  func completed(by container: Spec.Process?) -> Spec.Process {
    guard let container else { return self }
    var process = self
    process.capabilities = capabilities ?? container.capabilities
    if (rlimits ?? []).isEmpty { process.rlimits = container.rlimits }
    if (apparmorProfile ?? "").isEmpty { process.apparmorProfile = container.apparmorProfile }
    if (selinuxLabel ?? "").isEmpty { process.selinuxLabel = container.selinuxLabel }
    process.oomScoreAdj = oomScoreAdj ?? container.oomScoreAdj
    process.scheduler = scheduler ?? container.scheduler
    process.ioPriority = ioPriority ?? container.ioPriority
    process.execCPUAffinity = execCPUAffinity ?? container.execCPUAffinity
    process.user.umask = user.umask ?? container.user.umask
    return process
  }
}
