import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// What `intelRdt` comes to (config-linux.md, IntelRdt).
struct IntelRdtTests {
  /// The steps that are about resctrl, for a container named box.
  private func lines(_ rdt: Spec.Linux.IntelRdt, hasGroup: Bool = false) throws -> [String] {
    try made(rdt, hasGroup).lines.filter { $0.contains("(/linux/intelRdt") }
  }

  private func made(_ rdt: Spec.Linux.IntelRdt, _ hasGroup: Bool = false) throws(PlanError) -> Plan
  {
    try plan({ $0.linux?.intelRdt = rdt }, facts: { $0.resctrl = fact(hasGroup) })
  }

  private func fact(_ hasGroup: Bool = false) -> Plan.Facts.Resctrl {
    var resctrl = Plan.Facts.Resctrl(root: "/res")
    resctrl.hasGroup = hasGroup
    return resctrl
  }

  @Test func aGroupNamedForTheContainer() throws {
    let join = "move the process into the resctrl group /res/box  (/linux/intelRdt)"
    #expect(
      try lines(.init()) == ["make the resctrl group /res/box  (/linux/intelRdt)", join])
    #expect(try lines(.init(closID: ""), hasGroup: true) == [join])
  }

  @Test func itIsThereBeforeTheProcessAndTheProcessIsInItBeforeOthers() throws {
    let plan = try made(.init(schemata: ["L3:0=f"], enableMonitoring: true))
    #expect(
      plan.has(
        inOrder: "make the resctrl group /res/box ", "write L3:0=f to",
        "make the resctrl group /res/box/mon_groups/box", "clone a process",
        "move the process into the resctrl group /res/box/mon_groups/box"))
  }

  @Test func allSchemataInTheOrderOfTheSpecification() throws {
    let rdt = Spec.Linux.IntelRdt(
      schemata: ["L2:0=f", "", "MB:1=70"], l3CacheSchema: "L3:0=7f0", memBwSchema: "MB:0=20")
    let expected = [
      "write L3:0=7f0 and MB:0=20 and L2:0=f and MB:1=70 to /res/box/schemata  (/linux/intelRdt)"
    ]
    #expect(try lines(rdt).filter { $0.hasPrefix("write") } == expected)
    // Nobody else is in a group of this container's name.
    #expect(try lines(rdt, hasGroup: true).filter { $0.hasPrefix("write") } == expected)
  }

  @Test func aGroupOfOthersMustHaveTheseSchemata() throws {
    #expect(
      try lines(.init(closID: "gold", memBwSchema: "MB:0=20"), hasGroup: true) == [
        "check that /res/gold/schemata has MB:0=20  (/linux/intelRdt)",
        "move the process into the resctrl group /res/gold  (/linux/intelRdt)",
      ])
    #expect(
      try lines(.init(closID: "gold", memBwSchema: "MB:0=20")) == [
        "make the resctrl group /res/gold  (/linux/intelRdt)",
        "write MB:0=20 to /res/gold/schemata  (/linux/intelRdt)",
        "move the process into the resctrl group /res/gold  (/linux/intelRdt)",
      ])
  }

  @Test func theDefaultGroupIsResctrlItself() throws {
    #expect(
      try lines(.init(closID: "/"), hasGroup: true)
        == ["move the process into the resctrl group /res  (/linux/intelRdt)"])
    #expect(
      try lines(.init(closID: "/", enableMonitoring: true), hasGroup: true) == [
        "make the resctrl group /res/mon_groups/box  (/linux/intelRdt/enableMonitoring)",
        "move the process into the resctrl group /res/mon_groups/box  (/linux/intelRdt)",
      ])
  }

  @Test func aNamedGroupWithoutSchemataMustBeThere() throws {
    let error = #expect(throws: PlanError.self) { try made(.init(closID: "gold")) }
    #expect(error?.pointer == "/linux/intelRdt/closID")
    #expect(error?.problem.contains("/res/gold") == true)
    #expect(
      try lines(.init(closID: "gold"), hasGroup: true)
        == ["move the process into the resctrl group /res/gold  (/linux/intelRdt)"])
  }

  @Test func withoutResctrlItIsRefused() {
    let error = #expect(throws: PlanError.self) { try plan { $0.linux?.intelRdt = .init() } }
    #expect(error?.pointer == "/linux/intelRdt")
    #expect(error?.problem.contains("resctrl") == true)
  }

  @Test func withoutItResctrlIsLeftAlone() throws {
    let plan = try plan(facts: { $0.resctrl = fact() })
    #expect(plan.lines.filter { $0.contains("resctrl") || $0.contains("/res") } == [])
  }

  /// Those that were made for the container alone.
  @Test(
    arguments: [
      (nil, false, false, ["/res/box"]), (nil, true, false, ["/res/box"]), (nil, false, true, []),
      (nil, true, true, ["/res/box/mon_groups/box"]), ("gold", false, false, []),
      ("gold", true, false, ["/res/gold/mon_groups/box"]),
      ("/", true, true, ["/res/mon_groups/box"]),
    ] as [(String?, Bool, Bool, [String])])
  func whatGoesWithTheContainer(
    closID: String?, isMonitored: Bool, hasGroup: Bool, expected: [String]
  ) {
    var facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    facts.resctrl = fact(hasGroup)
    let rdt = Spec.Linux.IntelRdt(closID: closID, enableMonitoring: isMonitored)
    #expect(facts.resctrlGroupsToMake(for: rdt) == expected)
    #expect(facts.resctrlGroupsToMake(for: nil) == [])
  }

  @Test func execJoinsThem() throws {
    let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    let plan = try Plan(
      entering: [.mount], Spec.Process(args: ["sh"], cwd: "/"), spec: minimal,
      cgroup: .init(directories: []),
      resctrl: ResctrlGroups(control: "/res/gold", monitoring: nil), facts: facts)
    #expect(
      plan.has(
        inOrder: "clone a process", "move the process into the resctrl group /res/gold",
        "join the container's namespaces"))
  }
}
