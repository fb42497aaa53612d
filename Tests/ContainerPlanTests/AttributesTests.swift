import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// Scheduling, priorities, personality, memory policy and network devices in the plan.
struct AttributesTests {
  private let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)

  private func actions(
    _ linux: Spec.Linux = .init(), _ change: (inout Spec.Process) -> Void = { _ in }
  )
    throws(PlanError) -> [Action]
  {
    var process = Spec.Process(args: ["sh"])
    change(&process)
    return try Plan(for: Spec(process: process, linux: linux), facts: facts).steps.map(\.action)
  }

  private func execActions(_ linux: Spec.Linux = .init(), _ change: (inout Spec.Process) -> Void)
    throws(PlanError) -> [Action]
  {
    var process = Spec.Process(args: ["sh"])
    change(&process)
    return try Plan(
      entering: [.mount], process, spec: Spec(linux: linux),
      cgroup: CgroupPaths(directories: [("", "/sys/fs/cgroup/box")]), facts: facts
    ).steps.map(\.action)
  }

  @Test func scheduling() throws {
    var expected = Scheduling(.deadline)
    expected.flags = [.resetOnFork, .reclaim]
    expected.runtime = 1
    expected.deadline = 2
    expected.period = 3
    func change(_ process: inout Spec.Process) {
      process.scheduler = .init(
        policy: "SCHED_DEADLINE", flags: ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM"],
        runtime: 1, deadline: 2, period: 3)
    }
    #expect(try actions(.init(), change).contains(.setScheduling(expected)))
    #expect(try execActions(.init(), change).contains(.setScheduling(expected)))
    #expect(
      Action.setScheduling(expected).description
        == "set the scheduling: deadline, 1 ns within 2 ns of each 3 ns, flags 0x3")
  }

  @Test(arguments: Vocabulary.schedulerPolicies) func everyPolicyIsKnown(_ policy: String) throws {
    let actions = try actions { $0.scheduler = .init(policy: policy, nice: -3, priority: 4) }
    let found = actions.compactMap { if case .setScheduling(let found) = $0 { found } else { nil } }
    #expect(found.count == 1)
    #expect(found.first?.nice == -3 && found.first?.priority == 4)
    let numbers = [
      "SCHED_OTHER": 0, "SCHED_FIFO": 1, "SCHED_RR": 2, "SCHED_BATCH": 3, "SCHED_ISO": 4,
      "SCHED_IDLE": 5, "SCHED_DEADLINE": 6,
    ]
    #expect(found.first.map { Int($0.policy.rawValue) } == numbers[policy])
  }

  @Test func everySchedulingFlagIsKnown() throws {
    let actions = try actions {
      $0.scheduler = .init(policy: "SCHED_OTHER", flags: Vocabulary.schedulerFlags)
    }
    var expected = Scheduling(.other)
    expected.flags = Scheduling.Flags(rawValue: 0x7f)
    #expect(actions.contains(.setScheduling(expected)))
  }

  @Test func ioPriority() throws {
    for (word, kind) in zip(
      Vocabulary.ioPriorityClasses, [IOPriority.Class.realTime, .bestEffort, .idle])
    {
      let actions = try actions { $0.ioPriority = .init(class: word, priority: 5) }
      #expect(actions.contains(.setIOPriority(IOPriority(kind, level: 5))))
    }
  }

  @Test func personality() throws {
    #expect(
      try actions(.init(personality: .init(domain: "LINUX32"))).contains(.setPersonality(.linux32)))
    let linux = Spec.Linux(personality: .init(domain: "LINUX"))
    #expect(try execActions(linux) { _ in }.contains(.setPersonality(.linux)))
  }

  @Test func memoryPolicy() throws {
    let actions = try actions(
      .init(
        memoryPolicy: .init(
          mode: "MPOL_BIND", nodes: "0-1,3",
          flags: ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES", "MPOL_F_NUMA_BALANCING"])))
    let expected = Action.setMemoryPolicy(
      MemoryPolicy(
        .bind, flags: [.staticNodes, .relativeNodes, .balancing], nodes: NumberSet([0...1, 3...3])))
    #expect(actions.contains(expected))
    #expect(expected.description == "set the memory policy bind, nodes 0-1,3, flags 0xe000")
  }

  @Test(arguments: Vocabulary.memoryPolicyModes) func everyModeIsKnown(_ mode: String) throws {
    let actions = try actions(.init(memoryPolicy: .init(mode: mode)))
    let found = actions.compactMap {
      if case .setMemoryPolicy(let found) = $0 { found } else { nil }
    }
    let numbers = [
      "MPOL_DEFAULT": 0, "MPOL_PREFERRED": 1, "MPOL_BIND": 2, "MPOL_INTERLEAVE": 3,
      "MPOL_LOCAL": 4, "MPOL_PREFERRED_MANY": 5, "MPOL_WEIGHTED_INTERLEAVE": 6,
    ]
    #expect(found.map { Int($0.mode.rawValue) } == [numbers[mode]])
  }

  @Test func theyComeBeforeTheRightsToRaiseOneselfAreGone() throws {
    let actions = try actions {
      $0.scheduler = .init(policy: "SCHED_FIFO", priority: 1)
      $0.ioPriority = .init(class: "IOPRIO_CLASS_RT", priority: 0)
    }
    let places = actions.indices.filter {
      switch actions[$0] {
      case .setScheduling, .setIOPriority, .setUser, .applyCapabilities: true
      default: false
      }
    }
    guard places.count == 4, case .setScheduling = actions[places[0]],
      case .setIOPriority = actions[places[1]]
    else {
      Issue.record("\(actions)")
      return
    }
  }

  @Test func execBeginsAndGoesOnWhereItIsTold() throws {
    let actions = try execActions {
      $0.execCPUAffinity = .init(initial: "0,2-3", final: "1")
    }
    #expect(
      Array(actions.prefix(4)) == [
        .setAffinity(NumberSet([0...0, 2...3])), .clone([]),
        .joinCgroup(CgroupPaths(directories: [("", "/sys/fs/cgroup/box")])),
        .setAffinity(NumberSet([1...1])),
      ])
    #expect(Action.setAffinity(NumberSet([])).performer == .runtime)
    let half = try execActions { $0.execCPUAffinity = .init(final: "1") }
    #expect(half.first == .clone([]))
  }

  @Test func theFirstProcessHasNoAffinityOfExec() throws {
    let actions = try actions { $0.execCPUAffinity = .init(initial: "0", final: "0") }
    #expect(!actions.contains { if case .setAffinity = $0 { true } else { false } })
  }

  @Test func networkDevices() throws {
    let linux = Spec.Linux(
      namespaces: [.init(type: "network")],
      netDevices: ["eth1": .init(name: "inner"), "eth0": .init(), "eth2": .init(name: "")])
    let plan = try Plan(for: Spec(process: .init(args: ["sh"]), linux: linux), facts: facts)
    let moves = plan.steps.filter {
      if case .moveNetworkDevice = $0.action { true } else { false }
    }
    #expect(
      moves.map(\.description) == [
        "move in the network device eth0  (/linux/netDevices/eth0)",
        "move in the network device eth1 as inner  (/linux/netDevices/eth1)",
        "move in the network device eth2  (/linux/netDevices/eth2)",
      ])
    #expect(moves.allSatisfy { $0.action.performer == .runtime })
  }

  @Test(
    arguments: [
      ([0...3, 7...7], [UInt(0x8f)], "0-3,7"), ([64...64], [0, 1], "64"), ([], [], ""),
      ([3...3, 1...2], [0xe], "1-3"),
    ] as [([ClosedRange<Int>], [UInt], String)])
  func setsOfNumbers(_ ranges: [ClosedRange<Int>], _ words: [UInt], _ text: String) {
    #expect(NumberSet(ranges).words == words)
    #expect(NumberSet(ranges).description == text)
  }
}
