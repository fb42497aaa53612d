import Cgroups
import ContainerPlan
import JSON
import LinuxKernel
import OCISpec

func testConfig(_ bytes: [UInt8]) {
  let spec: Spec
  do throws(JSONError) {
    var unknown: [UnknownKey] = []
    spec = try decodeJSON(Spec.self, from: bytes, unknownKeys: &unknown)
    for key in unknown { require(key.pointer.utf8.first == UInt8(ascii: "/"), "not a pointer") }
  } catch {
    requireSentence(error.description)
    return requireSameDecoding(Spec.self, from: bytes)
  }
  requireRoundTrip(spec)
  requireSameDecoding(Spec.self, from: bytes)
  for warning in spec.warnings() { requireSentence(warning.description) }
  let violations = spec.validate()
  for violation in violations { requireSentence(violation.description) }
  // Of what breaks a rule, too, `check` says what else is wrong.
  _ = spec.weaknesses(isOfTheHost: { _ in false })
  for facts in hosts {
    for refusal in Plan(drafting: spec, facts: facts).refusals {
      requireSentence(refusal.description)
    }
  }
  // But it is never made.
  guard violations.isEmpty else { return }
  for facts in hosts {
    do throws(PlanError) {
      requireSound(try Plan(for: spec, facts: facts))
    } catch {
      requireSentence(error.description)
    }
  }
}

/// A plan can be shown, and the kernel gets its strings whole.
func requireSound(_ plan: Plan) {
  for step in plan.steps {
    require(!step.action.description.isEmpty, "a step without words")
    require(step.pointer.isEmpty || step.pointer.utf8.first == UInt8(ascii: "/"), "not a pointer")
    for text in step.action.kernelStrings {
      require(!text.utf8.contains(0), "NUL in a string for the kernel: \(step)")
    }
    if case .loadSeccomp(let filter) = step.action {
      require((1...4096).contains(filter.program.instructions.count), "no filter for the kernel")
    }
  }
  guard case .exec(let program)? = plan.steps.last?.action else { fatalError("no exec at the end") }
  let names = program.environment.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "=") }) }
  require(Set(names).count == names.count, "a variable is there twice")
  let json = encodeJSON(plan, style: .compact)
  require(!json.isEmpty && !plan.description.isEmpty, "a plan without words")
}

/// Hosts of different kinds, and users.
private let hosts: [Plan.Facts] = {
  let controllers = ["name=systemd", "memory", "cpu,cpuacct", "cpuset", "pids", "devices", ""]
  let hybrid = CgroupLayout.legacy(
    controllers.map {
      CgroupHierarchy(
        controllers: $0, mountPoint: "/sys/fs/cgroup/\($0.isEmpty ? "unified" : $0)",
        ownPath: $0 == "memory" ? "/user.slice" : "/")
    })
  let old = Plan.Facts(id: "box", bundle: "/bundle", cgroups: hybrid)
  var new = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
  new.securityModules = Set(SecurityModule.allCases)
  new.preservedDescriptors = 2
  new.environment = ["LISTEN_FDS=2"]
  new.noPivot = true
  var user = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
  user.ordinaryUser = (1000, 1000)
  user.managesCgroups = false
  user.restrictsDevices = false
  user.noNewKeyring = true
  return [old, new, user]
}()
