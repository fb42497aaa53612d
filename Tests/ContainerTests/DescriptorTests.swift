import Glibc
import Testing

/// Nothing of the host reaches the container by way of what the runtime had open.
@Suite struct DescriptorTests {
  static let standard: Set = ["0", "1", "2"]

  @Test func theContainerHasStandardStreamsOnly() throws {
    let report = try Sandbox().report()
    #expect(Set(report.descriptors.keys) == Self.standard)
    #expect(report.descriptors["0"] == "/dev/null")
  }

  /// A closed stream must not become whatever the runtime opens next.
  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
  func norWhatTakesThePlaceOfAClosedStream(closed: String) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let run = try apus.script("$APUS run --detach $ID \(closed)")
    try #require(run.status == 0, "\(run)")
    let folder = "/proc/\(try apus.pid())/fd"
    let targets = try shell("for i in \(folder)/*; do readlink $i; done").output
    for target in targets.split(separator: "\n") {
      #expect(target == "/dev/null" || target.hasPrefix(Command.scratchPrefix), "\(targets)")
    }
  }

  /// A process with threads can neither join namespaces nor fork without harm.
  @Test func theRuntimeHasOneThread() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    #expect(lines(of: "/proc/\(try apus.pid())/status").contains("Threads:\t1"))
    let second = try Sandbox("/bin/sleep", "100")
    let run = try second.begin("run", second.id)
    #expect(try eventually { try second("state", second.id).output.contains("running") })
    #expect(lines(of: "/proc/\(run.pid)/status").contains("Threads:\t1"))
    #expect(try second("kill", second.id, "KILL") == .silently)
    #expect(try run.finish().status == 137)
  }

  @Test func theProgramStartsWithSignalsAsTheyWere() throws {
    let report = try Sandbox().report()
    #expect(report.status.blockedSignals == 0)
    // But those that the C library keeps for itself, and that it lets nobody set.
    #expect(report.status.ignoredSignals & ~(3 << 31) == 0)
    #expect(report.status.threads == 1)
  }
}
