import Cgroups
import ContainerPlan
import JSON
import LinuxKernel
import OCISpec

/// What `create` would do for a bundle, step by step, without doing it.
/// - Parameter json: as `{"steps": [{"performer": …, "action": …, "pointer": …}]}`, not as lines.
public func planText(bundle: String, id: String, json: Bool, for store: ContainerStore)
  throws(RuntimeError) -> String
{
  let spec = try loadSpec("\(bundle)/config.json")
  let layout = try attempt("find the host's cgroups") { () throws(KernelError) in
    try CgroupLayout.detect()
  }
  var facts = Plan.Facts(id: id, bundle: bundle, cgroups: layout)
  facts.look(for: spec)
  facts.managesCgroups = store.cgroupManager != .disabled
  facts.systemdUnit = try store.systemdUnit(for: spec, id, layout, "plan container \"\(id)\"")
  let plan: Plan
  do throws(PlanError) {
    plan = try Plan(for: spec, facts: facts)
  } catch {
    throw RuntimeError("\(bundle)/config.json: \(error)")
  }
  return json
    ? String(decoding: encodeJSON(plan, style: .pretty(indent: "  ")), as: UTF8.self) + "\n"
    : "\(plan)\n"
}
