import Glibc
import OCISpec
import Testing

/// Scheduling, priorities, personality and memory policy, as the container's processes have them.
@Suite struct AttributesTests {
  @Test func scheduling() throws {
    let batch = try Sandbox { $0.process?.scheduler = .init(policy: "SCHED_BATCH", nice: 5) }
    let report = try batch.report()
    #expect(report.scheduler == 3)
    #expect(report.nice == 5)
    let other = try Sandbox {
      $0.process?.scheduler = .init(
        policy: "SCHED_OTHER", nice: -7, flags: ["SCHED_FLAG_RESET_ON_FORK"])
    }
    #expect(try other.report().nice == -7)
    #expect(
      try Sandbox { $0.process?.scheduler = .init(policy: "SCHED_IDLE") }.report().scheduler == 5)
  }

  /// Where a v1 cgroup shares realtime out, a new one has none of it.
  @Test func schedulingWithAPriority() throws {
    let sharesRealtime = access("/sys/fs/cgroup/cpu/cpu.rt_runtime_us", F_OK) == 0
    for (policy, number) in [("SCHED_FIFO", 1), ("SCHED_RR", 2)] {
      let apus = try Sandbox("/bin/true") {
        $0.process?.scheduler = .init(policy: policy, priority: 7)
      }
      if sharesRealtime {
        expectRefusal(try apus.create(), "/process/scheduler", "EPERM")
        #expect(apus.leftovers() == [])
      } else {
        let report = try apus.report("read:/proc/self/stat")
        #expect(report.scheduler == number)
        let fields = report.answers["read:/proc/self/stat"]?.split(separator: " ") ?? []
        #expect(fields.count > 40 && fields[39] == "7", "\(fields)")
      }
    }
  }

  @Test func schedulingByDeadlines() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.process?.scheduler = .init(
        policy: "SCHED_DEADLINE", runtime: 1_000_000, deadline: 20_000_000, period: 30_000_000)
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let shown = try shell("chrt --pid \(try apus.pid())").output
    #expect(shown.contains("SCHED_DEADLINE"), "\(shown)")
    #expect(shown.contains("1000000/20000000/30000000"), "\(shown)")
  }

  @Test func schedulingThatTheKernelRefuses() throws {
    let apus = try Sandbox("/bin/true") { $0.process?.scheduler = .init(policy: "SCHED_ISO") }
    expectRefusal(try apus.create(), "/process/scheduler", "EINVAL")
    #expect(apus.leftovers() == [])
  }

  @Test func ioPriority() throws {
    let apus = try Sandbox {
      $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_BE", priority: 6)
    }
    #expect(try apus.report().ioPriority == 2 << 13 | 6)
    let idle = try Sandbox {
      $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_IDLE", priority: 0)
    }
    #expect(try idle.report().ioPriority == 3 << 13)
  }

  @Test func personality() throws {
    let apus = try Sandbox { $0.linux?.personality = .init(domain: "LINUX32") }
    let report = try apus.report()
    #expect(report.personality == 8)
    let machines = ["x86_64": "i686", "aarch64": "armv8l"]
    let machine = try Sandbox().report().machine
    #expect(report.machine == machines[machine])
  }

  @Test func flagsOfPersonalityAreToldToBeUnknown() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.personality = .init(domain: "LINUX", flags: ["SOME_FLAG"])
    }
    let run = try apus.run()
    #expect(run.status == 0)
    #expect(run.errors.contains("level=warning"))
    #expect(run.errors.contains("/linux/personality/flags/0") && run.errors.contains("SOME_FLAG"))
  }

  @Test func memoryPolicy() throws {
    let apus = try Sandbox {
      $0.linux?.memoryPolicy = .init(
        mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"])
    }
    let maps = try apus.report("read:/proc/self/numa_maps").answers["read:/proc/self/numa_maps"]
    #expect(maps?.contains(" bind=static:0 ") == true, "\(maps ?? "")")
  }

  @Test func memoryOfANodeThatIsNotThere() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.memoryPolicy = .init(mode: "MPOL_BIND", nodes: "63")
    }
    expectRefusal(try apus.create(), "/linux/memoryPolicy", "EINVAL", "63")
    #expect(apus.leftovers() == [])
  }

  @Test func execHasThemToo() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.process?.scheduler = .init(policy: "SCHED_BATCH", nice: 3)
      $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_BE", priority: 7)
      $0.linux?.personality = .init(domain: "LINUX32")
    }
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    let report = try apus.report(of: try apus("exec", apus.id, "/bin/probe"))
    #expect(report.scheduler == 3)
    #expect(report.nice == 3)
    #expect(report.ioPriority == 2 << 13 | 7)
    #expect(report.personality == 8)
  }

  @Test(.enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1, "only one processor here"))
  func execRunsOnTheProcessorsThatItIsGiven() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.process?.execCPUAffinity = .init(initial: "0", final: "1")
    }
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    let first = lines(of: "/proc/\(try apus.pid())/status")
    #expect(!first.contains("Cpus_allowed_list:\t1"))
    let status = "read:/proc/self/status"
    let final = try apus.report(of: try apus("exec", apus.id, "/bin/probe", status))
    #expect(final.answers[status]?.contains("Cpus_allowed_list:\t1\n") == true)
    try apus.configure { $0.process?.execCPUAffinity = .init(initial: "0") }
    let initial = try apus.report(of: try apus("exec", apus.id, "/bin/probe", status))
    // With no word on what is final, that is up to the kernel. Before 6.2, who comes into another
    // cpuset may run on all of it.
    let left = Host.isUnified && !Host.isLinux(6, 2) ? Host.processors : "0"
    #expect(initial.answers[status]?.contains("Cpus_allowed_list:\t\(left)\n") == true)
  }
}
