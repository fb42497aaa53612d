import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

/// resctrl, on a folder that has the files that the kernel would have made.
struct ResctrlTests {
  /// Such a folder, for as long as `body` takes.
  private func withTree(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/apus-resctrl-XXXXXX".utf8CString)
    let root = String(cString: try #require(mkdtemp(&template)))
    defer {
      do {
        let folder = try open(root, [.readOnly, .directory])
        try removeContent(of: folder.number, path: root)
      } catch {
        Issue.record(error)
      }
      #expect(rmdir(root) == 0)
    }
    try makeDirectory("\(root)/info", mode: 0o755)
    try makeDirectory("\(root)/group", mode: 0o755)
    try fill("\(root)/info/last_cmd_status", "Mask out of range\n")
    try fill("\(root)/group/schemata", "    L3:0=00ff0;1=0000f\n    MB:0=  20;1= 100\n")
    try fill("\(root)/group/tasks", "")
    try body(root)
  }

  private func fill(_ path: String, _ text: String) throws {
    let file = try open(path, [.writeOnly, .create, .exclusive], mode: 0o600)
    try write(Array(text.utf8), to: file.number)
  }

  private func content(_ path: String) throws -> String {
    String(decoding: try readFile(path), as: UTF8.self)
  }

  @Test func aGroupIsMadeOnceAndRemovedOnce() throws {
    try withTree { root in
      let path = "\(root)/own/mon_groups/own"
      try makeResctrlGroup(path, root: root)
      try makeResctrlGroup(path, root: root)
      #expect(try status(of: path).isDirectory)
      try removeResctrlGroup(path)
      try removeResctrlGroup(path)
      #expect(access(path, F_OK) != 0)
    }
  }

  @Test func theProcessIsWrittenToTasks() throws {
    try withTree { root in
      try joinResctrlGroup("\(root)/group", 4711, root: root)
      #expect(try content("\(root)/group/tasks") == "4711")
    }
  }

  @Test func schemataAreWrittenLineByLine() throws {
    try withTree { root in
      try fill("\(root)/schemata", "")
      try writeSchemata(["L3:0=f", "MB:0=20"], to: root, root: root)
      #expect(try content("\(root)/schemata") == "L3:0=f\nMB:0=20\n")
    }
  }

  @Test func whatWentWrongIsToldInItsWords() throws {
    try withTree { root in
      let error = #expect(throws: KernelError.self) {
        try writeSchemata(["L3:0=f"], to: "\(root)/none", root: root)
      }
      #expect(error?.errno == .noSuchFileOrDirectory)
      #expect(error?.subject == "\(root)/none/schemata (Mask out of range)")
    }
  }

  @Test(arguments: [
    ["L3:0=ff0"], ["L3:0=FF0;1=f"], ["L3:1=0xf"], ["MB:0=20;1=100", "L3:0=0ff0"], ["MB:1=100"],
    [" L3:0= ff0"],
  ]) func sharesThatAreTheSame(lines: [String]) throws {
    try withTree { root in try requireSchemata(lines, of: "\(root)/group") }
  }

  @Test(arguments: [
    ["L3:0=ff"], ["L3:0=ff0;1=ff"], ["L3:2=f"], ["L2:0=f"], ["MB:0=20", "MB:1=10"], ["MB:0=2"],
    ["MB:0=200"],
  ]) func sharesThatAreNot(lines: [String]) throws {
    try withTree { root in
      let error = #expect(throws: KernelError.self) {
        try requireSchemata(lines, of: "\(root)/group")
      }
      #expect(error?.errno == .fileExists)
      #expect(error?.subject == "\(root)/group")
    }
  }

  @Test func whereItIsMounted() {
    let cgroup = "30 24 0:25 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw"
    let resctrl = "99 24 0:50 / /res/ctrl rw shared:1 master:2 - resctrl resctrl rw"
    let other = "98 24 0:51 / /resctrl rw - tmpfs resctrl rw"
    #expect(resctrlMountPoint(inMountTable: "\(cgroup)\n\(other)\n\(resctrl)\n") == "/res/ctrl")
    #expect(resctrlMountPoint(inMountTable: "\(cgroup)\n\(other)\n") == nil)
    #expect(resctrlMountPoint(inMountTable: "") == nil)
  }
}
