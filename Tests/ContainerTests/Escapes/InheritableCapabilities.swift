import Glibc
import OCISpec
import Testing

/// What a file gives to the one who runs it, if he has it in his inheritable set.
@Suite("CVE-2022-29162, CVE-2022-27650, CVE-2025-27612: inheritable capabilities")
struct InheritableCapabilityTests {
  /// A probe whose file has CAP_NET_RAW and CAP_KILL in its inheritable set.
  private func sandbox(_ edit: (inout Spec) -> Void = { _ in }) throws -> Sandbox {
    let apus = try Sandbox {
      $0.process?.noNewPrivileges = false
      $0.process?.capabilities?.bounding?.append("CAP_NET_RAW")
      edit(&$0)
    }
    #expect(try apus.script("setcap cap_net_raw,cap_kill+ei rootfs/bin/probe") == .silently)
    return apus
  }

  @Test("CVE-2022-27650: by default none is inheritable") func byDefault() throws {
    #expect(Spec.default().process?.capabilities?.inheritable == nil)
    let apus = try sandbox { $0.process?.user.uid = 1000 }
    #expect(!(try apus("spec", "--bundle", "state").output.contains("inheritable")))
    #expect(!text(of: "\(apus.folder)/state/config.json").contains("inheritable"))
    unlink("\(apus.folder)/state/config.json")
    let status = try apus.report().status
    #expect(status.inheritable == 0)
    #expect(status.permitted == 0)
    #expect(status.effective == 0)
  }

  @Test("CVE-2022-29162: nor one that exec adds") func whatExecAdds() throws {
    let apus = try sandbox { $0.process?.args = ["/bin/sleep", "100"] }
    try #require(try apus("run", "--detach", apus.id) == .silently)
    for user in ["0", "1000"] {
      let exec = try apus("exec", "--cap", "CAP_NET_RAW", "-u", user, apus.id, "/bin/probe")
      let status = try apus.report(of: exec).status
      #expect(status.inheritable == 0)
      #expect(status.ambient == 0)
      if user != "0" { #expect(status.permitted == 0) }
    }
  }

  @Test("CVE-2025-27612: nor one that config.json has in another set") func whatIsNotAsked() throws
  {
    let apus = try sandbox {
      $0.process?.user.uid = 1000
      $0.process?.capabilities?.ambient = ["CAP_KILL"]
    }
    let status = try apus.report().status
    #expect(status.inheritable == 0)
    #expect(status.ambient == 0)
    #expect(status.permitted == 0)
  }

  /// So that the tests above can fail.
  @Test("CVE-2022-29162: one that config.json asks for is") func whatIsAsked() throws {
    let apus = try sandbox {
      $0.process?.user.uid = 1000
      $0.process?.capabilities?.inheritable = ["CAP_KILL"]
    }
    let status = try apus.report().status
    #expect(status.inheritable == capabilities(5))
    #expect(status.permitted == capabilities(5))
  }
}
