import Glibc
import LinuxKernel
import OCISpec
import Testing

@testable import Cgroups

/// Writing values, and what undoes it, in ordinary files.
@Suite struct CgroupFileTests {
  private final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
      var template = Array("/tmp/cgroup-file.XXXXXX".utf8CString)
      path = try #require(mkdtemp(&template).map { String(cString: $0) })
      for (name, text) in files {
        let file = try open("\(path)/\(name)", [.writeOnly, .create], mode: 0o644)
        try write(Array(text.utf8), to: file.number)
      }
    }

    func text(_ name: String) -> String? {
      (try? readFile("\(path)/\(name)")).map { String(decoding: $0, as: UTF8.self) }
    }

    deinit {
      guard let folder = try? open(path, [.readOnly, .directory]) else { return }
      let names = try? LinuxKernel.names(in: folder.number, path: path)
      for name in names ?? [] { unlink("\(path)/\(name)") }
      rmdir(path)
    }
  }

  @Test func aFileThatIsMissing() throws {
    let folder = try Folder(["other": ""])
    var files = CgroupFile()
    try files.write(CgroupWrite(folder.path, "absent", "1", "/x", ifMissing: .skip))
    try files.write(
      CgroupWrite(folder.path, "absent", "1", "/x", ifMissing: .write(file: "other", value: "2")))
    #expect(folder.text("other") == "2")
    #expect(folder.text("absent") == nil)
    let write = CgroupWrite(folder.path, "absent", "1", "/x")
    do throws(RefusedWrite) {
      try files.write(write)
      Issue.record("it was written")
    } catch {
      #expect(error.write == write)
      #expect(error.reason.contains("\(folder.path)/absent"))
      #expect(error.reason.contains("ENOENT"))
    }
  }

  @Test(
    arguments: [
      ("pids.max", "max\n", "5", "max"), ("cpu.max", "20000 100000\n", "max 5", "20000 100000"),
      ("cpuset.cpus", "\n", "0", "\n"),
      ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n", "1", "0"),
      ("io.weight", "default 100\n8:0 300\n", "200", "default 100"),
      ("io.weight", "default 100\n8:0 300\n", "8:0 200", "8:0 300"),
      ("io.weight", "default 100\n", "8:0 200", "8:0 default"),
      (
        "io.max", "8:16 rbps=2 wbps=max riops=max wiops=max\n", "8:16 wbps=7",
        "8:16 rbps=2 wbps=max riops=max wiops=max"
      ),
      ("io.max", "", "8:0 wbps=7", "8:0 rbps=max wbps=max riops=max wiops=max"),
      ("blkio.throttle.read_bps_device", "8:0 5\n", "8:0 7", "8:0 5"),
      ("blkio.throttle.read_bps_device", "8:16 5\n", "8:0 7", "8:0 0"),
      ("net_prio.ifpriomap", "lo 0\neth0 3\n", "eth0 5", "eth0 3"),
    ])
  func whatUndoesAWrite(_ file: String, _ now: String, _ value: String, _ undo: String) throws {
    let folder = try Folder([file: now])
    let write = CgroupWrite(folder.path, file, value, "/x")
    #expect(write.restoring?.file == file)
    #expect(write.restoring?.value == undo)
  }

  @Test func whatCannotBeUndone() throws {
    let folder = try Folder([:])
    #expect(CgroupWrite(folder.path, "pids.max", "5", "/x").restoring == nil)
  }

  /// In a v2 cgroup of the kernel: one without the controller, and why.
  @Test(.enabled(if: access("/sys/fs/cgroup/unified/cgroup.controllers", W_OK) == 0))
  func aControllerThatIsNotThere() throws {
    let cgroup = "/sys/fs/cgroup/unified/apus-test-file-\(UInt32.random(in: 0...UInt32.max))"
    try makeDirectory(cgroup, mode: 0o755)
    defer { rmdir(cgroup) }
    let chain = UnifiedChain(to: cgroup)
    #expect(chain.cgroups.map(\.path) == ["/sys/fs/cgroup/unified", cgroup])
    #expect(chain.whyMissing("absent")?.contains("the kernel has none in cgroup v2 here") == true)
  }
}
