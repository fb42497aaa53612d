import OCISpec
import Testing

@testable import ContainerPlan

struct LimitTests {
  /// A limit without a controller, or that the other version of cgroups has.
  @Test func limitsThatTheHostCannotHave() {
    let error = #expect(throws: PlanError.self) {
      try plan(
        { $0.linux?.resources = .init(unified: ["cpu.weight": "1"]) }, cgroups: hybrid)
    }
    #expect(error?.pointer == "/linux/resources/unified")
  }
}
