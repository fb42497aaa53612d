import Glibc
import OCISpec
import Testing

/// `namespaces` in config.json, and what can be set because they are the container's own.
@Suite struct NamespaceTests {
  /// The inode number of a namespace of a process on the host.
  func inode(_ name: String, of process: String = "self") -> UInt64 {
    var status = stat()
    return stat("/proc/\(process)/ns/\(name)", &status) == 0 ? UInt64(status.st_ino) : 0
  }

  /// Names in config.json, and in /proc/PID/ns.
  static let names = [
    "pid": "pid", "network": "net", "ipc": "ipc", "uts": "uts", "mount": "mnt",
    "cgroup": "cgroup", "user": "user", "time": "time",
  ]

  @Test func thoseOfTheConfigurationAreNewAndTheOthersTheHosts() throws {
    let report = try Sandbox().report()
    for name in ["pid", "net", "ipc", "uts", "mnt"] {
      #expect(report.namespaces[name] != inode(name), "\(name)")
    }
    for name in ["user", "time", "cgroup"] {
      #expect(report.namespaces[name] == inode(name), "\(name)")
    }
    #expect(report.pid == 1)
  }

  @Test(arguments: ["pid", "network", "ipc", "uts"]) func withoutItTheHostsIsKept(type: String)
    throws
  {
    let apus = try Sandbox {
      $0.linux?.namespaces?.removeAll { $0.type == type }
      if type == "uts" { $0.hostname = nil }
      if type == "network" || type == "ipc" {
        $0.mounts?.removeAll { $0.type == "sysfs" || $0.type == "mqueue" }
      }
    }
    let report = try apus.report()
    let name = try #require(Self.names[type])
    #expect(report.namespaces[name] == inode(name))
    #expect((report.pid == 1) == (type != "pid"))
  }

  @Test(arguments: ["network", "ipc", "uts", "pid", "cgroup", "time"]) func oneIsJoinedByItsPath(
    type: String
  ) throws {
    let name = try #require(Self.names[type])
    let flag = type == "network" ? "net" : type
    let holder = try Command(["unshare", "--\(flag)", "--fork", "sleep", "100"])
    defer { holder.send(SIGKILL) }
    let children = "/proc/\(holder.pid)/task/\(holder.pid)/children"
    #expect(eventually { !text(of: children).isEmpty })
    let child = try #require(text(of: children).split(separator: " ").first.map(String.init))
    defer { kill(Int32(child) ?? 0, SIGKILL) }
    let path = "/proc/\(child)/ns/\(name)"
    let apus = try Sandbox {
      $0.linux?.namespaces?.removeAll { $0.type == type }
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: type, path: path))
    }
    let report = try apus.report()
    #expect(report.namespaces[name] == inode(name, of: child))
    #expect(report.namespaces[name] != inode(name))
    if type == "pid" { #expect(report.pid > 1) }
  }

  @Test func theLoopbackInterfaceIsUp() throws {
    let report = try Sandbox().report("read:/sys/class/net/lo/flags", "list:/sys/class/net")
    #expect(report.answers["read:/sys/class/net/lo/flags"] == "0x9\n")
  }

  @Test func hostnameAndDomainname() throws {
    let host = lines(of: "/proc/sys/kernel/hostname")
    let report = try Sandbox {
      $0.hostname = "a-name"
      $0.domainname = "a-domain"
    }.report()
    #expect(report.hostname == "a-name")
    #expect(report.domainname == "a-domain")
    #expect(lines(of: "/proc/sys/kernel/hostname") == host)
  }

  @Test func sysctls() throws {
    let wanted = [
      "net.ipv4.ip_forward": "1", "net.ipv4.ping_group_range": "0\t7", "kernel.msgmax": "9000",
      "kernel.shm_rmid_forced": "1", "fs.mqueue.msg_max": "12",
    ]
    let apus = try Sandbox { $0.linux?.sysctl = wanted }
    let paths = wanted.keys.map { "/proc/sys/\($0.replacing(".", with: "/"))" }
    try apus.configure { $0.process?.args = ["/bin/probe"] + paths.map { "read:\($0)" } }
    let report = try apus.report(of: try apus.run())
    for (key, value) in wanted {
      let path = "/proc/sys/\(key.replacing(".", with: "/"))"
      #expect(report.answers["read:\(path)"] == "\(value)\n", "\(key)")
      #expect(text(of: path) != "\(value)\n", "\(key) of the host")
    }
  }

  @Test func aUserNamespaceMapsTheUsers() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "user"))
      $0.linux?.uidMappings = [
        Spec.Linux.IDMapping(containerID: 0, hostID: 100_000, size: 65536)
      ]
      $0.linux?.gidMappings = [
        Spec.Linux.IDMapping(containerID: 0, hostID: 200_000, size: 65536)
      ]
    }
    #expect(try apus.script("chmod 755 . rootfs && chown -R 100000:200000 rootfs") == .silently)
    let create = try apus.create()
    try #require(create == .silently)
    let status = lines(of: "/proc/\(try apus.pid())/status")
    #expect(status.contains("Uid:\t100000\t100000\t100000\t100000"))
    #expect(status.contains("Gid:\t200000\t200000\t200000\t200000"))
    #expect(try apus.delete() == .silently)
    let report = try apus.report("read:/proc/self/uid_map", "write:/dev/null")
    #expect(report.uid == [0, 0, 0, 0])
    #expect(report.gid == [0, 0, 0, 0])
    #expect(report.namespaces["user"] != inode("user"))
    let map = report.answers["read:/proc/self/uid_map"] ?? ""
    #expect(map.split(separator: " ").map { $0.filter(\.isNumber) } == ["0", "100000", "65536"])
    #expect(report.answers["write:/dev/null"] == "")
  }

  @Test func aTimeNamespaceShiftsTheClocks() throws {
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    let apus = try Sandbox {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "time"))
      $0.linux?.timeOffsets = ["boottime": Spec.Linux.TimeOffset(secs: 100_000)]
    }
    let report = try apus.report()
    #expect(report.namespaces["time"] != inode("time"))
    #expect((100_000...100_060).contains(report.secondsSinceBoot - now.tv_sec))
  }

  @Test func aCgroupNamespaceHidesThePath() throws {
    let apus = try Sandbox {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "cgroup"))
    }
    let hidden = try apus.report()
    #expect(!hidden.cgroups.isEmpty)
    #expect(hidden.cgroups.values.allSatisfy { $0 == "/" }, "\(hidden.cgroups)")
    #expect(hidden.namespaces["cgroup"] != inode("cgroup"))
  }
}
