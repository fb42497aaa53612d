import LinuxKernel
import OCISpec

extension Plan {
  /// Refuses what config.json may ask for but this version can't do: a container that silently lacks
  /// something is worse than none.
  func refuseWhatIsNotThereYet(_ spec: Spec) throws(PlanError) {
    func refuse(_ isAsked: Bool, _ pointer: String, _ what: String) throws(PlanError) {
      if isAsked { throw PlanError(pointer, "\(what) not supported by this version of apus") }
    }
    func isGiven(_ text: String?) -> Bool { text?.isEmpty == false }
    let linux = spec.linux
    for (index, namespace) in (linux?.namespaces ?? []).enumerated() {
      try refuse(namespace.type == "user", "/linux/namespaces/\(index)", "user namespaces are")
      try refuse(namespace.type == "time", "/linux/namespaces/\(index)", "time namespaces are")
    }
    for (index, mount) in (spec.mounts ?? []).enumerated() {
      let isMapped =
        mount.uidMappings?.isEmpty == false || mount.gidMappings?.isEmpty == false
        || mount.options?.contains { $0 == "idmap" || $0 == "ridmap" } == true
      try refuse(isMapped, "/mounts/\(index)", "ID-mapped mounts are")
    }
    try refuse(linux?.personality != nil, "/linux/personality", "personalities are")
    try refuse(linux?.netDevices?.isEmpty == false, "/linux/netDevices", "network devices are")
    try refuse(linux?.intelRdt != nil, "/linux/intelRdt", "Intel RDT is")
    try refuse(linux?.memoryPolicy != nil, "/linux/memoryPolicy", "memory policies are")
    try refuse(isGiven(linux?.mountLabel), "/linux/mountLabel", "SELinux labels are")
    try refuse(spec.process?.scheduler != nil, "/process/scheduler", "schedulers are")
    try refuse(spec.process?.ioPriority != nil, "/process/ioPriority", "I/O priorities are")
    try refuse(
      spec.process?.execCPUAffinity != nil, "/process/execCPUAffinity", "CPU affinities of exec are")
    try refuse(isGiven(spec.process?.selinuxLabel), "/process/selinuxLabel", "SELinux labels are")
    let profile = spec.process?.apparmorProfile
    try refuse(
      isGiven(profile) && profile != "unconfined", "/process/apparmorProfile",
      "AppArmor profiles are")
  }
}
