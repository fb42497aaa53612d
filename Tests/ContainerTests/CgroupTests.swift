import Glibc
import JSON
import OCISpec
import Testing

/// `cgroupsPath` and `resources` in config.json, as the host's cgroups show them.
@Suite struct CgroupTests {
  /// Where the container sees a tree of cgroups.
  static let place = Host.isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids"

  /// Reads a file of the container's cgroup, in whichever layout the host has.
  func value(_ apus: Sandbox, _ controller: String, _ v1: String, _ v2: String) throws -> String {
    let folders = cgroupFolders(of: try apus.pid())
    let folder = try #require(folders[Host.isUnified ? "" : controller])
    return String(text(of: "\(folder)/\(Host.isUnified ? v2 : v1)").dropLast())
  }

  @Test func limitsOnMemoryProcessorsAndTasks() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.memory = Spec.Linux.Resources.Memory(
        limit: 64 << 20, reservation: 32 << 20)
      $0.linux?.resources?.cpu = Spec.Linux.Resources.CPU(
        shares: 512, quota: 50_000, period: 200_000, cpus: "0", mems: "0")
      $0.linux?.resources?.pids = Spec.Linux.Resources.Pids(limit: 50)
    }
    #expect(try apus.create() == .silently)
    #expect(
      try value(apus, "memory", "memory.limit_in_bytes", "memory.max") == String(64 << 20))
    #expect(
      try value(apus, "memory", "memory.soft_limit_in_bytes", "memory.low") == String(32 << 20))
    #expect(try value(apus, "cpuset", "cpuset.cpus", "cpuset.cpus") == "0")
    #expect(try value(apus, "cpuset", "cpuset.mems", "cpuset.mems") == "0")
    #expect(try value(apus, "pids", "pids.max", "pids.max") == "50")
    if Host.isUnified {
      #expect(try value(apus, "", "", "cpu.max") == "50000 200000")
    } else {
      #expect(try value(apus, "cpu", "cpu.shares", "") == "512")
      #expect(try value(apus, "cpu", "cpu.cfs_quota_us", "") == "50000")
      #expect(try value(apus, "cpu", "cpu.cfs_period_us", "") == "200000")
    }
  }

  @Test func aQuotaMayComeBeforeALongerPeriod() throws {
    // The kernel refuses a quota and a period one by one where together they are fine.
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.cpu = Spec.Linux.Resources.CPU(quota: 2_000_000, period: 1_000_000)
    }
    #expect(try apus.create() == .silently)
    if Host.isUnified {
      #expect(try value(apus, "", "", "cpu.max") == "2000000 1000000")
    } else {
      #expect(try value(apus, "cpu", "cpu.cfs_quota_us", "") == "2000000")
    }
  }

  @Test(.enabled(if: !Host.isUnified, "v1 only"))
  func swappinessOfV1() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.memory = Spec.Linux.Resources.Memory(limit: 64 << 20, swappiness: 10)
    }
    #expect(try apus.create() == .silently)
    #expect(try value(apus, "memory", "memory.swappiness", "") == "10")
  }

  /// In v1 the number counts the memory, too.
  @Test func swap() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.memory = Spec.Linux.Resources.Memory(limit: 64 << 20, swap: 96 << 20)
    }
    #expect(try apus.create() == .silently)
    let shown = try value(apus, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
    #expect(shown == String((Host.isUnified ? 32 : 96) << 20))
  }

  @Test(.enabled(if: !Host.isUnified)) func theOOMKillerOfV1() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.memory = .init(limit: 64 << 20, disableOOMKiller: true)
    }
    #expect(try apus.create() == .silently)
    #expect(
      try value(apus, "memory", "memory.oom_control", "").hasPrefix("oom_kill_disable 1\n"))
  }

  /// Kernels don't limit their own memory any more, and all hierarchies are one.
  @Test func whatMeansNothingAnyMoreIsPassedOver() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.memory = .init(
        kernel: 1 << 20, useHierarchy: false, checkBeforeUpdate: true)
    }
    let run = try apus.run()
    #expect(run.status == 0)
    let warnings = run.errors.split(separator: "\n")
    #expect(warnings.count == 2 && warnings.allSatisfy { $0.contains("level=warning") }, "\(run)")
    #expect(run.errors.contains("memory/kernel ") && run.errors.contains("memory/useHierarchy "))
  }

  @Test func minusOneIsNoLimit() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.memory = Spec.Linux.Resources.Memory(limit: -1)
      $0.linux?.resources?.cpu = Spec.Linux.Resources.CPU(quota: -1)
      $0.linux?.resources?.pids = Spec.Linux.Resources.Pids(limit: -1)
    }
    #expect(try apus.create() == .silently)
    #expect(try value(apus, "pids", "pids.max", "pids.max") == "max")
    let memory = try value(apus, "memory", "memory.limit_in_bytes", "memory.max")
    #expect(memory == (Host.isUnified ? "max" : "9223372036854771712"))
  }

  @Test func noTasksAtAllIsALimitToo() throws {
    let apus = try Sandbox("/bin/sh", "-c", "/bin/true & wait") {
      $0.linux?.resources?.pids = Spec.Linux.Resources.Pids(limit: 0)
    }
    #expect(try apus.create() == .silently)
    #expect(try value(apus, "pids", "pids.max", "pids.max") == "1")
    #expect(try apus.delete() == .silently)
    let run = try apus.run()
    #expect(run.status != 0)
    #expect(run.errors.contains("can't fork"), "\(run)")
  }

  @Test(.enabled(if: !Host.isUnified, "v1 only"))
  func rulesOnDevicesOfV1() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.devices?.append(
        Spec.Linux.Resources.DeviceRule(
          allow: true, type: "c", major: 10, minor: 229, access: "rw"))
      $0.linux?.resources?.devices?.append(
        Spec.Linux.Resources.DeviceRule(allow: true, type: "b", major: 7, access: "r"))
    }
    #expect(try apus.create() == .silently)
    let folder = try #require(cgroupFolders(of: try apus.pid())["devices"])
    let rules = Set(lines(of: "\(folder)/devices.list"))
    let wanted: Set = [
      "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm",
      "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:229 rw", "b 7:* r",
    ]
    #expect(wanted.subtracting(rules) == [])
    #expect(!rules.contains { $0.hasPrefix("a") })
    #expect(rules.subtracting(wanted).subtracting(["c 10:200 rwm"]) == [])
  }

  @Test(arguments: ["absolute", "relative"]) func thePathOfTheConfiguration(kind: String) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let path = "\(apus.id).parent/child"
    try apus.configure { $0.linux?.cgroupsPath = (kind == "absolute" ? "/" : "") + path }
    #expect(try apus.create() == .silently)
    let folders = cgroupFolders(of: try apus.pid())
    #expect(!folders.isEmpty)
    for (controller, folder) in folders {
      #expect(folder.hasSuffix("/\(path)"), "\(controller)")
      if kind == "absolute" { #expect(folder.split(separator: "/").count <= 6, "\(folder)") }
      #expect(lines(of: "\(folder)/cgroup.procs") == [String(try apus.pid())])
    }
    #expect(try apus.delete() == .silently)
    for folder in folders.values {
      #expect(access(folder, F_OK) != 0)
      // Whoever named the parent may have other plans with it.
      rmdir(String(folder.dropLast("/child".count)))
    }
  }

  @Test func theDefaultPathEndsInTheId() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus.create() == .silently)
    let folders = cgroupFolders(of: try apus.pid())
    for (controller, folder) in folders {
      #expect(folder.hasSuffix("/\(apus.id)"), "\(controller)")
    }
    #expect(folders.count > 0)
  }

  @Test func theContainerSeesItsOwnCgroupsReadonly() throws {
    let apus = try Sandbox()
    let report = try apus.report("write:\(Self.place)", "write:\(Self.place)/cgroup.procs")
    #expect(report.answers["write:\(Self.place)"] == "EROFS")
    #expect(report.answers["write:\(Self.place)/cgroup.procs"] == "EROFS")
  }

  @Test func cgroupsThatTheContainerMakesAreDeletedWithIt() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    for folder in Set(cgroupFolders(of: try apus.pid()).values) {
      mkdir("\(folder)/below", 0o755)
      mkdir("\(folder)/below/further", 0o755)
    }
    #expect(try apus.deleteByForce() == .silently)
    #expect(apus.leftovers() == [])
  }
}
