import Glibc
import OCISpec
import Testing

/// Words of runc's errors that people and their scripts look for.
@Suite struct RuncWordsTests {
  @Test(arguments: ["prestart", "createRuntime", "createContainer", "startContainer", "poststart"])
  func ofAHookThatFails(kind: String) throws {
    let apus = try Sandbox("/bin/true")
    let isInside = kind == "startContainer"
    let hooks = [true, false].map { Spec.Hook(path: isInside ? "/bin/\($0)" : "/usr/bin/\($0)") }
    try apus.configure {
      $0.hooks = Spec.Hooks(
        prestart: kind == "prestart" ? hooks : nil,
        createRuntime: kind == "createRuntime" ? hooks : nil,
        createContainer: kind == "createContainer" ? hooks : nil,
        startContainer: kind == "startContainer" ? hooks : nil,
        poststart: kind == "poststart" ? hooks : nil)
    }
    expectRefusal(
      try apus.run(), "error running \(kind) hook #1: ", "/bin/false", "/hooks/\(kind)/1",
      "exited with status 1")
  }

  @Test func ofAHookThatTheFilterEnds() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.seccomp = .init(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [.init(names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL_PROCESS")])
      $0.hooks = Spec.Hooks(startContainer: [Spec.Hook(path: "/bin/mkdir", args: ["mkdir", "/x"])])
    }
    expectRefusal(
      try apus.run(), "error running startContainer hook #0: ", "SIGSYS", "bad system call")
  }

  @Test func ofACgroupThatIsInUse() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let place = "/\(apus.id)"
    try apus.configure { $0.linux?.cgroupsPath = place }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    expectRefusal(
      try apus("run", "\(apus.id)-two"), "container's cgroup is not empty: 1 process in", place,
      "/linux/cgroupsPath")
    #expect(try apus.state().status == "running")
  }

  @Test func ofACgroupThatIsFrozen() throws {
    let apus = try Sandbox("/bin/true")
    try apus.configure { $0.linux?.cgroupsPath = "/\(apus.id)" }
    let folder = "/sys/fs/cgroup/\(Host.isUnified ? "" : "freezer/")\(apus.id)"
    let (file, frozen) =
      Host.isUnified ? ("cgroup.freeze", "1") : ("freezer.state", "FROZEN")
    #expect(try shell("mkdir \(folder) && echo \(frozen) > \(folder)/\(file)") == .silently)
    defer { rmdir(folder) }
    expectRefusal(
      try apus.run(), "container's cgroup unexpectedly frozen", folder, "/linux/cgroupsPath")
  }

  @Test(arguments: [
    ("..", "bad sub cgroup path"), ("absent", "no such file or directory"),
    ("whaaat:/", "unknown controller \\\"whaaat\\\""),
  ]) func ofACgroupForExec(option: String, words: String) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let exec = try apus("exec", "--cgroup", option, apus.id, "/bin/true")
    #expect(exec.status == 255)
    #expect(exec.errors.contains("--cgroup \(option): ") && exec.errors.contains(words), "\(exec)")
  }

  @Test(.enabled(if: sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1, "needs two processors"))
  func ofADeadlineOnSomeProcessors() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.cpu = .init(cpus: "0")
      $0.process?.scheduler = .init(
        policy: "SCHED_DEADLINE", runtime: 42_000, deadline: 1_000_000, period: 1_000_000)
    }
    expectRefusal(
      try apus.run(), "process scheduler can't be used together with AllowedCPUs",
      "/linux/resources/cpu/cpus", "EPERM", "/process/scheduler")
  }
}
