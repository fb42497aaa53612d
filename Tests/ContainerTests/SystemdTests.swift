import Glibc
import OCISpec
import Testing

/// Containers whose cgroup is made by systemd (`--systemd-cgroup`).
@Suite struct SystemdTests {
  private static let isThere = Host.isUnified && Host.hasSystemd && Host.isRoot
  private static let reason: Comment = "no systemd with cgroup v2 here"

  /// What systemd says of a unit: `NAME=VALUE` lines.
  private func properties(of unit: String, _ names: String) throws -> [String] {
    let shown = try shell("systemctl show \(unit) -p \(names)")
    return shown.output.split(separator: "\n").map { String($0) }.sorted()
  }

  private func cgroup(of pid: Int32) -> String {
    String(lines(of: "/proc/\(pid)/cgroup").first?.dropFirst(3) ?? "")
  }

  @Test(.enabled(if: isThere, reason)) func aScopeWithTheLimits() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try apus.configure {
      $0.linux?.cgroupsPath = "apustest-one.slice:test:\(apus.id)"
      $0.linux?.resources?.memory = .init(limit: 64 << 20, reservation: 32 << 20, swap: 64 << 20)
      $0.linux?.resources?.cpu = .init(shares: 512, quota: 50_500, period: 100_000, cpus: "0")
      $0.linux?.resources?.pids = .init(limit: 50)
      $0.annotations = ["org.systemd.property.TimeoutStopSec": "uint32 7"]
    }
    #expect(try apus("--systemd-cgroup", "create", apus.id) == .silently)
    let scope = "test-\(apus.id).scope"
    let path = "/apustest.slice/apustest-one.slice/\(scope)"
    #expect(cgroup(of: try apus.pid()) == path)
    let said = try properties(
      of: scope, "Slice,Delegate,MemoryMax,MemoryLow,MemorySwapMax,TasksMax,TimeoutStopUSec")
    #expect(
      said == [
        "Delegate=yes", "MemoryLow=33554432", "MemoryMax=67108864", "MemorySwapMax=0",
        "Slice=apustest-one.slice", "TasksMax=50", "TimeoutStopUSec=7s",
      ])

    // systemd writes again what it knows, and must not undo what it was not told in full.
    let reloaded = try shell("systemctl daemon-reload")
    #expect(reloaded == .silently)
    for (file, value) in [
      ("memory.max", "67108864"), ("memory.low", "33554432"), ("memory.swap.max", "0"),
      ("pids.max", "50"), ("cpuset.cpus", "0"),
    ] {
      #expect(text(of: "/sys/fs/cgroup\(path)/\(file)") == value + "\n", "\(file)")
    }

    #expect(
      try apus("update", "--memory", "48M", "--memory-swap", "48M", "--pids-limit", "30", apus.id)
        == .silently)
    #expect(
      try properties(of: scope, "MemoryMax,TasksMax") == ["MemoryMax=50331648", "TasksMax=30"])
    #expect(try shell("systemctl daemon-reload") == .silently)
    #expect(text(of: "/sys/fs/cgroup\(path)/memory.max") == "50331648\n")
    #expect(text(of: "/sys/fs/cgroup\(path)/pids.max") == "30\n")

    #expect(try apus.start() == .silently)
    #expect(try apus("exec", apus.id, "/bin/true") == .silently)
    #expect(try apus("pause", apus.id) == .silently)
    #expect(try apus.state().status == "paused")
    #expect(try apus("resume", apus.id) == .silently)
    #expect(try apus.deleteByForce() == .silently)
    #expect(try properties(of: scope, "LoadState") == ["LoadState=not-found"])
    #expect(access("/sys/fs/cgroup\(path)", F_OK) != 0)
  }

  @Test(.enabled(if: isThere, reason)) func withoutACgroupsPath() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus("--systemd-cgroup", "create", apus.id) == .silently)
    #expect(cgroup(of: try apus.pid()) == "/system.slice/apus-\(apus.id).scope")
    #expect(try apus.delete() == .silently)
    #expect(
      try properties(of: "apus-\(apus.id).scope", "LoadState") == ["LoadState=not-found"])
  }

  @Test(.enabled(if: isThere, reason)) func anIDCanBeUsedAgainAtOnce() throws {
    let apus = try Sandbox("/bin/false")
    for _ in 1...5 {
      let run = try apus("--systemd-cgroup", "run", apus.id)
      #expect(run == Finished(status: 1, output: "", errors: ""))
    }
  }

  @Test(.enabled(if: isThere, reason)) func aCreateThatFailsLeavesNoUnit() throws {
    let apus = try Sandbox("/bin/missing")
    expectRefusal(try apus("--systemd-cgroup", "create", apus.id), "/bin/missing")
    #expect(
      try properties(of: "apus-\(apus.id).scope", "LoadState") == ["LoadState=not-found"])
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: isThere, reason)) func aPathIsNoUnit() throws {
    let apus = try Sandbox("/bin/true") { $0.linux?.cgroupsPath = "/docker/c1" }
    expectRefusal(
      try apus("--systemd-cgroup", "create", apus.id), "/linux/cgroupsPath", "SLICE:PREFIX:NAME")
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: isThere, reason)) func aPropertyThatSystemdRefuses() throws {
    let apus = try Sandbox("/bin/true") {
      $0.annotations = ["org.systemd.property.NoSuchThing": "'a'"]
    }
    expectRefusal(try apus("--systemd-cgroup", "create", apus.id), "NoSuchThing", ".scope")
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2024-3154: a program is no property of a scope", .enabled(if: isThere, reason))
  func aProgramIsNoProperty() throws {
    let apus = try Sandbox("/bin/true")
    for (name, value) in [("ExecStopPost", "['/bin/touch']"), ("PIDs", "[uint32 1]")] {
      try apus.configure { $0.annotations = ["org.systemd.property.\(name)": value] }
      expectRefusal(try apus("--systemd-cgroup", "create", apus.id), name)
    }
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: isThere, reason)) func aBusThatIsNotThere() throws {
    let apus = try Sandbox("/bin/true")
    let create = try apus.script(
      """
      export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere
      exec $APUS --systemd-cgroup create $ID
      """)
    expectRefusal(create, "/nowhere", "ENOENT", "--cgroup-manager cgroupfs")
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: isThere, reason)) func aBusThatHangs() throws {
    let apus = try Sandbox("/bin/true")
    // Connects, and then hears nothing for ever.
    let create = try apus.script(
      """
      systemd-socket-activate -l $PWD/bus sleep 1000 2> /dev/null & listener=$!
      until [ -S bus ]; do sleep 0.01; done
      export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$PWD/bus
      $APUS --systemd-cgroup create $ID; status=$?
      kill $listener
      exit $status
      """, limit: 60)
    expectRefusal(create, "nothing was heard of the greeting in 10 s")
    #expect(apus.leftovers() == [])
  }

  @Test(.enabled(if: !Host.isUnified, "v1 only")) func notOnV1() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(
      try apus("--systemd-cgroup", "create", apus.id), "version 1", "--cgroup-manager cgroupfs")
    #expect(apus.leftovers() == [])
  }

  @Test func withoutACgroup() throws {
    let apus = try Sandbox("/bin/probe", "read:/proc/self/cgroup") {
      $0.linux?.namespaces?.removeAll { $0.type == "cgroup" }
      $0.linux?.resources = nil
    }
    let report = try apus.report(
      of: try apus.script(
        "cat /proc/self/cgroup > own; exec $APUS --cgroup-manager disabled run $ID"))
    #expect(report.answers["read:/proc/self/cgroup"] == text(of: "\(apus.folder)/own"))
  }

  @Test func aManagerThatNobodyKnows() throws {
    let apus = try Sandbox("/bin/true")
    expectRefusal(
      try apus("--cgroup-manager", "docker", "create", apus.id), "docker",
      "cgroupfs, systemd or disabled")
  }
}
