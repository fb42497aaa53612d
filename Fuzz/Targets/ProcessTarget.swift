import Cgroups
import ContainerPlan
import JSON
import LinuxKernel
import OCISpec

func testProcess(_ bytes: [UInt8]) {
  let process: Spec.Process
  do throws(JSONError) {
    process = try decodeJSON(Spec.Process.self, from: bytes)
  } catch {
    requireSentence(error.description)
    return requireSameDecoding(Spec.Process.self, from: bytes)
  }
  requireRoundTrip(process)
  requireSameDecoding(Spec.Process.self, from: bytes)
  let violations = process.validate()
  for violation in violations { requireSentence(violation.description) }
  guard violations.isEmpty else { return }
  for kinds in [[], [.mount, .pid], NamespaceKind.allCases] {
    var facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    facts.securityModules = Set(SecurityModule.allCases)
    let cgroup = CgroupPaths(layout: .unified, cgroupsPath: "/x", id: "box")
    do throws(PlanError) {
      requireSound(
        try Plan(entering: kinds, process, spec: container, cgroup: cgroup, facts: facts))
    } catch {
      requireSentence(error.description)
    }
  }
}

/// The container that is entered.
private let container: Spec = {
  var spec = Spec.default()
  spec.linux?.seccomp = Spec.Linux.Seccomp(
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [Spec.Linux.Seccomp.Rule(names: ["kexec_load"], action: "SCMP_ACT_ERRNO")])
  return spec
}()
