import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// ID-mapped mounts in the plan.
struct IDMappedMountTests {
  private let users = [Spec.Linux.IDMapping(containerID: 0, hostID: 1000, size: 10)]
  private let groups = [Spec.Linux.IDMapping(containerID: 1, hostID: 2000, size: 1)]

  private func mapping(
    _ options: [String], users: [Spec.Linux.IDMapping]? = nil,
    groups: [Spec.Linux.IDMapping]? = nil
  ) throws(PlanError) -> PlannedMount? {
    let spec = Spec(
      process: Spec.Process(args: ["true"]), root: Spec.Root(path: "rootfs"),
      mounts: [
        Spec.Mount(
          destination: "/a", source: "/b", options: options, uidMappings: users,
          gidMappings: groups)
      ], linux: Spec.Linux(namespaces: [.init(type: "mount")]))
    let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    return try Plan(for: spec, facts: facts).steps.compactMap {
      if case .mount(let mount) = $0.action { mount } else { nil }
    }.first
  }

  @Test func byRangesOfItsOwn() throws {
    let ranges = PlannedMount.IDMapping.Source.ranges(
      users: [IDRange(inside: 0, outside: 1000, count: 10)],
      groups: [IDRange(inside: 1, outside: 2000, count: 1)])
    for options in [["bind"], ["bind", "idmap"], ["rbind", "idmap"]] {
      let mount = try mapping(options, users: users, groups: groups)
      #expect(mount?.idMapping == .init(source: ranges, recursive: false), "\(options)")
    }
    let mount = try mapping(["rbind", "ridmap"], users: users, groups: groups)
    #expect(mount?.idMapping == .init(source: ranges, recursive: true))
    #expect(
      mount?.description.hasSuffix(
        "ridmap of the users 0 to 9 as 1000 to 1009, and the groups 1 as 2000") == true)
  }

  @Test func byTheContainersUserNamespace() throws {
    #expect(
      try mapping(["bind", "idmap"])?.idMapping == .init(source: .container, recursive: false))
    #expect(
      try mapping(["rbind", "ridmap"])?.idMapping == .init(source: .container, recursive: true))
  }

  @Test func notUnlessAskedFor() throws {
    #expect(try mapping(["bind"])?.idMapping == nil)
    #expect(try mapping(["bind"], users: [], groups: [])?.idMapping == nil)
  }
}
