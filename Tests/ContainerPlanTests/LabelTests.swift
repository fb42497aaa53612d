import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// Labels of AppArmor and SELinux in the plan.
struct LabelTests {
  private func plan(
    _ modules: Set<SecurityModule>, _ change: (inout Spec) -> Void
  ) throws(PlanError) -> Plan {
    try ContainerPlanTests.plan(change, facts: { $0.securityModules = modules })
  }

  @Test func ofTheProcess() throws {
    let plan = try plan([.appArmor, .selinux]) {
      $0.process?.apparmorProfile = "docker-default"
      $0.process?.selinuxLabel = "system_u:system_r:container_t:s0"
      $0.process?.noNewPrivileges = true
    }
    #expect(
      plan.has(
        inOrder: "pivot_root",
        "have AppArmor label it docker-default at exec  (/process/apparmorProfile)",
        "have SELinux label it system_u:system_r:container_t:s0 at exec  (/process/selinuxLabel)",
        "set no_new_privs", "wait at the gate"))
  }

  @Test func unconfinedIsSaidWhereThereIsAppArmor() throws {
    @Sendable func change(_ spec: inout Spec) { spec.process?.apparmorProfile = "unconfined" }
    let with = try plan([.appArmor], change)
    let without = try plan([], change)
    #expect(with.actions.contains(.labelExec(.appArmor, "unconfined")))
    #expect(without.lines("have") == [])
  }

  @Test(
    arguments: [
      Refusal("/process/apparmorProfile") { $0.process?.apparmorProfile = "docker-default" },
      Refusal("/process/selinuxLabel") { $0.process?.selinuxLabel = "a:b:c:s0" },
      Refusal("/linux/mountLabel") {
        $0.linux?.mountLabel = "a:b:c:s0"
        $0.mounts = [.init(destination: "/a", type: "tmpfs")]
      },
    ])
  func noneWithoutTheModule(_ refusal: Refusal) {
    let error = #expect(throws: PlanError.self) { try plan([], refusal.change) }
    #expect(error?.pointer == refusal.pointer)
    #expect(error?.problem.contains("is not enabled in this kernel") == true)
  }

  @Test func nothingIsAskedForByAnEmptyOne() throws {
    let plan = try plan([]) {
      $0.process?.apparmorProfile = ""
      $0.process?.selinuxLabel = ""
      $0.linux?.mountLabel = ""
      $0.mounts = [.init(destination: "/a", type: "tmpfs")]
    }
    #expect(plan.lines("have") == [])
    #expect(plan.lines("mount tmpfs") == ["mount tmpfs at /a  (/mounts/0)"])
  }

  @Test func ofMounts() throws {
    let plan = try plan([.selinux]) {
      $0.linux?.mountLabel = "a:b:c:s0:c1,c2"
      $0.mounts = [
        .init(destination: "/proc", type: "proc"), .init(destination: "/sys", type: "sysfs"),
        .init(destination: "/a", type: "tmpfs", options: ["size=1k"]),
        .init(destination: "/b", source: "/b", options: ["bind"]),
      ]
    }
    let parameters = plan.actions.compactMap {
      if case .mount(let mount) = $0, case .filesystem(_, _, let words) = mount.source {
        words
      } else {
        nil
      }
    }
    #expect(parameters == [[], [], ["size=1k", "context=a:b:c:s0:c1,c2"]])
  }
}

struct Refusal: Sendable, CustomTestStringConvertible {
  let pointer: String
  let change: @Sendable (inout Spec) -> Void

  init(_ pointer: String, change: @escaping @Sendable (inout Spec) -> Void) {
    self.pointer = pointer
    self.change = change
  }

  var testDescription: String { pointer }
}
