import Glibc
import LinuxKernel
import OCISpec
import Testing

/// Containers whose clocks are not the host's.
@Suite struct TimeNamespaceTests {
  private func uptime() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    return now.tv_sec
  }

  private func sandbox(_ arguments: String..., edit: (inout Spec) -> Void = { _ in }) throws
    -> Sandbox
  {
    try Sandbox {
      $0.process?.args = arguments
      $0.linux?.namespaces?.append(.init(type: "time"))
      $0.linux?.timeOffsets = [
        "boottime": .init(secs: 100_000, nanosecs: 5), "monotonic": .init(secs: 7),
      ]
      edit(&$0)
    }
  }

  @Test func theFirstProcessIsInIt() throws {
    let now = uptime()
    let report = try sandbox().report("read:/proc/self/timens_offsets")
    #expect((100_000...100_060).contains(report.secondsSinceBoot - now))
    let offsets = report.answers["read:/proc/self/timens_offsets"] ?? ""
    let fields = offsets.split { $0.isWhitespace }.map(String.init)
    #expect(fields == ["monotonic", "7", "0", "boottime", "100000", "5"])
    #expect(report.pid == 1)
  }

  @Test func execComesIn() throws {
    let apus = try sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    let now = uptime()
    let report = try apus.report(of: try apus("exec", apus.id, "/bin/probe"))
    #expect((100_000...100_060).contains(report.secondsSinceBoot - now))
  }

  @Test func hooksOfTheHostKeepTheHosts() throws {
    let apus = try sandbox("/bin/true")
    try apus.configure {
      $0.hooks = .init(
        createRuntime: [
          .init(
            path: "/bin/sh",
            args: ["sh", "-c", "readlink /proc/self/ns/time > \(apus.folder)/seen"])
        ])
    }
    #expect(try apus.run() == .silently)
    #expect(text(of: "\(apus.folder)/seen") == "\(try readLink("/proc/self/ns/time"))\n")
  }

  @Test func clocksThatWouldRunBelowZeroAreRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.timeOffsets = ["monotonic": .init(secs: -1_000_000_000)]
    }
    expectRefusal(try apus.create(), "/linux/timeOffsets", "ERANGE")
    #expect(apus.leftovers() == [])
  }
}
