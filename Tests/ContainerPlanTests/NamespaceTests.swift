import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// The process of a plan, its cgroup and its namespaces.
struct NamespaceTests {
  private func plan(
    _ namespaces: Spec.Linux.Namespace..., cgroups: CgroupLayout = .unified,
    facts: (inout Plan.Facts) -> Void = { _ in }
  ) throws(PlanError) -> Plan {
    try ContainerPlanTests.plan(
      { $0.linux?.namespaces = namespaces }, cgroups: cgroups, facts: facts)
  }

  @Test func newOnesAreMadeByTheClone() throws {
    let plan = try plan(
      .init(type: "pid"), .init(type: "network"), .init(type: "ipc"), .init(type: "uts"),
      .init(type: "mount"))
    #expect(
      plan.lines("clone") == [
        "clone a process into new namespaces: pid, network, ipc, uts, mount  (/linux/namespaces)"
      ])
    #expect(plan.has(inOrder: "clone", "bring up the network device lo  (/linux/namespaces)"))
  }

  @Test func noneAtAll() throws {
    let plan = try plan()
    #expect(plan.steps.contains(Step(.clone([]))))
    #expect(
      plan.lines("join the", "make a new", "bring up") == ["join the session keyring _ses.box"])
  }

  @Test func theCgroupNamespaceIsMadeWhenTheProcessIsInItsCgroup() throws {
    let plan = try plan(.init(type: "cgroup"), .init(type: "mount"))
    #expect(
      plan.has(
        inOrder: "make the cgroup /sys/fs/cgroup/box",
        "clone a process into new namespaces: mount  (/linux/namespaces)",
        "move the process into its cgroup", "make a new cgroup namespace  (/linux/namespaces/0)"))
    #expect(!plan.waitsForRuntimeFirst)
  }

  @Test func theProcessNeedNotWait() throws {
    #expect(try !plan(.init(type: "mount"), .init(type: "pid")).waitsForRuntimeFirst)
    #expect(try !plan(.init(type: "cgroup", path: "/ns/cgroup")).waitsForRuntimeFirst)
  }

  @Test func joinedOnes() throws {
    let plan = try plan(
      .init(type: "mount", path: "/ns/mnt"), .init(type: "network", path: "/ns/net"),
      .init(type: "pid", path: "/ns/pid"), .init(type: "ipc", path: ""),
      .init(type: "uts", path: "/ns/uts"))
    // A PID namespace takes in only children of who joins it. After the mount namespace, the paths
    // of the others would be looked up in the container.
    let expected = [
      "join the pid namespace /ns/pid  (/linux/namespaces/2)",
      "clone a process into new namespaces: ipc  (/linux/namespaces)",
      "join the network namespace /ns/net  (/linux/namespaces/1)",
      "join the uts namespace /ns/uts  (/linux/namespaces/4)",
      "join the mount namespace /ns/mnt  (/linux/namespaces/0)",
    ]
    #expect(
      plan.lines("clone", "join the pid", "join the n", "join the u", "join the m") == expected)
    let performers = plan.steps.compactMap { step -> Performer? in
      if case .joinNamespace = step.action { step.action.performer } else { nil }
    }
    #expect(performers == [.runtime, .container, .container, .container])
    // The device lo of a network that is joined is its owner's affair.
    #expect(plan.lines("bring up") == [])
    #expect(plan.firstInContainer == (plan.place("clone") ?? .max) + 1)
  }

  @Test func oneThatIsUnknown() {
    #expect(throws: PlanError("/linux/namespaces/0/type", "unknown namespace \"net\"")) {
      try plan(.init(type: "net"))
    }
  }

  @Test(arguments: [false, true])
  func aNewKeyring(none: Bool) throws {
    let plan = try plan(.init(type: "mount"), facts: { $0.noNewKeyring = none })
    #expect(plan.lines("join the session keyring _ses.box").count == (none ? 0 : 1))
  }

  @Test func oomScore() throws {
    let plan = try ContainerPlanTests.plan { $0.process?.oomScoreAdj = -5 }
    #expect(
      plan.has(inOrder: "clone", "set oom_score_adj to -5  (/process/oomScoreAdj)", "pivot_root"))
    #expect(try ContainerPlanTests.plan().lines("set oom_score_adj") == [])
  }

  @Test func limitsOfResources() throws {
    let plan = try ContainerPlanTests.plan {
      $0.process?.rlimits = [
        .init(type: "RLIMIT_NOFILE", hard: 4096, soft: 1024),
        .init(type: "RLIMIT_CORE", hard: .max, soft: 0),
      ]
    }
    #expect(
      plan.lines("set RLIMIT") == [
        "set RLIMIT_NOFILE to 1024, with a hard limit of 4096  (/process/rlimits/0)",
        "set RLIMIT_CORE to 0, with a hard limit of unlimited  (/process/rlimits/1)",
      ])
    // By the runtime, which may have the rights when the process hasn't any more.
    #expect(Action.setLimit(.core, soft: 0, hard: 0).performer == .runtime)
  }

  @Test func cgroupAndItsLimits() throws {
    let plan = try ContainerPlanTests.plan(
      {
        $0.linux?.cgroupsPath = "/a/b"
        $0.linux?.resources = .init(pids: .init(limit: 7))
      }, cgroups: hybrid)
    // Those of v1 are made while the process goes on, which joins them later.
    #expect(
      plan.has(
        inOrder: "make the cgroup /sys/fs/cgroup/unified/a/b  (/linux/cgroupsPath)", "clone",
        "make the cgroup /sys/fs/cgroup/{systemd,memory,cpu,cpuacct,cpuset,pids,devices,freezer}"
          + "/a/b  (/linux/cgroupsPath)",
        "write 7 to /sys/fs/cgroup/pids/a/b/pids.max  (/linux/resources/pids/limit)",
        "move the process into its cgroup"))
  }

  @Test(arguments: ["user", "cgroup", "time"])
  func cgroupsOfV1BeforeOneLosesSightOfThem(_ kind: String) throws {
    let plan = try ContainerPlanTests.plan(
      {
        $0.linux?.namespaces = [.init(type: "mount"), .init(type: kind)]
        $0.linux?.uidMappings = [.init(containerID: 0, hostID: 1, size: 1)]
        $0.linux?.gidMappings = [.init(containerID: 0, hostID: 1, size: 1)]
      }, cgroups: hybrid)
    let next = try #require(
      plan.place(kind == "user" ? "become root" : "make a new \(kind) namespace"))
    #expect(try #require(plan.place("move the process into its cgroup")) < next)
  }

  @Test func cgroupsOfV1BeforeTheFirstMountThatMayShowThem() throws {
    let plan = try ContainerPlanTests.plan(
      {
        $0.linux?.namespaces = [.init(type: "mount"), .init(type: "network", path: "/run/net")]
        $0.mounts = [
          .init(destination: "/a", type: "tmpfs"),
          .init(destination: "/b", type: "bind", source: "/sys/fs/cgroup", options: ["rbind"]),
          .init(destination: "/c", type: "tmpfs"),
        ]
      }, cgroups: hybrid)
    #expect(
      plan.has(
        inOrder: "mount tmpfs at /a", "move the process into its cgroup", "bind /sys/fs/cgroup",
        "mount tmpfs at /c"))
  }

  @Test func aCgroupBelowOnesOwn() throws {
    #expect(
      try ContainerPlanTests.plan(cgroups: hybrid).lines("make the cgroup") == [
        "make the cgroup /sys/fs/cgroup/unified/user.slice/box",
        "make the cgroup /sys/fs/cgroup/{systemd,memory}/user.slice/box, "
          + "/sys/fs/cgroup/{cpu,cpuacct,cpuset,pids,devices,freezer}/box",
      ])
  }

  @Test(arguments: ["/", ".", "..", "/..", "//./", "a/.."])
  func aCgroupOfTheHostIsRefused(_ path: String) {
    // To delete the container would be to kill all that is in it.
    let error = #expect(throws: PlanError.self) {
      try ContainerPlanTests.plan { $0.linux?.cgroupsPath = path }
    }
    #expect(error?.pointer == "/linux/cgroupsPath")
  }
}
