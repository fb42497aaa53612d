import Glibc
import JSON
import OCISpec
import Testing

/// Containers with a user namespace of their own, as their processes and the host see them.
@Suite struct UserNamespaceTests {
  static let uids = [Spec.Linux.IDMapping(containerID: 0, hostID: 100_000, size: 65536)]
  static let gids = [Spec.Linux.IDMapping(containerID: 0, hostID: 200_000, size: 65536)]

  /// A sandbox whose root file system belongs to the container's root.
  func sandbox(_ arguments: String..., edit: (inout Spec) -> Void = { _ in }) throws -> Sandbox {
    let apus = try Sandbox {
      $0.process?.args = arguments
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "user"))
      $0.linux?.uidMappings = Self.uids
      $0.linux?.gidMappings = Self.gids
      edit(&$0)
    }
    let prepared = try apus.script("chmod 755 . rootfs && chown -R 100000:200000 rootfs")
    try #require(prepared == .silently)
    return apus
  }

  @Test func rootInsideIsNobodyOutside() throws {
    let apus = try sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    var gate = stat()
    #expect(stat("\(apus.folder)/state/\(apus.id)/exec.fifo", &gate) == 0)
    #expect(gate.st_uid == 100_000 && gate.st_gid == 200_000)
    #expect(gate.st_mode & 0o7777 == 0o622)
    #expect(try apus.start() == .silently)
    let status = lines(of: "/proc/\(try apus.pid())/status")
    #expect(status.contains("Uid:\t100000\t100000\t100000\t100000"))
    #expect(status.contains("Gid:\t200000\t200000\t200000\t200000"))
    #expect(status.contains { $0.hasPrefix("Groups:") && $0.allSatisfy { !$0.isNumber } })
  }

  @Test func theRecordHasTheMappings() throws {
    struct Record: Decodable {
      struct Config: Decodable {
        struct Map: Decodable, Equatable { var container_id, host_id, size: Int }
        struct Namespace: Decodable { var type: String }
        var uid_mappings, gid_mappings: [Map]
        var namespaces: [Namespace]
      }
      var config: Config
    }
    let apus = try sandbox("/bin/true")
    #expect(try apus.create() == .silently)
    let bytes = Array(text(of: "\(apus.folder)/state/\(apus.id)/state.json").utf8)
    let config = try decodeJSON(Record.self, from: bytes).config
    #expect(config.uid_mappings == [.init(container_id: 0, host_id: 100_000, size: 65536)])
    #expect(config.gid_mappings == [.init(container_id: 0, host_id: 200_000, size: 65536)])
    #expect(config.namespaces.contains { $0.type == "NEWUSER" })
  }

  @Test func theUserOfTheProcessIsOneOfIts() throws {
    let apus = try sandbox {
      $0.process?.user = .init(uid: 1000, gid: 1001, additionalGids: [1002])
    }
    let report = try apus.report("stat:/bin/probe")
    #expect(report.uid == [1000, 1000, 1000, 1000])
    #expect(report.gid == [1001, 1001, 1001, 1001])
    #expect(report.groups == [1002])
    #expect(report.status.effective == 0)
  }

  @Test func devicesAreTheHostsNodes() throws {
    let apus = try sandbox {
      $0.linux?.devices = [.init(path: "/dev/pipe", type: "p", fileMode: 0o600)]
    }
    let report = try apus.report("write:/dev/null", "open:/dev/zero")
    #expect(report.dev["null"]?.kind == "c")
    #expect(report.dev["null"]?.major == 1 && report.dev["null"]?.minor == 3)
    #expect(report.dev["pipe"]?.kind == "p")
    #expect(report.dev["pipe"]?.uid == 0)
    #expect(report.answers["write:/dev/null"] == "")
    #expect(report.mount(at: "/dev/null")?.type == "devtmpfs")
  }

  @Test func aDeviceThatTheHostHasNotIsRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.devices = [.init(path: "/dev/zero", type: "c", major: 1, minor: 3)]
    }
    expectRefusal(try apus.create(), "/linux/devices/0", "/dev/zero", "c 1:3", "ENODEV")
    #expect(apus.leftovers() == [])
  }

  @Test func aLinkInThePlaceOfADeviceIsRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
    }
    #expect(try apus.script("mkdir rootfs/dev && ln -s ../etc rootfs/dev/null") == .silently)
    expectRefusal(try apus.create(), "/dev/null", "ELOOP")
    #expect(apus.leftovers() == [])
  }

  @Test func aSourceBelowAFolderThatIsClosedToItsRootIsBound() throws {
    let apus = try sandbox {
      $0.mounts?.append(
        Spec.Mount(destination: "/data", source: "closed/data", options: ["bind", "ro"]))
    }
    #expect(
      try apus.script("mkdir -p closed/data && echo x > closed/data/x && chmod 700 closed")
        == .silently)
    let report = try apus.report("read:/data/x", "write:/data")
    #expect(report.answers["read:/data/x"] == "x\n")
    #expect(report.answers["write:/data"] == "EROFS")
  }

  @Test func aSourceThatIsMissingBelowSuchAFolderIsRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.mounts?.append(Spec.Mount(destination: "/data", source: "closed/none", options: ["bind"]))
    }
    #expect(try apus.script("mkdir -m 700 closed") == .silently)
    expectRefusal(try apus.create(), "/mounts/7", "closed/none", "ENOENT")
    #expect(apus.leftovers() == [])
  }

  @Test func standardStreamsBelongToTheUser() throws {
    let apus = try sandbox("/bin/sh", "-c", "echo again >> /dev/stdout; echo no >> /dev/stderr") {
      $0.process?.user.uid = 1000
    }
    let run = try apus.script(
      "$APUS run $ID > out 2> errors; stat -c %u out errors; cat out errors")
    #expect(run == Finished(status: 0, output: "101000\n101000\nagain\nno\n", errors: ""))
  }

  @Test func execComesIn() throws {
    let apus = try sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    let report = try apus.report(of: try apus("exec", apus.id, "/bin/probe", "read:/proc/1/comm"))
    #expect(report.uid == [0, 0, 0, 0])
    #expect(report.gid == [0, 0, 0, 0])
    #expect(report.groups == [])
    for (name, inode) in report.namespaces {
      var status = stat()
      #expect(stat("/proc/\(try apus.pid())/ns/\(name)", &status) == 0)
      #expect(UInt64(status.st_ino) == inode, "\(name)")
    }
    let user = try apus.report(of: try apus("exec", "--user", "7:8", apus.id, "/bin/probe"))
    #expect(user.uid == [7, 7, 7, 7])
    #expect(user.gid == [8, 8, 8, 8])
  }

  @Test func sysctlsOfItsNamespaces() throws {
    let apus = try sandbox { $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"] }
    let report = try apus.report("read:/proc/sys/net/ipv4/ip_forward")
    #expect(report.answers["read:/proc/sys/net/ipv4/ip_forward"] == "1\n")
  }

  @Test func withTheHostsProcesses() throws {
    let apus = try sandbox {
      $0.linux?.namespaces?.removeAll { $0.type == "pid" }
      $0.mounts = [
        Spec.Mount(destination: "/proc", source: "/proc", options: ["rbind"]),
        Spec.Mount(destination: "/dev", type: "tmpfs"),
      ]
      $0.linux?.maskedPaths = nil
      $0.linux?.readonlyPaths = nil
    }
    let report = try apus.report()
    #expect(report.pid > 1)
    #expect(report.uid == [0, 0, 0, 0])
  }

  @Test(arguments: [true, false]) func oneIsJoined(withOthersOfIts: Bool) throws {
    let holder = try sandbox("/bin/sleep", "100")
    #expect(try holder.create() == .silently)
    let pid = try holder.pid()
    let apus = try sandbox {
      $0.linux?.namespaces?.removeAll { $0.type == "user" || $0.type == "network" }
      $0.linux?.namespaces?.append(.init(type: "user", path: "/proc/\(pid)/ns/user"))
      $0.linux?.namespaces?.append(
        withOthersOfIts
          ? .init(type: "network", path: "/proc/\(pid)/ns/net") : .init(type: "network"))
    }
    let report = try apus.report()
    var status = stat()
    #expect(stat("/proc/\(pid)/ns/user", &status) == 0)
    #expect(report.namespaces["user"] == UInt64(status.st_ino))
    #expect(stat("/proc/\(pid)/ns/net", &status) == 0)
    #expect((report.namespaces["net"] == UInt64(status.st_ino)) == withOthersOfIts)
    #expect(report.uid == [0, 0, 0, 0])
    #expect(report.pid == 1)
  }

  @Test func aNewOneWithANetworkOfTheHost() throws {
    let apus = try sandbox {
      $0.linux?.namespaces?.removeAll { $0.type == "network" }
      $0.linux?.namespaces?.append(.init(type: "network", path: "/proc/\(getpid())/ns/net"))
      $0.mounts?.removeAll { $0.destination.hasPrefix("/sys") }
    }
    let report = try apus.report()
    var status = stat()
    #expect(stat("/proc/\(getpid())/ns/net", &status) == 0)
    #expect(report.namespaces["net"] == UInt64(status.st_ino))
    #expect(report.pid == 1)
  }

  @Test func aTerminalIsItsRootsOwn() throws {
    let apus = try sandbox("/bin/sh", "-c", "stat -c '%u %g' /dev/console $(tty)") {
      $0.process?.terminal = true
    }
    let run = try apus.script("script -qec \"$APUS run $ID\" /dev/null < /dev/null")
    // script types the end of its own input into the terminal, as ^@.
    let words = run.output.split { $0.isWhitespace || $0 == "^" || $0 == "@" }.map(String.init)
    #expect(words == ["0", "5", "0", "5"], "\(run)")
  }

  @Test func aCgroupNamespaceOfItsOwn() throws {
    let apus = try sandbox { $0.linux?.namespaces?.append(.init(type: "cgroup")) }
    let report = try apus.report()
    #expect(report.cgroups.values.allSatisfy { $0 == "/" })
    #expect(report.mount(at: CgroupTests.place)?.root == "/")
  }
}
