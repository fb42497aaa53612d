import LinuxKernel
import OCISpec

extension Plan {
  /// Only the host's root may give away what belongs to it, so that is done outside a user namespace.
  mutating func planStandardStreams(_ spec: Spec) {
    guard let process = spec.process, spec.linux?.has(.user) == true else { return }
    handOverStandardStreams(process, spec.linux)
  }

  /// Gives them to whom the process's user is on the host, unless it gets a terminal instead.
  mutating func handOverStandardStreams(_ process: Spec.Process, _ linux: Spec.Linux?) {
    guard process.terminal != true,
      let uid = ranges(linux?.uidMappings).outside(of: process.user.uid)
    else { return }
    add(.handOverStandardStreams(uid: uid), "/process/user/uid")
  }
}
