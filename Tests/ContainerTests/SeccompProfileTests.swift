import Glibc
import JSON
import OCISpec
import Testing

/// `seccomp` in config.json, as a program under the filter finds it.
@Suite struct SeccompProfileTests {
  @Test func aRuleMayBeAboutArguments() throws {
    let kind = Spec.Linux.Seccomp.Argument(
      index: 2, value: UInt64(S_IFMT), valueTwo: UInt64(S_IFIFO), op: "SCMP_CMP_MASKED_EQ")
    let apus = try Sandbox(
      "/bin/sh", "-c", "cd /dev/shm; mknod pipe p; mknod null c 1 3; mkdir made && ls"
    ) {
      $0.linux?.seccomp = .init(
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [
          .init(
            names: ["mknodat"], action: "SCMP_ACT_ERRNO", errnoRet: UInt(ENOTBLK), args: [kind])
        ])
    }
    let run = try apus.run()
    #expect(run.output == "made\n", "\(run)")
    #expect(run.errors.contains("pipe: Block device required"), "\(run)")
    #expect(run.errors.contains("null: Operation not permitted"), "\(run)")
  }

  /// Docker's list of what is allowed, without one call.
  @Test func whatIsNotNamedGetsTheDefault() throws {
    let path = #filePath.replacing(
      "ContainerTests/SeccompProfileTests.swift", with: "ContainerPlanTests/Fixtures/docker.json")
    let docker = try decodeJSON(Spec.self, from: Array(text(of: path).utf8))
    var profile = try #require(docker.linux?.seccomp)
    try #require(profile.defaultAction == "SCMP_ACT_ERRNO")
    profile.defaultErrnoRet = UInt(ENOTBLK)
    profile.syscalls = profile.syscalls?.map { rule in
      var rule = rule
      rule.names.removeAll { $0 == "mkdir" || $0 == "mkdirat" }
      return rule
    }
    let apus = try Sandbox("/bin/sh", "-c", "cd /dev/shm; mkdir made; echo > file; ls") {
      $0.linux?.seccomp = profile
    }
    let run = try apus.run()
    #expect(run.output == "file\n", "\(run)")
    #expect(run.errors.contains("Block device required"), "\(run)")
  }
}
