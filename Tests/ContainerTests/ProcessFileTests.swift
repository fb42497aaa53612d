import OCISpec
import Testing

/// What a process of `exec --process` has that its file doesn't speak of.
@Suite struct ProcessFileTests {
  private func sandbox() throws -> Sandbox {
    let names = ["CAP_KILL", "CAP_CHOWN"]
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.process?.capabilities = .init(bounding: names, effective: names, permitted: names)
      $0.process?.rlimits = [.init(type: "RLIMIT_NOFILE", hard: 77, soft: 66)]
      $0.process?.oomScoreAdj = 123
      $0.process?.user.umask = 0o027
      $0.process?.scheduler = .init(policy: "SCHED_BATCH", nice: 4)
      $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_BE", priority: 3)
      $0.process?.noNewPrivileges = true
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    return apus
  }

  private func report(_ apus: Sandbox, _ more: String) throws -> Report {
    try apus.write(#"{"args": ["/bin/probe"], "cwd": "/"\#(more)}"#, to: "process.json")
    return try apus.report(
      of: apus("exec", "--process", "\(apus.folder)/process.json", apus.id))
  }

  @Test func itIsConfinedAsTheContainerIs() throws {
    let report = try report(sandbox(), "")
    let own: UInt64 = 1 << 5 | 1 << 0
    #expect(report.status.bounding == own)
    #expect(report.status.effective == own)
    #expect(report.status.permitted == own)
    #expect(report.limits["RLIMIT_NOFILE"] == .init(soft: 66, hard: 77))
    #expect(report.oomScoreAdj == 123)
    #expect(report.umask == 0o027)
    #expect(report.scheduler == 3 && report.nice == 4)
    #expect(report.ioPriority == 2 << 13 | 3)
    // As in runc, this one it has to ask for.
    #expect(report.status.noNewPrivileges == 0)
  }

  @Test func whatItSaysItselfCounts() throws {
    let report = try report(
      sandbox(),
      """
      , "capabilities": {}, "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 44, "hard": 55}],
      "oomScoreAdj": 234, "user": {"uid": 0, "gid": 0, "umask": 63}, "noNewPrivileges": true,
      "scheduler": {"policy": "SCHED_OTHER", "nice": 2}, "ioPriority": {"class": "IOPRIO_CLASS_IDLE"}
      """)
    #expect(report.status.bounding == 0)
    #expect(report.status.effective == 0)
    #expect(report.limits["RLIMIT_NOFILE"] == .init(soft: 44, hard: 55))
    #expect(report.oomScoreAdj == 234)
    #expect(report.umask == 0o077)
    #expect(report.scheduler == 0 && report.nice == 2)
    #expect(report.ioPriority == 3 << 13)
    #expect(report.status.noNewPrivileges == 1)
  }
}
