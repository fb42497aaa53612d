import OCISpec
import Testing

/// A program that can type into its caller's terminal runs commands there (TIOCSTI). It must not
/// have that terminal as its controlling one.
@Suite("CVE-2017-5226: the caller's terminal") struct CallersTerminalTests {
  private func onATerminal(_ command: String, _ apus: Sandbox) throws -> Report {
    let run = try apus.script("exec script -qec \"\(command)\" /dev/null < /dev/null")
    let output = run.output.drop { $0 != "{" }.prefix { $0 != "\r\n" }
    return try apus.report(
      of: Finished(status: run.status, output: String(output), errors: run.errors))
  }

  @Test("CVE-2017-5226: is not the controlling one of a container without its own")
  func ofAContainer() throws {
    let apus = try Sandbox { $0.process?.args = ["/bin/probe"] }
    let report = try onATerminal("$APUS run $ID", apus)
    #expect(report.session == 1)
    let terminal = try #require(report.terminal)  // it is the standard input, all the same
    #expect(!terminal.controlling)
  }

  @Test("CVE-2017-5226: nor of exec") func ofExec() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try #require(try apus("run", "--detach", apus.id) == .silently)
    let report = try onATerminal("$APUS exec $ID /bin/probe", apus)
    #expect(report.session == report.pid)
    #expect(!(try #require(report.terminal)).controlling)
  }
}
