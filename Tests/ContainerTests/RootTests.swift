import OCISpec
import Testing

/// `root` in config.json: where the root file system is.
@Suite struct RootTests {
  @Test(arguments: ["other", "./other/", "deep/../other", "PWD/other", "PWD/link"])
  func itMayBeAnywhere(path: String) throws {
    let apus = try Sandbox("/bin/cat", "/bin/told")
    try apus.configure { $0.root?.path = path.replacing("PWD", with: apus.folder) }
    #expect(
      try apus.script("mkdir deep; mv rootfs other; ln -s other link; echo $0 > other/bin/told")
        == .silently)
    #expect(try apus.run() == Finished(status: 0, output: "/bin/sh\n", errors: ""))
  }
}
