import OCISpec
import Testing

/// The places that an image has for mounts are links that lead out of it.
@Suite("CVE-2015-3629, CVE-2019-18837: links at the places of mounts")
struct SymlinkedMountTargets {
  /// How a link leads to a path of the host.
  enum Way: String, CaseIterable {
    case absolute, upwards, inSteps, throughAFolder

    /// A script that makes `rootfs/vol` lead to the folder outside.
    var script: String {
      switch self {
      case .absolute: "ln -s $PWD/outside rootfs/vol"
      case .upwards: "ln -s ../../../../../../../../../../../..$PWD/outside rootfs/vol"
      case .inSteps: "ln -s a rootfs/vol; ln -s /b rootfs/a; ln -s ../../../$PWD/outside rootfs/b"
      case .throughAFolder: "ln -s / rootfs/root; ln -s root/../..$PWD/outside rootfs/vol"
      }
    }
  }

  @Test("CVE-2015-3629: a mount at a link stays in the container", arguments: Way.allCases)
  func aMountAtALink(way: Way) throws {
    let apus = try Sandbox("/bin/probe") {
      for place in ["/vol", "/vol/folder", "/vol/new/one"] {
        $0.mounts?.append(Spec.Mount(destination: place, type: "tmpfs", source: "tmpfs"))
      }
    }
    try apus.makeOutside()
    try #require(try apus.script(way.script) == .silently)
    let report = try expectNothingOutside(apus) { try apus.report() }
    #expect(report.mount(at: "\(apus.outside)/new/one")?.type == "tmpfs")
  }

  @Test("CVE-2015-3629: a bind at a link stays in the container", arguments: Way.allCases)
  func aBindAtALink(way: Way) throws {
    let apus = try Sandbox("/bin/probe") {
      for (place, source) in [
        ("/vol/folder", "source"), ("/vol/file", "told"), ("/vol/x/y", "told"),
      ] {
        $0.mounts?.append(
          Spec.Mount(destination: place, type: "bind", source: source, options: ["rbind"]))
      }
    }
    try apus.makeOutside()
    try #require(try apus.script("mkdir source; echo told > told; \(way.script)") == .silently)
    let report = try expectNothingOutside(apus) { try apus.report("read:/vol/file") }
    #expect(report.answers["read:/vol/file"] == "told\n")
  }

  @Test("CVE-2019-18837: nor does a destination climb out by itself")
  func aDestinationThatClimbs() throws {
    let apus = try Sandbox("/bin/probe")
    try apus.configure {
      let up = "/../../../../../../../.."
      for place in ["\(up)\(apus.outside)/folder", "/bin/../..\(apus.outside)/new"] {
        $0.mounts?.append(Spec.Mount(destination: place, type: "tmpfs", source: "tmpfs"))
      }
    }
    try apus.makeOutside()
    let report = try expectNothingOutside(apus) { try apus.report() }
    #expect(report.mount(at: "\(apus.outside)/folder")?.type == "tmpfs")
    #expect(report.mount(at: "\(apus.outside)/new")?.type == "tmpfs")
  }

  @Test("CVE-2015-3629: a working directory that is made stays in the container")
  func aWorkingDirectoryBehindALink() throws {
    let apus = try Sandbox("/bin/probe") {
      $0.root?.readonly = false
      $0.process?.cwd = "/vol/made/here"
    }
    try apus.makeOutside()
    try #require(try apus.script(Way.absolute.script) == .silently)
    let report = try expectNothingOutside(apus) { try apus.report() }
    #expect(report.cwd == "\(apus.outside)/made/here")
  }
}
