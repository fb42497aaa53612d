import Cgroups
import ContainerPlan
import JSON
import LinuxKernel

/// What `create` would do for a bundle, step by step, without doing it.
public func planText(bundle: String, id: String, json: Bool) throws(RuntimeError) -> String {
  let spec = try loadSpec(bundle: bundle)
  let layout = try attempt("find the host's cgroups") { () throws(KernelError) in
    try CgroupLayout.detect()
  }
  let plan = Plan(for: spec, facts: Plan.Facts(id: id, bundle: bundle, cgroups: layout))
  if json {
    let steps = plan.steps.map { ["action": "\($0.action)", "pointer": $0.pointer] }
    return String(decoding: encodeJSON(steps, style: .pretty(indent: "  ")), as: UTF8.self) + "\n"
  }
  return plan.steps.map { $0.pointer.isEmpty ? "\($0.action)\n" : "\($0.action) (\($0.pointer))\n" }
    .joined()
}
