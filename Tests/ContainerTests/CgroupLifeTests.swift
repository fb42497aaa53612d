import Glibc
import JSON
import OCISpec
import Testing

/// Who is put into a container's cgroup, and how it comes to its end.
@Suite struct CgroupLifeTests {
  /// A cgroup that hands controllers down may hold no process, so that exec has to go where init is.
  @Test(.enabled(if: Host.isUnified)) func execBesidesAnInitThatManagesCgroups() throws {
    let script = """
      cd /sys/fs/cgroup && mkdir init && echo 1 > init/cgroup.procs &&
      echo +pids > cgroup.subtree_control && exec sleep 100
      """
    let apus = try Sandbox("/bin/sh", "-c", script) {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "cgroup"))
      $0.mounts?.removeAll { $0.destination == "/sys/fs/cgroup" }
      $0.mounts?.append(
        Spec.Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"))
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let folder = String(try #require(cgroupFolders(of: try apus.pid())[""]))
    #expect(
      eventually {
        text(of: "\(folder)/cgroup.subtree_control") == "pids\n"
          || text(of: "\(folder)/../cgroup.subtree_control") == "pids\n"
      })
    let exec = try apus("exec", apus.id, "/bin/cat", "/proc/self/cgroup")
    #expect(exec == Finished(status: 0, output: "0::/init\n", errors: ""))
    #expect(try apus.deleteByForce() == .silently)
    #expect(apus.leftovers() == [])
  }

  /// An init that may write to other cgroups than its own can leave it, and then it may be removed.
  @Test(.enabled(if: Host.isRoot)) func execGoesWhereInitHasGone() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let pid = try apus.pid()
    let left = try #require(cgroupFolders(of: pid)[""])
    let other = left + "-elsewhere"
    let moved = try apus.script(
      "mkdir \(other); echo \(pid) > \(other)/cgroup.procs; rmdir \(left)")
    defer { rmdir(other) }
    try #require(moved == .silently)

    #expect(try apus("exec", "--detach", apus.id, "/bin/sleep", "101") == .silently)
    #expect(lines(of: "\(other)/cgroup.procs").count == 2)
    let asked = try apus("exec", "--cgroup", ":/", apus.id, "/bin/true")
    #expect(asked.status == 255)
    #expect(asked.errors.contains("ENOENT"), "\(asked.errors)")
    #expect(try apus.deleteByForce() == .silently)
    #expect(eventually { rmdir(other) == 0 })
    #expect(apus.leftovers() == [])
  }

  /// Who runs in a user namespace divides a cgroup that is mounted to be written to, and no other one.
  @Test(
    .enabled(if: Host.isUnified && Host.isRoot),
    arguments: [("rw", "0 0 0\nmade\n"), ("ro", "65534 65534 65534\n")], Host.cgroupManagers)
  func theOwnerInside(_ option: (mount: String, output: String), by manager: String) throws {
    let script = """
      cd /sys/fs/cgroup
      echo $(stat -c %u . cgroup.procs cgroup.subtree_control)
      mkdir below 2> /dev/null && rmdir below && echo made
      :
      """
    let apus = try Sandbox("/bin/sh", "-c", script) {
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "user"))
      $0.linux?.uidMappings = [.init(containerID: 0, hostID: 100_000, size: 1000)]
      $0.linux?.gidMappings = [.init(containerID: 0, hostID: 100_000, size: 1000)]
      $0.linux?.namespaces?.append(Spec.Linux.Namespace(type: "cgroup"))
      $0.mounts?.removeAll { $0.destination == "/sys/fs/cgroup" }
      $0.mounts?.append(
        Spec.Mount(
          destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
          options: [option.mount]))
    }
    #expect(
      try apus.script("chmod 755 . rootfs && chown -R 100000:100000 rootfs") == .silently)
    let run = try apus("--cgroup-manager", manager, "run", apus.id)
    #expect(run == Finished(status: 0, output: option.output, errors: ""))
    #expect(apus.leftovers() == [])
  }

  /// v1 holds what is frozen, even if it is to die.
  @Test func aPausedContainerCanBeKilled() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    #expect(try apus("pause", apus.id) == .silently)
    #expect(try apus("kill", apus.id, "KILL") == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    #expect(try apus.delete() == .silently)
  }

  /// Without a PID namespace nobody takes the others along: kill does, those in cgroups below too.
  @Test func killTakesAllProcesses() throws {
    let apus = try Sandbox("/bin/sh", "-c", "while :; do sleep 100 & sleep 0.01; done") {
      $0.linux?.namespaces?.removeAll { $0.type == "pid" }
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let pid = try apus.pid()
    let folder = try #require(cgroupFolders(of: pid)[Host.isUnified ? "" : "pids"])
    mkdir("\(folder)/below", 0o755)
    let place = Host.isUnified ? "/below" : "pids:/below"
    #expect(
      try apus("exec", "--detach", "--cgroup", place, apus.id, "/bin/sleep", "100") == .silently)
    let listed = try apus("ps", "--format", "json", apus.id)
    let pids = try decodeJSON([Int32].self, from: Array(listed.output.utf8))
    let below = lines(of: "\(folder)/below/cgroup.procs").compactMap { Int32($0) }
    #expect(below.count == 1 && Set(below + [pid]).isSubset(of: pids), "\(below) \(pids)")
    #expect(try apus("kill", "--all", apus.id, "KILL") == .silently)
    #expect(
      eventually {
        lines(of: "\(folder)/cgroup.procs").isEmpty
          && lines(of: "\(folder)/below/cgroup.procs").isEmpty
      })
    #expect(try apus.delete() == .silently)
    #expect(apus.leftovers() == [])
  }
}
