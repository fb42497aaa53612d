import Glibc
import Testing

@testable import LinuxKernel

/// The line of /proc/PID/stat (proc_pid_stat(5)).
struct ProcessStatTests {
  /// A line as the kernel writes it: 52 fields, the 22nd is the start time, the last the exit code.
  private func line(_ name: String, _ state: String, start: String = "8123", code: Int = 0)
    -> [UInt8]
  {
    let between = Array(repeating: "7", count: 18).joined(separator: " ")
    let after = Array(repeating: "9", count: 29).joined(separator: " ")
    return Array("42 (\(name)) \(state) \(between) \(start) \(after) \(code)\n".utf8)
  }

  @Test(arguments: ["sh", "a b", "a) Z 1 (", "))", "(", ""])
  func aNameMayHoldAnything(_ name: String) throws {
    let stat = try #require(ProcessStat(line(name, "S")))
    #expect(stat.state == "S")
    #expect(stat.startTime == 8123)
    #expect(stat.termination == nil)
    #expect(!stat.hasEnded)
  }

  @Test(
    arguments: [
      (0, Termination.exited(0)), (3 << 8, .exited(3)), (9, .killed(.kill)),
      (128 | 11, .killed(Signal(rawValue: 11))),
    ])
  func howAZombieEnded(_ code: Int, _ expected: Termination) throws {
    let stat = try #require(ProcessStat(line("sh", "Z", code: code)))
    #expect(stat.hasEnded)
    #expect(stat.termination == expected)
  }

  @Test func theDeadHaveEnded() {
    #expect(ProcessStat(line("sh", "X"))?.hasEnded == true)
    #expect(ProcessStat(line("sh", "T"))?.hasEnded == false)
  }

  @Test(arguments: ["", "42 (sh", "42 (sh) S", "42 (sh) S 1 2 3"])
  func aLineThatIsCutShort(_ line: String) {
    #expect(ProcessStat(Array(line.utf8)) == nil)
  }

  @Test(arguments: ["-1", "1a", "18446744073709551616", "99999999999999999999"])
  func aStartTimeThatIsNone(_ time: String) {
    #expect(ProcessStat(line("sh", "S", start: time)) == nil)
  }

  @Test func theLastStartTimeThereIs() {
    let stat = ProcessStat(line("sh", "S", start: "18446744073709551615"))
    #expect(stat?.startTime == .max)
  }

  @Test func thisProcess() throws {
    let stat = try #require(ProcessStat(pid: getpid()))
    #expect(!stat.hasEnded)
    #expect(stat.startTime > 0)
    #expect(stat == ProcessStat(pid: getpid()))
    #expect(ProcessStat(pid: 0) == nil)
    #expect(ProcessStat(pid: -1) == nil)
  }
}
