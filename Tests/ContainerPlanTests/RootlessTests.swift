import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// Plans of a runtime that is not root.
struct RootlessTests {
  private func plan(
    uids: [Spec.Linux.IDMapping], gids: [Spec.Linux.IDMapping], groups: [UInt32]? = nil,
    managesCgroups: Bool = false, edit: (inout Spec) -> Void = { _ in }
  ) throws(PlanError) -> Plan {
    try ContainerPlanTests.plan(
      {
        $0.linux?.namespaces?.append(.init(type: "user"))
        $0.linux?.uidMappings = uids
        $0.linux?.gidMappings = gids
        $0.process?.user.additionalGids = groups
        if managesCgroups { $0.linux?.resources = .init(pids: .init(limit: 5)) }
        edit(&$0)
      },
      facts: {
        $0.ordinaryUser = (1000, 1001)
        $0.managesCgroups = managesCgroups
      })
  }

  private let own = [Spec.Linux.IDMapping(containerID: 0, hostID: 1000, size: 1)]
  private let ownGroup = [Spec.Linux.IDMapping(containerID: 0, hostID: 1001, size: 1)]

  @Test func onesOwnIDsAreMappedByTheOwner() throws {
    let plan = try plan(uids: own, gids: ownGroup)
    #expect(
      plan.actions.contains(
        .mapIDs(
          users: [IDRange(inside: 0, outside: 1000, count: 1)],
          groups: [IDRange(inside: 0, outside: 1001, count: 1)], by: .owner)))
    #expect(plan.actions.contains(.becomeRoot(keepingGroups: true)))
    #expect(!plan.actions.contains { if case .setGroups = $0 { true } else { false } })
  }

  @Test func aLimitNeedsACgroup() {
    let error = #expect(throws: PlanError.self) {
      try ContainerPlanTests.plan(
        { $0.linux?.resources = .init(pids: .init(limit: 5)) }, facts: { $0.managesCgroups = false }
      )
    }
    #expect(error?.pointer == "/linux/resources/pids/limit")
  }

  @Test func groupsCannotBeSetThen() {
    let error = #expect(throws: PlanError.self) {
      try plan(uids: own, gids: ownGroup, groups: [0])
    }
    #expect(error?.pointer == "/process/user/additionalGids")
  }

  @Test func othersAreMappedByHelpers() throws {
    let more = own + [.init(containerID: 1, hostID: 100_000, size: 65536)]
    for plan in [
      try plan(uids: more, gids: ownGroup, groups: [0]),
      try plan(uids: own, gids: own, groups: [0]),
    ] {
      let mappers = plan.actions.compactMap {
        if case .mapIDs(_, _, let mapper) = $0 { mapper } else { nil }
      }
      #expect(mappers == [.helpers])
      #expect(plan.actions.contains(.becomeRoot(keepingGroups: false)))
      #expect(plan.actions.contains(.setGroups([0])))
      #expect(plan.lines("map the users").first?.contains("newuidmap") == true)
    }
  }

  @Test func withoutAUserNamespaceThereIsNone() {
    let error = #expect(throws: PlanError.self) {
      try ContainerPlanTests.plan(facts: { $0.ordinaryUser = (1000, 1000) })
    }
    #expect(error?.pointer == "/linux/namespaces")
  }

  @Test func cgroupsAreLeftOutWhereTheyCannotBeMade() throws {
    let without = try plan(uids: own, gids: ownGroup)
    #expect(without.lines("make the cgroup", "write ", "move the process") == ["write state.json"])
    let with = try plan(uids: own, gids: ownGroup, managesCgroups: true)
    #expect(with.lines("make the cgroup", "move the process").count == 2)
  }

  @Test func theTreeOfCgroupsIsCoveredWhereThereIsNoneToShow() throws {
    func lines(_ managesCgroups: Bool, _ namespaces: [String]) throws -> [String] {
      try plan(uids: own, gids: ownGroup, managesCgroups: managesCgroups) {
        $0.mounts = [.init(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup")]
        $0.linux?.namespaces = namespaces.map { .init(type: $0) }
      }.lines("mount ", "bind ").filter { $0.contains("/sys/fs/cgroup") }
    }
    #expect(
      try lines(false, ["mount", "user"])
        == ["mount tmpfs at /sys/fs/cgroup, ro,mode=755  (/mounts/0)"])
    #expect(
      try lines(true, ["mount", "user"])
        == ["bind /sys/fs/cgroup/box at /sys/fs/cgroup  (/mounts/0)"])
    for managesCgroups in [false, true] {
      #expect(
        try lines(managesCgroups, ["mount", "user", "cgroup"])
          == ["mount cgroup2 at /sys/fs/cgroup  (/mounts/0)"])
    }
  }

  @Test func execKeepsTheGroups() throws {
    let spec = Spec(linux: Spec.Linux(uidMappings: own, gidMappings: ownGroup))
    var facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    facts.ordinaryUser = (1000, 1001)
    let plan = try Plan(
      entering: [.user, .mount], Spec.Process(args: ["sh"]), spec: spec,
      cgroup: CgroupPaths(directories: []), facts: facts)
    #expect(plan.actions.contains(.becomeRoot(keepingGroups: true)))
    #expect(!plan.actions.contains { if case .setGroups = $0 { true } else { false } })
    #expect(plan.lines("move the process") == [])
  }
}
