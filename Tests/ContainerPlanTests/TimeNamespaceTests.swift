import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// A time namespace in the plan: its clocks are set before anybody is in it.
struct TimeNamespaceTests {
  private func plan(_ linux: Spec.Linux) throws(PlanError) -> [Action] {
    let spec = Spec(process: Spec.Process(args: ["sh"]), linux: linux)
    let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    return try Plan(for: spec, facts: facts).steps.map(\.action)
  }

  @Test func theProcessIsBornInItAfterItsClocksAreSet() throws {
    let actions = try plan(
      Spec.Linux(
        namespaces: [.init(type: "time"), .init(type: "pid")],
        timeOffsets: [
          "monotonic": .init(secs: -5, nanosecs: 7), "boottime": .init(secs: 100),
        ]))
    let offsets = Action.setClockOffsets([
      ClockOffset(.boottime, seconds: 100),
      ClockOffset(.monotonic, seconds: -5, nanoseconds: 7),
    ])
    let begin = try #require(actions.firstIndex(of: .clone([])))
    #expect(
      Array(actions[begin...].prefix(5)) == [
        .clone([]), .joinCgroup(CgroupPaths(directories: [("", "/sys/fs/cgroup/box")])),
        .unshare(.time), offsets,
        .goOnInChild([.pid]),
      ])
    #expect(offsets.performer == .runtime)
    #expect(
      offsets.description == "move the clocks boottime by 100 s, monotonic by -5 s and 7 ns")
  }

  @Test func withoutOffsetsNoneAreWritten() throws {
    let actions = try plan(Spec.Linux(namespaces: [.init(type: "time")]))
    #expect(actions.contains(.unshare(.time)))
    #expect(!actions.contains { if case .setClockOffsets = $0 { true } else { false } })
  }

  @Test func aUserNamespaceThatIsMadeOwnsIt() throws {
    let actions = try plan(
      Spec.Linux(
        uidMappings: [.init(containerID: 0, hostID: 1, size: 1)],
        namespaces: [.init(type: "time"), .init(type: "user"), .init(type: "mount")]))
    let places = [Action.unshare(.user), .becomeRoot(), .unshare(.time), .goOnInChild([.mount])]
      .compactMap {
        actions.firstIndex(of: $0)
      }
    #expect(places.count == 4)
    #expect(places == places.sorted())
  }

  @Test func oneThatIsJoinedNeedsNoChild() throws {
    let actions = try plan(Spec.Linux(namespaces: [.init(type: "time", path: "/ns/time")]))
    #expect(actions.contains(.joinNamespace(.time, path: "/ns/time")))
    #expect(!actions.contains(.goOnInChild([])))
  }
}
