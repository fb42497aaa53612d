import Glibc
import OCISpec
import Testing

/// Limits that a program runs into. They are measured, so nothing else runs beside them.
@Suite(.serialized) struct LimitsHoldTests {
  @Test func memory() throws {
    let apus = try Sandbox("/bin/tail", "/dev/zero") {
      $0.linux?.resources = .init(memory: .init(limit: 32 << 20, swap: 32 << 20))
    }
    #expect(try apus.create() == .silently)
    let watch = try apus.begin("events", apus.id)
    // Until it watches, nothing is lost: its descriptors show that it does.
    #expect(
      eventually {
        entries(of: "/proc/\(watch.pid)/fd").contains { number in
          let link = (try? shell("readlink /proc/\(watch.pid)/fd/\(number)").output) ?? ""
          return link.contains("eventfd") || link.contains("memory.events")
        }
      })
    #expect(try apus.start() == .silently)
    let result = try watch.finish(limit: 20)
    #expect(result.output.contains(#"{"type":"oom","id":"\#(apus.id)"}"#), "\(result)")
    #expect(eventually { (try? apus.state().status) == "stopped" })
    let exec = try apus("exec", apus.id, "true")
    #expect(exec.status == 255 && exec.errors.contains("for want of memory"), "\(exec)")
  }

  @Test func tasks() throws {
    let apus = try Sandbox("/bin/sh", "-c", "f() { f | f & }; f 2> /dev/null; exec sleep 100") {
      $0.linux?.resources = .init(pids: .init(limit: 20))
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let tasks = LimitFile("pids.current", "pids.current")
    let refused = LimitFile("pids.events", "pids.events")
    #expect(
      try eventually(within: 10) {
        Int(try refused.value(of: apus, line: "max").dropFirst(4)) ?? 0 > 0
      })
    for _ in 1...50 { #expect(Int(try tasks.value(of: apus)) ?? 0 <= 20) }
    #expect(try apus.deleteByForce() == .silently)
    #expect(apus.leftovers() == [])
  }

  @Test func processorTime() throws {
    let apus = try Sandbox("/bin/sh", "-c", "while :; do :; done") {
      // The greatest weight, lest what else runs here take its time.
      $0.linux?.resources = .init(cpu: .init(shares: 262_144, quota: 20_000, period: 100_000))
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    func used() throws -> Double {
      let folders = cgroupFolders(of: try apus.pid())
      if Host.isUnified {
        let line = lines(of: "\(folders[""] ?? "")/cpu.stat").first ?? ""
        return try #require(Double(line.dropFirst("usage_usec ".count))) / 1e6
      }
      let text = text(of: "\(folders["cpuacct"] ?? "")/cpuacct.usage")
      return try #require(Double(text.dropLast())) / 1e9
    }
    usleep(300_000)
    let (before, start) = (try used(), secondsSinceBoot())
    sleep(3)
    let share = (try used() - before) / (secondsSinceBoot() - start)
    #expect((0.18...0.22).contains(share), "\(share)")
    #expect(try apus("update", "--cpu-quota", "40000", apus.id) == .silently)
    let (later, again) = (try used(), secondsSinceBoot())
    sleep(3)
    let more = (try used() - later) / (secondsSinceBoot() - again)
    #expect((0.36...0.44).contains(more), "\(more)")
  }

  /// Written past the cache, to a disk that is a file.
  @Test func bytesPerSecond() throws {
    let apus = try Sandbox("/bin/true")
    let attach = try apus.script(
      "truncate -s 32M disk && losetup --find --show disk")
    try #require(attach.status == 0, "\(attach)")
    let device = String(attach.output.dropLast())
    defer { _ = try? shell("losetup --detach \(device)") }
    let number = text(of: "/sys/block/\(device.dropFirst(5))/dev").dropLast()
    let numbers = number.split(separator: ":").compactMap { Int64($0) }
    try #require(numbers.count == 2)
    let megabyte: UInt64 = 1 << 20
    try apus.configure {
      $0.process?.args = [
        "/bin/sh", "-c",
        """
        cat /proc/uptime
        dd if=/dev/zero of=/dev/disk bs=65536 count=96 oflag=direct 2> /dev/null && cat /proc/uptime
        """,
      ]
      $0.linux?.devices = [
        Spec.Linux.Device(path: "/dev/disk", type: "b", major: numbers[0], minor: numbers[1])
      ]
      $0.linux?.resources = .init(
        devices: [
          .init(allow: false, access: "rwm"),
          .init(allow: true, type: "b", major: numbers[0], minor: numbers[1], access: "rwm"),
        ],
        blockIO: .init(
          throttleWriteBpsDevice: [.init(major: numbers[0], minor: numbers[1], rate: 2 * megabyte)])
      )
    }
    let run = try apus.run()
    try #require(run.status == 0, "\(run)")
    let times = run.output.split(separator: "\n").compactMap { Double($0.prefix { $0 != " " }) }
    try #require(times.count == 2, "\(run)")
    let seconds = times[1] - times[0]
    let rate = 6 / seconds
    #expect((1.6...2.4).contains(rate), "\(rate) MiB/s")
  }
}
