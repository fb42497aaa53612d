import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// The plan of a process that joins a container.
struct ExecTests {
  private func plan(
    _ kinds: [NamespaceKind] = [.pid, .mount], _ process: Spec.Process = .init(args: ["ls"]),
    spec: Spec = minimal, facts given: (inout Plan.Facts) -> Void = { _ in }
  ) throws(PlanError) -> Plan {
    var facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    given(&facts)
    return try Plan(
      entering: kinds, process, spec: spec,
      cgroup: CgroupPaths(layout: .unified, cgroupsPath: "/x", id: "box"), facts: facts)
  }

  @Test func allOfIt() throws {
    var spec = minimal
    spec.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ALLOW", syscalls: [.init(names: ["kill"], action: "SCMP_ACT_ERRNO")])
    spec.hooks = .init(prestart: [.init(path: "/hook")], startContainer: [.init(path: "/hook")])
    let process = Spec.Process(
      terminal: true, user: .init(uid: 1, gid: 2), args: ["ls"], env: ["A=1"], cwd: "/tmp",
      rlimits: [.init(type: "RLIMIT_NOFILE", hard: 2, soft: 1)], noNewPrivileges: true,
      oomScoreAdj: 3)
    let plan = try plan([.pid, .network, .mount], process, spec: spec) {
      $0.preservedDescriptors = 2
    }
    #expect(
      plan.lines == [
        "clone a process",
        "set oom_score_adj to 3  (/process/oomScoreAdj)",
        "move the process into its cgroup",
        "join the container's namespaces: pid, network, mount  (/linux/namespaces)",
        "join the session keyring _ses.box",
        "set RLIMIT_NOFILE to 1, with a hard limit of 2  (/process/rlimits/0)",
        "open a terminal  (/process/terminal)",
        "set no_new_privs  (/process/noNewPrivileges)",
        "limit the bounding set to nothing",
        "give standard input, output and error to the user 1  (/process/user/uid)",
        "change to the directory /tmp  (/process/cwd)",
        "drop all supplementary groups",
        "become the user 1 and group 2  (/process/user)",
        "set the capabilities: effective and permitted nothing",
        "set the umask to 022",
        "find the program ls in PATH  (/process/args/0)",
        "load the seccomp filter (1 rule, else SCMP_ACT_ALLOW)  (/linux/seccomp)",
        "exec ls  (/process/args)",
      ])
    #expect(plan.cgroup == CgroupPaths(directories: [("", "/sys/fs/cgroup/x")]))
    // Its score is set before it goes on in a child.
    #expect(plan.waitsForRuntimeFirst)
    #expect(plan.program.preservedDescriptors == 2)
    #expect(plan.program.environment == ["A=1"])
  }

  @Test func aContainerThatSharesAllWithTheHost() throws {
    #expect(try plan([]).lines.contains("go on in a child  (/linux/namespaces)"))
  }

  @Test func withoutANewKeyring() throws {
    #expect(try plan(facts: { $0.noNewKeyring = true }).lines("join the session keyring") == [])
  }

  @Test func aLabelThatTheKernelDoesNotKnow() {
    #expect(throws: PlanError.self) {
      try plan([], .init(args: ["ls"], apparmorProfile: "docker-default"))
    }
  }
}
