import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// The last steps of a plan: hooks, credentials, the gate, and the program.
struct ProcessTests {
  private static let seccomp = Spec.Linux.Seccomp(
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [.init(names: ["read"], action: "SCMP_ACT_ALLOW")])

  @Test func hooksInOrder() throws {
    let plan = try plan {
      func hooks(_ name: String) -> [Spec.Hook] {
        [.init(path: "/\(name)/0"), .init(path: "/\(name)/1")]
      }
      $0.hooks = .init(
        prestart: hooks("p"), createRuntime: hooks("cr"), createContainer: hooks("cc"),
        startContainer: hooks("sc"), poststart: hooks("ps"), poststop: hooks("pp"))
      $0.mounts = [.init(destination: "/data", type: "tmpfs")]
    }
    // Those of poststart and poststop are not create's.
    #expect(
      plan.lines("run") == [
        "run the prestart hook /p/0  (/hooks/prestart/0)",
        "run the prestart hook /p/1  (/hooks/prestart/1)",
        "run the createRuntime hook /cr/0  (/hooks/createRuntime/0)",
        "run the createRuntime hook /cr/1  (/hooks/createRuntime/1)",
        "run the createContainer hook /cc/0  (/hooks/createContainer/0)",
        "run the createContainer hook /cc/1  (/hooks/createContainer/1)",
        "run the startContainer hook /sc/0  (/hooks/startContainer/0)",
        "run the startContainer hook /sc/1  (/hooks/startContainer/1)",
      ])
    #expect(
      plan.has(
        inOrder: "mount tmpfs at /data", "run the prestart hook /p/0",
        "run the createContainer hook /cc/1", "pivot_root", "wait at the gate",
        "run the startContainer hook /sc/0", "exec"))
  }

  @Test(
    arguments: [
      (HookKind.prestart, Performer.runtime), (.createRuntime, .runtime),
      (.createContainer, .container), (.startContainer, .container), (.poststart, .runtime),
      (.poststop, .runtime),
    ])
  func whoRunsHooks(_ kind: HookKind, _ performer: Performer) {
    #expect(Action.runHook(kind, .init(path: "/x")).performer == performer)
  }

  @Test func kindsOfHooksAreThoseOfTheSpecification() {
    #expect(HookKind.allCases.map(\.rawValue) == Vocabulary.hooks)
  }

  @Test func theOrderOfBecomingTheUser() throws {
    let plan = try plan {
      $0.process?.user = .init(uid: 5, gid: 6, umask: 0o77, additionalGids: [7, 8])
      $0.process?.capabilities = .init(
        bounding: ["CAP_KILL"], effective: [], permitted: ["CAP_KILL"])
      $0.process?.noNewPrivileges = true
      $0.process?.cwd = "/home"
      $0.process?.args = ["sh", "-c", "echo a", ""]
    }
    let begin = try #require(plan.place("write state.json"))
    #expect(
      Array(plan.lines[begin...]) == [
        "write state.json",
        "set no_new_privs  (/process/noNewPrivileges)",
        "limit the bounding set to CAP_KILL  (/process/capabilities/bounding)",
        "give standard input, output and error to the user 5  (/process/user/uid)",
        "change to the directory /home  (/process/cwd)",
        "set the supplementary groups 7, 8  (/process/user/additionalGids)",
        "become the user 5 and group 6  (/process/user)",
        "set the capabilities: effective nothing; permitted CAP_KILL  (/process/capabilities)",
        "set the umask to 077  (/process/user/umask)",
        "find the program sh in PATH  (/process/args/0)",
        "wait at the gate, exec.fifo, until start opens it",
        "exec sh -c \"echo a\" \"\"  (/process/args)",
      ])
  }

  @Test func whatTheUserIsWhenNobodySays() throws {
    let plan = try plan { $0.process?.args = ["/bin/sh"] }
    #expect(
      plan.lines("give", "drop", "set the", "become", "limit", "find") == [
        "limit the bounding set to nothing",
        "drop all supplementary groups",
        "become the user 0 and group 0  (/process/user)",
        "set the capabilities: effective and permitted nothing",
        "set the umask to 022",
        "find the program /bin/sh  (/process/args/0)",
      ])
  }

  @Test func capabilities() {
    let sets = Capabilities(
      .init(
        bounding: ["CAP_CHOWN", "CAP_BPF"], effective: ["CAP_CHOWN", "CAP_UNHEARD_OF"],
        inheritable: ["CAP_KILL"], permitted: ["CAP_CHOWN"], ambient: ["CAP_KILL"]))
    #expect(sets.bounding.memberNames == ["CAP_CHOWN", "CAP_BPF"])
    #expect(sets.effective == CapabilitySet(bits: 1))
    #expect(sets.permitted == sets.effective)
    #expect(sets.inheritable.memberNames == ["CAP_KILL"])
    #expect(
      Action.applyCapabilities(sets).description
        == "set the capabilities: effective and permitted CAP_CHOWN; inheritable CAP_KILL; "
        + "ambient CAP_KILL")
    #expect(Capabilities(nil as Spec.Process.Capabilities?) == Capabilities())
  }

  // A filter that is loaded without no_new_privs needs CAP_SYS_ADMIN.

  @Test func withoutNoNewPrivilegesTheFilterIsLoadedWhileThereAreRights() throws {
    let plan = try plan { $0.linux?.seccomp = Self.seccomp }
    #expect(
      plan.has(
        inOrder: "write state.json",
        "load the seccomp filter (1 rule, else SCMP_ACT_ERRNO)  (/linux/seccomp)",
        "limit the bounding set", "set the capabilities", "wait at the gate", "exec"))
  }

  @Test func withNoNewPrivilegesOnlyHooksAndTheProgramComeAfterTheFilter() throws {
    let plan = try plan {
      $0.linux?.seccomp = Self.seccomp
      $0.process?.noNewPrivileges = true
      $0.hooks = .init(startContainer: [.init(path: "/hook")])
    }
    #expect(
      plan.has(
        inOrder: "set no_new_privs", "set the capabilities", "wait at the gate",
        "load the seccomp filter", "run the startContainer hook", "exec"))
    #expect(plan.place("load the seccomp filter") == plan.steps.count - 3)
  }

  @Test func aListenerIsHandedOnWhileTheRuntimeIsThere() throws {
    let plan = try plan {
      $0.linux?.seccomp = .init(
        defaultAction: "SCMP_ACT_ALLOW", listenerPath: "/run/listener",
        syscalls: [.init(names: ["mkdir"], action: "SCMP_ACT_NOTIFY")])
      $0.process?.noNewPrivileges = true
    }
    #expect(
      plan.has(
        inOrder: "find the program",
        "load the seccomp filter (1 rule, else SCMP_ACT_ALLOW), and send its listener to "
          + "/run/listener  (/linux/seccomp)", "wait at the gate", "exec"))
  }

  // The terminal.

  @Test func theTerminal() throws {
    let plan = try plan {
      $0.process?.terminal = true
      $0.process?.consoleSize = .init(height: 25, width: 80)
      $0.mounts = [.init(destination: "/dev", type: "tmpfs", options: ["ro"])]
    }
    // While /dev can still take the file that is mounted over.
    #expect(
      plan.has(
        inOrder: "pivot_root",
        "open a terminal of 25 rows and 80 columns, bound to /dev/console  (/process/terminal)",
        "remount /dev ro"))
  }

  @Test(arguments: [nil, false])
  func noTerminal(_ wanted: Bool?) throws {
    let plan = try plan {
      $0.process?.terminal = wanted
      $0.process?.consoleSize = .init(height: 25, width: 80)
    }
    #expect(plan.lines("open a terminal") == [])
  }

  // The program.

  @Test func environment() throws {
    let plan = try plan {
      $0.process?.env = ["A=1", "HOME=/x", "B=", "A=2", "C=a=b"]
    } facts: {
      $0.environment = ["LISTEN_FDS=1", "B=3"]
    }
    #expect(plan.program.environment == ["HOME=/x", "A=2", "C=a=b", "LISTEN_FDS=1", "B=3"])
  }

  @Test(arguments: [["A=1"], ["A=1", "HOME="], ["HOME=/x", "A=1", "HOME="]])
  func homeIsLeftToThePasswdFile(_ given: [String]) throws {
    #expect(try plan { $0.process?.env = given }.program.environment == ["A=1"])
  }

  @Test func descriptors() throws {
    #expect(try plan().program.preservedDescriptors == 0)
    #expect(try plan(facts: { $0.preservedDescriptors = 3 }).program.preservedDescriptors == 3)
  }

  @Test func withoutAProcessThereIsNothingToRun() throws {
    #expect(throws: PlanError("/process", "required to make a container, but missing")) {
      try plan { $0.process = nil }
    }
  }

  @Test(
    arguments: [
      (0, "/root"), (7, nil), (1000, "/home/a"), (1001, nil), (5, "/later"), (6, nil),
      (4_294_967_294, "/no"),
    ] as [(UInt32, String?)])
  func home(_ uid: UInt32, _ expected: String?) {
    let passwd = """
      root:x:0:0:root:/root:/bin/sh
      a:x:1000:1000:A, with words:/home/a:/bin/sh
      b:x:1001:1001::
      short:x:7
      # comment
      c:x:5:5:::/bin/sh
      d:x:5:5::/later:
      nobody:x:4294967294:1::/no:/bin/false:with:colons
      cut:x:6:6::/a\0b:/bin/sh
      """
    #expect(ContainerPlan.home(of: uid, inPasswd: Array(passwd.utf8)) == expected)
  }
}
