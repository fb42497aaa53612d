import OCISpec
import Testing

/// Standard streams are given to the container's user. Only the null device stays as it is, and that
/// is known by its number.
@Suite("CVE-2026-88265: /dev/null is a file of the host") struct NullStreams {
  @Test("CVE-2026-88265: a file of the host at /dev/null is neither opened nor given away")
  func aFileOfTheHost() throws {
    let apus = try Sandbox("/bin/sh", "-c", "echo overwritten; echo overwritten >&2; id -u") {
      $0.process?.user.uid = 1000
      $0.linux?.maskedPaths = nil
      $0.mounts?.append(
        Spec.Mount(
          destination: "/dev/null", type: "bind", source: "outside/file", options: ["bind"]))
    }
    try apus.makeOutside()
    for streams in ["< /dev/null", "< /dev/null > /dev/null 2>&1", "<&- >&- 2>&-"] {
      let run = try expectNothingOutside(apus) { try apus.script("$APUS run $ID \(streams)") }
      #expect(run.status == 0, "\(run)")
    }
  }

  @Test("CVE-2026-88265: nor one that the image links to")
  func aLinkOfTheImage() throws {
    let apus = try Sandbox("/bin/sh", "-c", "echo overwritten; readlink /proc/self/fd/0") {
      $0.process?.user.uid = 1000
      WrittenPaths.withTheImagesDev(&$0)
    }
    try apus.makeOutside()
    try #require(
      try apus.script("mkdir rootfs/dev; ln -s $PWD/outside/file rootfs/dev/null") == .silently)
    let run = try expectNothingOutside(apus) { try apus.run() }
    #expect(run == Finished(status: 0, output: "overwritten\n/dev/null\n", errors: ""))
  }
}
