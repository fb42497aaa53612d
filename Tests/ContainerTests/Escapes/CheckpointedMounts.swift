import OCISpec
import Testing

/// CRIU knows the host's mounts by where they are in the container, and the container's programs can
/// change what leads there.
@Suite(
  "CVE-2026-115520, CVE-2026-119101, CVE-2026-119614: the names of mounts in a checkpoint",
  .enabled(if: Host.isRoot, "CRIU is for root alone"), CRIU.isUsableHere)
struct CheckpointedMounts {
  private func sandbox(_ first: String, _ second: String) throws -> Sandbox {
    let apus = try Sandbox("/bin/sleep", "1000") {
      $0.root?.readonly = false
      $0.mounts? += [
        Spec.Mount(destination: first, type: "bind", source: "secret", options: ["bind", "ro"]),
        Spec.Mount(destination: second, type: "bind", source: "free", options: ["bind"]),
      ]
    }
    try #require(try apus.script("mkdir secret free; echo secret > secret/file") == .silently)
    return apus
  }

  @Test("CVE-2026-119101: folders that change places don't make a read-only mount writable")
  func foldersThatChangePlaces() throws {
    let apus = try sandbox("/one/mount", "/two/other")
    try #require(try apus("run", "--detach", apus.id) == .silently)
    // Each mount is now where the configuration has the other.
    let swapped = try apus(
      "exec", apus.id, "sh", "-c",
      """
      mv /one /three && mv /two /one && mv /three /two
      ln -s /one/other /one/mount && ln -s /two/mount /two/other
      """)
    try #require(swapped == .silently)
    expectRefusal(try apus("checkpoint", apus.id), "/one/mount", "something else")
    #expect(try apus.state().status == "running")
    #expect(text(of: "\(apus.folder)/secret/file") == "secret\n")
  }

  @Test("CVE-2026-119101: links of an image don't make one mount of two")
  func linksOfAnImage() throws {
    let apus = try sandbox("/data", "/link/data")
    // Both are mounted on /data, one over the other.
    try #require(try apus.script("ln -s / rootfs/link") == .silently)
    try #require(try apus("run", "--detach", apus.id) == .silently)
    expectRefusal(try apus("checkpoint", apus.id), "/data", "something else")
    #expect(try apus.state().status == "running")
  }

  @Test("CVE-2026-119614: names that CRIU can't read back", arguments: ["/a]:/etc", "/link"])
  func namesThatAreNotReadBack(destination: String) throws {
    let apus = try sandbox(destination, "/free")
    try #require(try apus.script("mkdir 'rootfs/x]:x'; ln -s '/x]:x' rootfs/link") == .silently)
    try #require(try apus("run", "--detach", apus.id) == .silently)
    expectRefusal(try apus("checkpoint", apus.id), "]:", "can't read back")
    #expect(try apus.state().status == "running")
  }

  @Test("CVE-2026-115520: nothing but an ordinary file is read beside the images")
  func descriptorsThatAreNone() throws {
    let apus = try sandbox("/one", "/two")
    for made in ["mkfifo", "ln -s /etc/passwd", "mkdir"] {
      try #require(
        try apus.script("rm -rf checkpoint; mkdir checkpoint; \(made) checkpoint/descriptors.json")
          == .silently)
      expectRefusal(try apus("restore", "--detach", apus.id), "descriptors.json")
    }
  }
}
