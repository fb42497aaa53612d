import Cgroups
import Glibc
import LinuxKernel
import Testing

/// A host with a tree for each controller, and a v2 tree beside them.
let hybrid = CgroupLayout.legacy([
  CgroupHierarchy(
    controllers: "name=systemd", mountPoint: "/sys/fs/cgroup/systemd", ownPath: "/user.slice"),
  CgroupHierarchy(controllers: "memory", mountPoint: "/sys/fs/cgroup/memory", ownPath: "/a/b"),
  CgroupHierarchy(
    controllers: "cpu,cpuacct", mountPoint: "/sys/fs/cgroup/cpu,cpuacct", ownPath: "/"),
  CgroupHierarchy(controllers: "", mountPoint: "/sys/fs/cgroup/unified", ownPath: "/user.slice"),
])

/// Where a container's cgroup is.
struct CgroupPathsTests {
  @Test(
    arguments: [
      ("/x/y", "/x/y"), ("/x/y/", "/x/y"), ("//x/./y", "/x/y"), ("/x/../y", "/y"),
      ("/../../x", "/x"), ("x", "/x"), (nil, "/box"), ("", "/box"),
    ] as [(String?, String)])
  func onAUnifiedHost(_ path: String?, _ expected: String) {
    let paths = CgroupPaths(layout: .unified, cgroupsPath: path, id: "box")
    #expect(paths == CgroupPaths(directories: [("", "/sys/fs/cgroup" + expected)]))
  }

  @Test(arguments: [("/x", "/x"), ("x", "/a/b/x"), (nil, "/a/b/box")] as [(String?, String)])
  func besideOthersOnAUnifiedHost(_ path: String?, _ expected: String) {
    let paths = CgroupPaths(layout: .unified, cgroupsPath: path, id: "box", above: "/a/b")
    #expect(paths == CgroupPaths(directories: [("", "/sys/fs/cgroup" + expected)]))
  }

  @Test(arguments: ["/x/y", "/z/../x/y", "/../x/y"])
  func anAbsolutePathIsFromTheMountPointOn(_ path: String) {
    let paths = CgroupPaths(layout: hybrid, cgroupsPath: path, id: "box")
    #expect(
      paths
        == CgroupPaths(directories: [
          ("name=systemd", "/sys/fs/cgroup/systemd/x/y"),
          ("memory", "/sys/fs/cgroup/memory/x/y"),
          ("cpu", "/sys/fs/cgroup/cpu,cpuacct/x/y"),
          ("cpuacct", "/sys/fs/cgroup/cpu,cpuacct/x/y"),
          ("", "/sys/fs/cgroup/unified/x/y"),
        ]))
  }

  @Test(
    arguments: [("x/y", "x/y"), ("../../x", "x"), (nil, "box"), ("", "box")] as [(String?, String)])
  func anotherPathIsBelowOnesOwnCgroup(_ path: String?, _ expected: String) {
    let paths = CgroupPaths(layout: hybrid, cgroupsPath: path, id: "box")
    #expect(
      paths.distinct == [
        "/sys/fs/cgroup/systemd/user.slice/\(expected)", "/sys/fs/cgroup/memory/a/b/\(expected)",
        "/sys/fs/cgroup/cpu,cpuacct/\(expected)", "/sys/fs/cgroup/unified/user.slice/\(expected)",
      ])
  }

  @Test(arguments: [("/", ""), ("..", ""), ("a/../..", ""), ("a/../../b", "b"), ("/a//b/.", "a/b")])
  func clean(_ path: String, _ expected: String) {
    #expect(CgroupPaths.clean(path) == expected)
  }

  @Test func aControllersDirectory() {
    let paths = CgroupPaths(layout: hybrid, cgroupsPath: "/x", id: "box")
    #expect(paths["cpuacct"] == "/sys/fs/cgroup/cpu,cpuacct/x")
    #expect(paths["name=systemd"] == "/sys/fs/cgroup/systemd/x")
    #expect(paths[""] == "/sys/fs/cgroup/unified/x")
    #expect(paths["pids"] == nil)
  }

  @Test func equality() {
    let one = CgroupPaths(directories: [("cpu", "/a"), ("memory", "/b")])
    #expect(one == CgroupPaths(directories: [("cpu", "/a"), ("memory", "/b")]))
    #expect(one != CgroupPaths(directories: [("cpu", "/a")]))
    #expect(one != CgroupPaths(directories: [("cpu", "/a"), ("memory", "/c")]))
    #expect(one != CgroupPaths(directories: [("cpu", "/a"), ("pids", "/b")]))
  }

  @Test func theFolderOfAHierarchy() {
    guard case .legacy(let hierarchies) = hybrid else { return }
    #expect(hierarchies.map(\.folder) == ["systemd", "memory", "cpu,cpuacct", "unified"])
  }

  // What exec's --cgroup asks for, in ordinary folders.

  @Test(
    arguments: [
      ("/low", "low", "low"), ("low", "low", "low"), ("memory:/low", nil, "low"),
      ("cpu:low", "low", nil), ("cpu,memory:low", "low", "low"), ("low/est", "low/est", "low/est"),
      ("/", "", ""),
    ] as [(String, String?, String?)])
  func below(_ option: String, _ cpu: String?, _ memory: String?) throws {
    let folder = try Folder(holding: ["cpu/low/est", "memory/low/est"])
    let changed = try folder.paths.below(option)
    func path(_ controller: String, _ below: String?) -> String {
      "\(folder.path)/\(controller)" + (below.map { "/" + $0 } ?? "")
    }
    #expect(changed["cpu"] == path("cpu", cpu))
    #expect(changed["memory"] == path("memory", memory))
  }

  @Test(
    arguments: [
      ("/../x", "bad sub cgroup path"), ("..", "bad sub cgroup path"),
      ("low/../../x", "bad sub cgroup path"), ("absent", "no such file or directory"),
      ("pids:low", "unknown controller \"pids\""), ("cpu,pids:low", "has cpu, memory"),
      ("only", "/memory/only/cgroup.procs"), (":low", "unknown controller \"\""),
    ])
  func nothingBelow(_ option: String, _ why: String) throws {
    // "only" is in one hierarchy, so it can't be meant for both.
    let folder = try Folder(holding: ["cpu/low", "memory/low", "cpu/only"])
    let error = #expect(throws: NoCgroupBelow.self) { try folder.paths.below(option) }
    #expect(error?.reason.contains(why) == true, "\(error?.reason ?? "")")
  }

  @Test func belowOneHierarchyOnly() throws {
    let folder = try Folder(holding: ["cpu/low", "memory", "cpu/only"])
    #expect(try folder.paths.below("cpu:only")["cpu"] == "\(folder.path)/cpu/only")
  }
}

/// Folders that pass for cgroups: each has a file cgroup.procs.
private final class Folder {
  let path: String

  init(holding cgroups: [String]) throws {
    var template = Array("/tmp/plantests.XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
    for cgroup in cgroups {
      try makeDirectories("\(path)/\(cgroup)", mode: 0o755)
      var above = "\(path)/\(cgroup)"
      while above.utf8.count > path.utf8.count {
        _ = try open("\(above)/cgroup.procs", [.writeOnly, .create], mode: 0o644)
        above = split(above).above
      }
    }
  }

  var paths: CgroupPaths {
    CgroupPaths(directories: [("cpu", "\(path)/cpu"), ("memory", "\(path)/memory")])
  }

  deinit { empty(path) }

  private func empty(_ folder: String) {
    guard let stream = opendir(folder) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      if unlink("\(folder)/\(name)") != 0 { empty("\(folder)/\(name)") }
    }
    closedir(stream)
    rmdir(folder)
  }
}
