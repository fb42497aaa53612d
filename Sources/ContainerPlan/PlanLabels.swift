import LinuxKernel
import OCISpec

extension Plan {
  /// The labels that the process changes to at its exec.
  mutating func planLabels(_ process: Spec.Process, _ facts: Facts) {
    if let profile = given(process.apparmorProfile) {
      // Where nobody confines, all are unconfined.
      if profile != "unconfined" || facts.securityModules.contains(.appArmor) {
        plan(.appArmor, profile, "/process/apparmorProfile", facts)
      }
    }
    if let label = given(process.selinuxLabel) {
      plan(.selinux, label, "/process/selinuxLabel", facts)
    }
  }

  private mutating func plan(
    _ module: SecurityModule, _ label: String, _ pointer: String, _ facts: Facts
  ) {
    collect { plan throws(PlanError) in
      try require(module, pointer, facts)
      plan.add(.labelExec(module, label), pointer)
    }
  }
}

/// The option by which a file system of this type gets SELinux's label of the container's mounts.
func mountLabel(_ linux: Spec.Linux?, _ type: String, _ facts: Plan.Facts) throws(PlanError)
  -> [String]
{
  guard let label = given(linux?.mountLabel) else { return [] }
  try require(.selinux, "/linux/mountLabel", facts)
  // The files of these have labels of their own.
  return type == "proc" || type == "sysfs" ? [] : ["context=\(label)"]
}

private func require(_ module: SecurityModule, _ pointer: String, _ facts: Plan.Facts)
  throws(PlanError)
{
  guard facts.securityModules.contains(module) else {
    throw PlanError(
      pointer, "\(module.rawValue) is not enabled in this kernel; enable it, or leave this out")
  }
}

private func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
