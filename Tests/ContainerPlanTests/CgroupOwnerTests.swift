import Cgroups
import ContainerPlan
import OCISpec
import Testing

/// Whom the cgroup belongs to.
struct CgroupOwnerTests {
  /// The step for a container with a cgroup namespace and a mount of its cgroup, after a change.
  private func step(
    cgroups: CgroupLayout = .unified, _ change: (inout Spec) -> Void = { _ in },
    facts: (inout Plan.Facts) -> Void = { _ in }
  ) throws(PlanError) -> [String] {
    let plan = try plan(
      { spec in
        spec.process?.user.uid = 7
        spec.linux?.namespaces?.append(.init(type: "cgroup"))
        spec.mounts = [
          .init(destination: "/proc", type: "proc", source: "proc"),
          .init(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"),
        ]
        change(&spec)
      }, cgroups: cgroups, facts: facts)
    return plan.lines("give the cgroup")
  }

  @Test func isTheProcesssUser() throws {
    #expect(try step() == ["give the cgroup to the host's user 7  (/mounts/1)"])
    // The last of the two counts.
    #expect(try step { $0.mounts?[1].options = ["ro", "rw"] }.count == 1)
  }

  @Test func isWhoHeIsOnTheHost() throws {
    let mapped = try step {
      $0.linux?.namespaces?.append(.init(type: "user"))
      $0.linux?.uidMappings = [.init(containerID: 0, hostID: 100_000, size: 10)]
      $0.linux?.gidMappings = [.init(containerID: 0, hostID: 100_000, size: 10)]
    }
    #expect(mapped == ["give the cgroup to the host's user 100007  (/mounts/1)"])
  }

  @Test func isRootElsewhere() throws {
    #expect(try step { $0.process?.user.uid = 0 } == [])
    #expect(try step { $0.mounts?[1].options = ["nosuid", "ro"] } == [])
    #expect(try step { $0.mounts?[1].destination = "/cgroup" } == [])
    #expect(try step { $0.mounts?.remove(at: 1) } == [])
    #expect(try step { $0.linux?.namespaces?.removeAll { $0.type == "cgroup" } } == [])
    #expect(try step { $0.linux?.namespaces?[1].path = "/proc/1/ns/cgroup" } == [])
    #expect(try step(cgroups: hybrid) == [])
    #expect(
      try step { _ in
      } facts: {
        $0.managesCgroups = false
      } == [])
  }
}
