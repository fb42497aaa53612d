import Cgroups
import OCISpec
import Testing

@testable import ContainerPlan

/// What restricts devices on a host of v2: a filter that is there before the process is.
struct DeviceFilterTests {
  private typealias Rule = Spec.Linux.Resources.DeviceRule

  private func filters(cgroups: CgroupLayout = .unified, _ rules: [Rule]?) throws -> [String] {
    try plan({ $0.linux?.resources = .init(devices: rules) }, cgroups: cgroups)
      .lines("attach the device filter")
  }

  @Test func beforeTheProcess() throws {
    let plan = try plan()
    #expect(
      plan.has(
        inOrder: "make the cgroup", "attach the device filter: deny all, allow the default devices",
        "clone", "move the process into its cgroup"))
    let step = try #require(plan.place("attach the device filter"))
    #expect(plan.steps[step].pointer == "")
    #expect(plan.steps[step].action.performer == .runtime)
  }

  @Test func inWords() throws {
    let rules = [
      Rule(allow: false, access: "rwm"),
      Rule(allow: true, type: "c", major: 10, minor: 229, access: "mrw"),
      Rule(allow: true, type: "b", major: 8, access: "r"),
      Rule(allow: false, type: "b", major: 8, minor: 1, access: "rw"),
    ]
    #expect(
      try filters(rules) == [
        "attach the device filter: deny all, allow c 10:229 rwm, b 8:* r, deny b 8:1 rw, "
          + "allow the default devices  (/linux/resources/devices)"
      ])
    #expect(
      try filters([rules[1]]) == [
        "attach the device filter: deny all, allow c 10:229 rwm, the default devices  "
          + "(/linux/resources/devices)"
      ])
  }

  @Test func onlyWhereItIsNeeded() throws {
    #expect(try filters(nil).count == 1)
    #expect(try filters(cgroups: hybrid, nil) == [])
    #expect(try filters([Rule(allow: true, access: "rwm")]) == [])
  }

  /// A user who is not root has no right to, and a user namespace gives none.
  @Test(arguments: [CgroupLayout.unified, hybrid]) func notWithoutRootsRights(on host: CgroupLayout)
    throws
  {
    func steps(_ restrictsDevices: Bool) throws -> Int {
      try plan(
        { $0.linux?.resources = .init(devices: [Rule(allow: false, access: "rwm")]) },
        cgroups: host, facts: { $0.restrictsDevices = restrictsDevices }
      ).steps.count { step in
        switch step.action {
        case .attachDeviceFilter: true
        case .writeCgroup(let write): write.file.hasPrefix("devices.")
        default: false
        }
      }
    }
    #expect(try steps(true) > 0)
    #expect(try steps(false) == 0)
  }

  @Test func tooManyDevices() {
    let rules = (0..<9000).map { Rule(allow: true, type: "b", major: 8, minor: $0, access: "r") }
    let error = #expect(throws: PlanError.self) { try filters(rules) }
    #expect(error?.pointer == "/linux/resources/devices")
    #expect(error?.problem.contains("9000 block devices") == true)
  }
}
