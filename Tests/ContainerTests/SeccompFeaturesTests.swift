import OCISpec
import Testing

/// What `features` promises of seccomp, loaded into the kernel. What it does there, the tests of
/// filters have.
@Suite struct SeccompFeaturesTests {
  private typealias Seccomp = Spec.Linux.Seccomp

  private func told() throws -> Features.Linux.Seccomp {
    try #require(try FeaturesTests.toldOfLinux().seccomp)
  }

  /// Runs a program under a filter, and sees that it is.
  private func expectLoaded(_ profile: Seccomp, in apus: Sandbox, _ what: String) throws {
    try apus.configure { $0.linux?.seccomp = profile }
    let run = try apus.run()
    #expect(run.status == 0, "\(what): \(run)")
    #expect(run.output == "Seccomp:\t2\n", "\(what)")
  }

  private func sandbox() throws -> Sandbox {
    try Sandbox("/bin/grep", "Seccomp:", "/proc/self/status")
  }

  @Test func actions() throws {
    let seccomp = try told()
    #expect(seccomp.enabled == true)
    let apus = try sandbox()
    let agent = try SeccompAgent(at: "\(apus.folder)/agent")
    for action in seccomp.actions ?? [] {
      let profile = Seccomp(
        defaultAction: "SCMP_ACT_ALLOW",
        listenerPath: action == "SCMP_ACT_NOTIFY" ? agent.path : nil,
        syscalls: [.init(names: ["acct"], action: action)])
      try expectLoaded(profile, in: apus, action)
    }
  }

  @Test func operators() throws {
    let apus = try sandbox()
    for op in try told().operators ?? [] {
      let profile = Seccomp(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          .init(
            names: ["acct"], action: "SCMP_ACT_ERRNO",
            args: [.init(index: 0, value: 1, valueTwo: 1, op: op)])
        ])
      try expectLoaded(profile, in: apus, op)
    }
  }

  @Test func architectures() throws {
    let apus = try sandbox()
    let all = try #require(try told().archs)
    #expect(all.contains("SCMP_ARCH_X86_64") && all.contains("SCMP_ARCH_AARCH64"))
    for archs in all.map({ [$0] }) + [all] {
      let profile = Seccomp(
        defaultAction: "SCMP_ACT_ALLOW", architectures: archs,
        syscalls: [.init(names: ["acct"], action: "SCMP_ACT_ERRNO")])
      try expectLoaded(profile, in: apus, "\(archs)")
    }
  }

  /// With a listener, which one of them is about.
  @Test func flags() throws {
    let seccomp = try told()
    let supported = try #require(seccomp.supportedFlags)
    #expect(Set(supported).isSubset(of: seccomp.knownFlags ?? []))
    let apus = try sandbox()
    let agent = try SeccompAgent(at: "\(apus.folder)/agent")
    for flags in supported.map({ [$0] }) + [supported] {
      let profile = Seccomp(
        defaultAction: "SCMP_ACT_ALLOW", flags: flags, listenerPath: agent.path,
        syscalls: [.init(names: ["acct"], action: "SCMP_ACT_NOTIFY")])
      try expectLoaded(profile, in: apus, "\(flags)")
    }
  }
}
