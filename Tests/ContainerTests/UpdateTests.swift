import Glibc
import JSON
import OCISpec
import Testing

/// What `update` does besides writing values: units, all or nothing, its record, device rules.
@Suite struct UpdateTests {
  private func sandbox(_ resources: Spec.Linux.Resources = .init()) throws -> Sandbox {
    let apus = try Sandbox("/bin/sleep", "100") { $0.linux?.resources = resources }
    #expect(try apus.create() == .silently)
    return apus
  }

  private let memory = LimitFile("memory.limit_in_bytes", "memory.max")
  private let pids = LimitFile("pids.max", "pids.max")

  @Test(
    arguments: [
      ("67108864", "67108864"), ("64M", "67108864"), ("64m", "67108864"), ("65536k", "67108864"),
      ("64MiB", "67108864"), ("64 MB", "67108864"), ("0.5g", "536870912"), ("1G", "1073741824"),
    ])
  func unitsOfMemory(_ text: String, _ bytes: String) throws {
    let apus = try sandbox()
    #expect(try apus("update", apus.id, "--memory", text) == .silently)
    #expect(try memory.value(of: apus) == bytes)
  }

  @Test(
    arguments: [
      ["--memory", "5x"], ["--memory", "M"], ["--memory", "-2"], ["--cpu-period", "-1"],
      ["--cpu-share", "many"], ["--pids-limit", "1.5"], ["--blkio-weight", "70000"],
      ["--cpu-idle", "2"], ["--l3-cache-schema", "L3:0=f"], ["--mem-bw-schema", "MB:0=20"],
    ])
  func wrongValues(_ words: [String]) throws {
    let apus = try sandbox()
    let update = try apus.script("$APUS update \(words.joined(separator: " ")) $ID")
    expectRefusal(
      update, words[0].replacing("--cpu-idle", with: "/cpu/idle").replacing("--", with: ""))
  }

  /// What the kernel refuses without a word is explained.
  @Test(arguments: ["--cpu-quota 10", "--cpu-period 10", "--cpu-period 2000000"])
  func sharesOfAProcessorThatAreNone(_ words: String) throws {
    let apus = try sandbox()
    let update = try apus.script("$APUS update \(words) $ID")
    expectRefusal(update, "EINVAL", "a quota at least 1000")
  }

  @Test func theObsoleteLimitsOfTheKernelsMemory() throws {
    let apus = try sandbox()
    let update = try apus("update", "--kernel-memory", "5m", "--kernel-memory-tcp", "6m", apus.id)
    #expect(update.status == 0)
    #expect(update.errors.split(separator: "\n").count == 1 && update.errors.contains("warning"))
  }

  @Test func fromStandardInput() throws {
    let apus = try sandbox()
    let update = try apus.script(
      #"echo '{"memory": {"limit": 33554432}, "pids": {"limit": 9}}' | $APUS update -r - $ID"#)
    #expect(update == .silently)
    #expect(try memory.value(of: apus) == "33554432")
    #expect(try pids.value(of: apus) == "9")
    let broken = try apus.script(#"echo '{"memory": {"limit": "a lot"}}' | $APUS update -r - $ID"#)
    expectRefusal(broken, "standard input: /memory/limit")
  }

  /// Nothing is changed when one of the values is refused.
  @Test func allOrNothing() throws {
    let quota = LimitFile("cpu.cfs_quota_us", "cpu.max")
    let apus = try sandbox(
      .init(memory: .init(limit: 64 << 20), cpu: .init(quota: 50_000, period: 100_000)))
    let files = [memory, pids, quota]
    let before = try files.map { try $0.value(of: apus) }
    let record = text(of: "\(apus.folder)/state/\(apus.id)/state.json")
    let update = try apus.update(
      .init(
        memory: .init(limit: 128 << 20), cpu: .init(quota: 20_000, period: 200_000),
        pids: .init(limit: 7),
        blockIO: .init(throttleReadBpsDevice: [.init(major: 4000, minor: 0, rate: 1)])))
    expectRefusal(update, "/blockIO/throttleReadBpsDevice/0", "no such device")
    #expect(try files.map { try $0.value(of: apus) } == before)
    #expect(text(of: "\(apus.folder)/state/\(apus.id)/state.json") == record)
  }

  /// runc reads and writes the same record.
  @Test func theRecordHasTheNewValues() throws {
    let apus = try sandbox(.init(memory: .init(limit: 64 << 20), cpu: .init(shares: 512)))
    let resources = Spec.Linux.Resources(
      memory: .init(limit: 32 << 20, swap: 64 << 20), cpu: .init(quota: 20_000, cpus: "0"),
      pids: .init(limit: 9))
    #expect(try apus.update(resources) == .silently)
    let limits = try apus.script(
      "tr ',' '\\n' < state/$ID/state.json | grep -E 'memory|cpu|pids' | tr -d '{}\"' | sort")
    #expect(
      limits.output.split(separator: "\n").filter { !$0.contains("/") } == [
        "cpu_quota:20000", "cpu_shares:512", "cpu_weight:59", "cpuset_cpus:0", "memory:33554432",
        "memory_swap:67108864", "pids_limit:9",
      ])
    #expect(try apus("update", "--memory", "-1", "--pids-limit", "-1", apus.id) == .silently)
    let record = text(of: "\(apus.folder)/state/\(apus.id)/state.json")
    #expect(record.contains(#""memory":-1"#) && record.contains(#""pids_limit":-1"#))
    #expect(!record.contains("memory_swap"))
    #expect(try apus.state().status == "created")
  }

  @Test(.enabled(if: access("/usr/sbin/runc", X_OK) == 0 && !Host.isUnified))
  func aContainerOfRunc() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try #require(try apus.script("runc --root state create $ID").status == 0)
    #expect(try apus("update", "--pids-limit", "11", apus.id) == .silently)
    #expect(try pids.value(of: apus) == "11")
    // All else that runc has written is still there.
    #expect(try apus.script("runc --root state update --memory 64M $ID") == .silently)
    #expect(try memory.value(of: apus) == "67108864")
    #expect(try pids.value(of: apus) == "11")
    #expect(try apus.start() == .silently)
    #expect(try apus.script("runc --root state exec $ID true").status == 0)
  }

  @Test func aPausedContainerStaysPaused() throws {
    let apus = try sandbox()
    #expect(try apus("pause", apus.id) == .silently)
    let rules = [Spec.Linux.Resources.DeviceRule(allow: false, access: "rwm")]
    #expect(try apus.update(.init(devices: rules, pids: .init(limit: 3))) == .silently)
    #expect(try pids.value(of: apus) == "3")
    #expect(try apus.state().status == "paused")
    #expect(try apus("resume", apus.id) == .silently)
  }

  @Test func aStoppedContainer() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus("run", "--keep", apus.id) == .silently)
    expectRefusal(try apus("update", "--pids-limit", "3", apus.id), "container not running")
    expectRefusal(try apus("update", "--pids-limit", "3", "absent"), "does not exist")
  }

  @Test(.enabled(if: Host.isUnified)) func notLessMemoryThanIsInUse() throws {
    let apus = try sandbox(.init(memory: .init(limit: 64 << 20)))
    expectRefusal(
      try apus.update(.init(memory: .init(limit: 1024, checkBeforeUpdate: true))),
      "rejecting memory limit 1024")
    #expect(try memory.value(of: apus) == "67108864")
    #expect(try apus.state().status == "created")
  }

  /// Other rules in the place of those there were: at once, and for all processes.
  @Test func deviceRules() throws {
    typealias Rule = Spec.Linux.Resources.DeviceRule
    // A program that opens /dev/null all the time, and stops at the first time that it can't.
    let apus = try Sandbox("/bin/sh", "-c", "while : < /dev/null; do :; done; echo denied") {
      $0.linux?.devices = [Spec.Linux.Device(path: "/dev/kmsg", type: "c", major: 1, minor: 11)]
      $0.process?.capabilities?.bounding?.append("CAP_SYSLOG")
      $0.process?.capabilities?.permitted?.append("CAP_SYSLOG")
      $0.process?.capabilities?.effective?.append("CAP_SYSLOG")
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    func canOpen() throws -> Bool {
      try apus("exec", apus.id, "/bin/sh", "-c", ": < /dev/kmsg").status == 0
    }
    #expect(try !canOpen())
    let all = Rule(allow: false, access: "rwm")
    let kmsg = Rule(allow: true, type: "c", major: 1, minor: 11, access: "rwm")
    for _ in 1...10 {
      #expect(try apus.update(.init(devices: [all, kmsg])) == .silently)
      #expect(try apus.update(.init(devices: [all])) == .silently)
    }
    #expect(try !canOpen())
    #expect(try apus.update(.init(devices: [all, kmsg])) == .silently)
    #expect(try canOpen())
    #expect(try apus.update(.init(devices: [Rule(allow: true, access: "rwm")])) == .silently)
    #expect(try canOpen())
    #expect(try apus.update(.init(devices: [all])) == .silently)
    #expect(try !canOpen())
    #expect(try apus.state().status == "running", "its program was denied /dev/null")
  }
}
