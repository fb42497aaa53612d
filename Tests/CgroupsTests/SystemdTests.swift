import DBus
import Testing

@testable import Cgroups

@Suite struct SystemdTests {
  @Test("cgroupsPath names a scope in a slice, and with it the cgroup")
  func scope() throws {
    let unit = try SystemdUnit(
      cgroupsPath: "machine-web-a.slice:docker:0123", id: "x", instance: .system)
    #expect(unit.name == "docker-0123.scope")
    #expect(unit.slice == "machine-web-a.slice")
    #expect(
      unit.path
        == "/machine.slice/machine-web.slice/machine-web-a.slice/docker-0123.scope")
    #expect(
      CgroupPaths(unit: unit).distinct == ["/sys/fs/cgroup\(unit.path)"])
  }

  @Test("without a cgroupsPath it is named after the container, where containers usually are")
  func defaults() throws {
    let unit = try SystemdUnit(cgroupsPath: "", id: "c1", instance: .system)
    #expect(unit.path == "/system.slice/apus-c1.scope")
    let own = try SystemdUnit(
      cgroupsPath: ":podman:c1", id: "x",
      instance: .user(cgroup: "/user.slice/user-1000.slice/user@1000.service"))
    #expect(
      own.path == "/user.slice/user-1000.slice/user@1000.service/user.slice/podman-c1.scope")
  }

  @Test("a name that ends in .slice is a slice's, and -.slice is the root")
  func slices() throws {
    let slice = try SystemdUnit(cgroupsPath: "a.slice:x:a-b.slice", id: "x", instance: .system)
    #expect(slice.name == "a-b.slice" && !slice.isScope)
    #expect(slice.path == "/a.slice/a-b.slice")
    let root = try SystemdUnit(cgroupsPath: "-.slice:p:c", id: "x", instance: .system)
    #expect(root.path == "/p-c.scope")
  }

  @Test(
    "what systemd can't have as a name is refused",
    arguments: [
      "/docker/c1", "a.slice:b", "a.slice:b:c:d", "a:b:c", "a--b.slice:p:c", "-a.slice:p:c",
      ".slice:p:c", "../a.slice:p:c", "a.slice:p:c/d", "a.slice:p:", "a.slice:p:\n", "a.slice:ä:c",
    ])
  func names(_ path: String) {
    #expect(throws: SystemdNameError.self) {
      try SystemdUnit(cgroupsPath: path, id: "x", instance: .system)
    }
  }

  @Test("each file of the cgroup that systemd knows has its property")
  func properties() {
    func said(_ file: String, _ value: String) -> [SystemdProperty] {
      SystemdProperty.properties(
        saying: [CgroupWrite("/", file, value, "")])
    }
    #expect(said("memory.max", "1048576") == [.init("MemoryMax", .uint64(1_048_576))])
    #expect(said("memory.max", "max") == [.init("MemoryMax", .uint64(.max))])
    #expect(said("memory.swap.max", "0") == [.init("MemorySwapMax", .uint64(0))])
    #expect(said("pids.max", "0") == [.init("TasksMax", .uint64(1))])
    #expect(said("cpu.weight", "39") == [.init("CPUWeight", .uint64(39))])
    #expect(said("cpu.idle", "1") == [.init("CPUWeight", .uint64(0))])
    #expect(said("cpu.idle", "0") == [.init("CPUWeight", .uint64(.max))])
    #expect(
      said("cpu.max", "50500 100000") == [
        .init("CPUQuotaPeriodUSec", .uint64(100_000)),
        .init("CPUQuotaPerSecUSec", .uint64(510_000)),
      ])
    #expect(
      said("cpu.max", "max 50000") == [
        .init("CPUQuotaPeriodUSec", .uint64(50_000)), .init("CPUQuotaPerSecUSec", .uint64(.max)),
      ])
    #expect(said("cpuset.cpus", "0-2,9") == [.init("AllowedCPUs", .bytes([7, 2]))])
    #expect(said("cpuset.mems", "0") == [.init("AllowedMemoryNodes", .bytes([1]))])
    #expect(said("cpuset.cpus", "0-99999") == [])
    #expect(said("io.max", "8:0 rbps=1") == [])
  }

  @Test("annotations become properties, seconds microseconds")
  func annotations() throws {
    let properties = try SystemdProperty.properties(in: [
      "org.systemd.property.TimeoutStopUSec": "uint64 123456789",
      "org.systemd.property.TimeoutStopSec": "uint32 3",
      "org.systemd.property.CollectMode": "'inactive'", "other": "'x'",
    ])
    #expect(
      properties == [
        .init("CollectMode", .string("inactive")), .init("TimeoutStopUSec", .uint64(3_000_000)),
        .init("TimeoutStopUSec", .uint64(123_456_789)),
      ])
  }

  @Test(
    "an annotation that is no property, or is not the container's to set, is refused",
    arguments: [
      ("AB", "'a'"), ("Exec-Start", "'a'"), ("CollectMode", "inactive"), ("StopSec", "'a'"),
      ("StopSec", "-1"), ("StopSec", "uint64 18446744073709551615"), ("PIDs", "@au [1]"),
      ("Slice", "'a.slice'"), ("Delegate", "false"),
    ])
  func badAnnotations(_ name: String, _ value: String) {
    #expect(throws: SystemdAnnotationError.self) {
      try SystemdProperty.properties(in: ["org.systemd.property.\(name)": value])
    }
  }
}
