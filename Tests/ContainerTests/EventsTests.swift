import Glibc
import JSON
import OCISpec
import Testing

/// What `events` prints: runc's lines of JSON.
@Suite struct EventsTests {
  /// As much of a line as is tested.
  struct Event: Decodable {
    var type, id: String
    var data: Data?

    struct Data: Decodable {
      var cpu: CPU
      var memory: Memory
      var pids: Pids
    }
    struct CPU: Decodable { var usage: Usage? }
    struct Usage: Decodable { var total, kernel, user: UInt64? }
    struct Memory: Decodable {
      var usage, swap: Entry?
      var cache: UInt64?
      var raw: [String: UInt64]?
    }
    struct Entry: Decodable { var limit, usage, max, failcnt: UInt64? }
    struct Pids: Decodable { var current, limit: UInt64? }
  }

  private func events(_ result: Finished) throws -> [Event] {
    try result.output.split(separator: "\n").map {
      try decodeJSON(Event.self, from: Array($0.utf8))
    }
  }

  @Test func statsOnce() throws {
    let apus = try Sandbox("/bin/sh", "-c", "sleep 100 & sleep 100 & wait") {
      $0.linux?.resources = .init(memory: .init(limit: 64 << 20), pids: .init(limit: 30))
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let tasks = LimitFile("pids.current", "pids.current")
    #expect(try eventually { try tasks.value(of: apus) == "3" })
    let result = try apus("events", "--stats", apus.id)
    #expect(result.status == 0 && result.errors == "")
    #expect(
      result.output.hasPrefix(#"{"type":"stats","id":"\#(apus.id)","data":{"cpu":{"usage":{"#))
    #expect(
      result.output.hasSuffix(#""hugetlb":{},"intel_rdt":{},"network_interfaces":null}}"# + "\n")
        || result.output.contains(#""hugetlb":{""#))
    let data = try #require(try events(result).first?.data)
    #expect(data.pids.current == 3 && data.pids.limit == 30)
    #expect(data.memory.usage?.limit == 64 << 20)
    let usage = try #require(data.memory.usage?.usage)
    let now = LimitFile("memory.usage_in_bytes", "memory.current")
    let difference = try Int(usage) - #require(Int(try now.value(of: apus)))
    #expect(abs(difference) < 1 << 20)
    #expect(try #require(data.memory.swap?.usage) >= usage)
    #expect(data.memory.raw?["pgfault"] ?? 0 > 0)
    #expect(data.cpu.usage?.total ?? 0 > 0)
  }

  /// The same keys in the same order, and the same values where nothing goes on.
  @Test(.enabled(if: access("/usr/sbin/runc", X_OK) == 0)) func theSameAsOfRunc() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.linux?.resources = .init(
        memory: .init(limit: 64 << 20), cpu: .init(quota: 50_000), pids: .init(limit: 30))
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    usleep(200_000)
    // Older ones write an empty object where newer ones write nothing.
    let theirs = try apus.script(
      #"runc --root state events --stats $ID | sed 's/,"throttling":{}//'"#)
    try #require(theirs.status == 0, "\(theirs)")
    let ours = try apus("events", "--stats", apus.id)
    // Not before runc 1.2; and huge pages, where v2 has them beside v1, not at all.
    func common(_ text: String) -> String {
      text.replacing(/,?"psi":\{"some":\{[^}]*\},"full":\{[^}]*\}\}/, with: "")
        // On v2 before runc 1.3: no peak, and what v2 doesn't have as zeros.
        .replacing(/"max":[0-9]+,/, with: "")
        .replacing(/"(kernel|kernelTCP)":\{"limit":0,"failcnt":0\},/, with: "")
        // What it uses at the moment is not the same at the next.
        .replacing(/"usage":[0-9]+/, with: "")
        .replacing(/"hugetlb":\{("[^"]*":\{[^}]*\},?)*\}/, with: "")
    }
    #expect(common(ours.output) == common(theirs.output))
  }

  @Test func atIntervalsUntilTheEnd() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let watch = try apus.begin("events", "--interval", "300ms", apus.id)
    usleep(4_000_000)
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try watch.ends(within: 2))
    let result = try watch.finish()
    #expect(result.status == 0 && result.errors == "")
    let types = try events(result).map(\.type)
    #expect(Set(types) == ["stats"])
    #expect((5...14).contains(types.count), "\(types.count)")
  }

  @Test func memoryRunsOut() throws {
    // The killed one is a child, so that the container goes on.
    let apus = try Sandbox("/bin/sh", "-c", "sleep 1; tail /dev/zero; sleep 100") {
      $0.linux?.resources = .init(memory: .init(limit: 32 << 20, swap: 32 << 20))
    }
    #expect(try apus.create() == .silently)
    let watch = try apus.begin("events", "--interval", "10m", apus.id)
    #expect(try apus.start() == .silently)
    let kills = LimitFile("memory.oom_control", "memory.events")
    #expect(
      try eventually(within: 20) { try kills.value(of: apus, line: "oom_kill") == "oom_kill 1" })
    usleep(100_000)
    #expect(try apus.state().status == "running")
    #expect(try apus.deleteByForce() == .silently)
    let result = try watch.finish(limit: 5)
    #expect(result.status == 0 && result.errors == "")
    #expect(result.output.contains(#"{"type":"oom","id":"\#(apus.id)"}"#))
    #expect(Set(try events(result).map(\.type)) == ["oom"])
  }

  @Test(arguments: ["0s", "-1s", "5", "fast", ""]) func wrongIntervals(_ text: String) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    expectRefusal(try apus("events", "--interval=\(text)", apus.id), "interval")
  }

  @Test func ofAStoppedContainer() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus("run", "--keep", apus.id) == .silently)
    expectRefusal(try apus("events", apus.id), "not running")
    expectRefusal(try apus("events", "--stats", "absent"), "does not exist")
  }
}
