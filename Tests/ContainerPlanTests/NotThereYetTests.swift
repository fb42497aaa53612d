import OCISpec
import Testing

@testable import ContainerPlan

/// What config.json may ask for and this version can't do is refused, and said where.
struct NotThereYetTests {
  @Test(arguments: refusals)
  func isRefused(_ refusal: Refusal) {
    let error = #expect(throws: PlanError.self) { try plan(refusal.change) }
    #expect(error?.pointer == refusal.pointer)
    #expect(error?.problem.hasSuffix(" not supported by this version of apus") == true)
  }

  @Test(
    arguments: [
      { $0.linux?.resources = .init(blockIO: .init(weight: 0)) },
      { $0.linux?.resources = .init(hugepageLimits: [.init(pageSize: "2MB", limit: 0)]) },
      { $0.linux?.resources = .init(unified: [:]) },
    ] as [@Sendable (inout Spec) -> Void])
  func whatAsksForNothingIsNot(_ change: @Sendable (inout Spec) -> Void) throws {
    #expect(try plan(change).steps.isEmpty == false)
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

private let refusals: [Refusal] = [
  Refusal("/linux/resources/cpu/burst") { $0.linux?.resources = .init(cpu: .init(burst: 1)) },
  Refusal("/linux/resources/cpu/realtimeRuntime") {
    $0.linux?.resources = .init(cpu: .init(realtimeRuntime: 1))
  },
  Refusal("/linux/resources/cpu/idle") { $0.linux?.resources = .init(cpu: .init(idle: 1)) },
  Refusal("/linux/resources/memory/kernelTCP") {
    $0.linux?.resources = .init(memory: .init(kernelTCP: 1))
  },
  Refusal("/linux/resources/blockIO") { $0.linux?.resources = .init(blockIO: .init(weight: 10)) },
  Refusal("/linux/resources/blockIO") {
    $0.linux?.resources = .init(
      blockIO: .init(throttleReadBpsDevice: [.init(major: 8, minor: 0, rate: 1)]))
  },
  Refusal("/linux/resources/hugepageLimits") {
    $0.linux?.resources = .init(hugepageLimits: [.init(pageSize: "2MB", limit: 1)])
  },
  Refusal("/linux/resources/network") {
    $0.linux?.resources = .init(network: .init(classID: 1))
  },
  Refusal("/linux/resources/rdma") { $0.linux?.resources = .init(rdma: ["mlx5_0": .init()]) },
  Refusal("/linux/resources/unified") { $0.linux?.resources = .init(unified: ["cpu.weight": "1"]) },
]
