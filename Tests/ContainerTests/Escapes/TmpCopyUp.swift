import OCISpec
import Testing

/// A tmpfs that begins with a copy of what it covers is filled by the runtime with its own rights.
@Suite("tmpcopyup through links of the image") struct TmpCopyUp {
  private func sandbox(at place: String = "/kept") throws -> Sandbox {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(destination: place, type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]))
    }
    try apus.makeOutside()
    return apus
  }

  @Test("tmpcopyup copies links, and not what they lead to")
  func linksInside() throws {
    let apus = try sandbox()
    let made = try apus.script(
      """
      mkdir -p rootfs/kept/real; ln -s $PWD/outside rootfs/kept/folder
      ln -s $PWD/outside/file rootfs/kept/file; ln -s /proc/self/root rootfs/kept/root
      """)
    try #require(made == .silently)
    let report = try expectNothingOutside(apus) {
      try apus.report("stat:/kept/folder", "stat:/kept/file", "read:/kept/file", "stat:/kept/root")
    }
    for name in ["folder", "file", "root"] {
      #expect(report.nodes["/kept/\(name)"]?.kind == "l", "\(name)")
    }
    #expect(report.answers["read:/kept/file"] == "ENOENT")
  }

  @Test("tmpcopyup waits for no pipe and opens no device")
  func specialFiles() throws {
    let apus = try sandbox()
    let made = try apus.script(
      "mkdir rootfs/kept; mkfifo rootfs/kept/pipe; mknod rootfs/kept/zero c 1 5; touch rootfs/kept/x"
    )
    try #require(made == .silently)
    let report = try apus.report("stat:/kept/x", "stat:/kept/pipe", "stat:/kept/zero")
    #expect(Set(report.nodes.keys) == ["/kept/x"])
  }

  @Test(
    "tmpcopyup of a place behind a link copies what is there in the container",
    arguments: [
      "/link", "/link/real",
    ])
  func aLinkAtThePlace(place: String) throws {
    let apus = try sandbox(at: place)
    let made = try apus.script(
      """
      ln -s $PWD/outside rootfs/link; mkdir -p rootfs/$PWD/outside/real
      echo inside | tee rootfs/$PWD/outside/file > rootfs/$PWD/outside/real/file
      """)
    try #require(made == .silently)
    let report = try expectNothingOutside(apus) {
      try apus.report("read:\(place)/file", "write:\(place)")
    }
    #expect(report.answers == ["read:\(place)/file": "inside\n", "write:\(place)": ""])
  }
}
