import Glibc
import OCISpec
import Testing

/// Processes that no signal ends, for they wait in the kernel: for a file system that is frozen.
@Suite(.enabled(if: Host.isRoot, "mounts a file system")) struct UninterruptibleTests {
  @Test(arguments: [true, false]) func areNamed(hasPIDNamespace: Bool) throws {
    let apus = try Sandbox("/bin/sh", "-c", "sleep 100 & dd if=/dev/zero of=/disk/file count=1") {
      $0.mounts?.append(
        Spec.Mount(destination: "/disk", type: "bind", source: "disk", options: ["rbind"]))
      if !hasPIDNamespace { $0.linux?.namespaces?.removeAll { $0.type == "pid" } }
    }
    let mounted = try apus.script(
      "truncate -s 4M image && mkfs.ext4 -q image && mkdir disk && mount -o loop image disk")
    try #require(mounted == .silently)
    defer { _ = try? apus.script("fsfreeze --unfreeze disk; umount disk") }
    #expect(try apus.create() == .silently)
    #expect(try apus.script("fsfreeze --freeze disk") == .silently)
    #expect(try apus.start() == .silently)
    let procs = "\(try #require(cgroupFolders(of: try apus.pid()).values.first))/cgroup.procs"
    func waiting() -> [String] {
      lines(of: procs).filter { text(of: "/proc/\($0)/stat").contains("(dd) D ") }
    }
    #expect(eventually { !waiting().isEmpty })
    let words = "process \(waiting().first ?? "?") (dd) waits in the kernel (state D)"

    let killed = try apus("kill", apus.id, "KILL")
    #expect(killed.status == 0 && killed.errors.contains(words), "\(killed)")
    #expect(killed.errors.contains("level=warning") && killed.seconds < 5, "\(killed)")
    let deleted = try apus.deleteByForce()
    expectRefusal(deleted, words, apus.id)
    #expect(deleted.seconds < 20, "\(deleted)")

    #expect(try apus.script("fsfreeze --unfreeze disk") == .silently)
    #expect(eventually { waiting().isEmpty })
    #expect(try apus.deleteByForce() == .silently)
    #expect(try apus.script("umount disk") == .silently)
    #expect(apus.leftovers() == [])
  }
}
