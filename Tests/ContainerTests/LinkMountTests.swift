import OCISpec
import Testing

/// Mount options that are about symbolic links, as crun has them.
@Suite struct LinkMountTests {
  /// A sandbox with one more bind, of `link`, which leads to `target`, a file with a text.
  func sandbox(
    _ options: String..., source: String = "link", destination: String = "/place"
  ) throws -> Sandbox {
    let apus = try Sandbox {
      $0.process?.args = ["/bin/true"]
      $0.mounts?.append(
        Spec.Mount(
          destination: destination, type: "bind", source: source, options: ["bind"] + options))
    }
    #expect(try apus.script("ln -s target link") == .silently)
    try apus.write("content", to: "target")
    return apus
  }

  @Test func withoutThemLinksAreFollowed() throws {
    let apus = try sandbox()
    #expect(try apus.script("ln -s other rootfs/place") == .silently)
    let report = try apus.report("read:/other", "stat:/place")
    #expect(report.answers["read:/other"] == "content")
    #expect(report.nodes["/place"]?.target == "other")
  }

  @Test func aLinkIsCopied() throws {
    let apus = try sandbox("copy-symlink", destination: "/new/place")
    for _ in 0..<2 {  // the second time it is there
      let report = try apus.report("stat:/new/place")
      #expect(report.nodes["/new/place"]?.target == "target")
      #expect(report.mount(at: "/new/place") == nil)
    }
  }

  @Test func whatIsNoLinkIsBoundAllTheSame() throws {
    let apus = try sandbox("copy-symlink", source: "target")
    #expect(try apus.report("read:/place").answers["read:/place"] == "content")
  }

  @Test(arguments: ["ln -s elsewhere rootfs/place", "echo > rootfs/place"])
  func anotherThingInThePlaceOfACopyIsRefused(thing: String) throws {
    let apus = try sandbox("copy-symlink")
    #expect(try apus.script(thing) == .silently)
    expectRefusal(try apus.create(), "/mounts/7", "/place", "EEXIST")
    #expect(apus.leftovers() == [])
  }

  @Test func aCopyStaysInTheContainer() throws {
    let apus = try sandbox("copy-symlink", destination: "/outside/place")
    #expect(try apus.script("mkdir outside; ln -s $PWD/outside rootfs/outside") == .silently)
    #expect(try apus.run() == .silently)
    #expect(entries(of: "\(apus.folder)/outside") == [])
  }

  @Test(arguments: ["src-nofollow", "dest-nofollow"])
  func aCopyIsNoMount(option: String) throws {
    let apus = try sandbox("copy-symlink", option)
    expectRefusal(try apus.create(), "/mounts/7/options", "copy-symlink")
  }

  @Test func aSourceIsBoundThoughItIsALink() throws {
    let report = try sandbox("src-nofollow").report("stat:/place")
    #expect(report.nodes["/place"]?.target == "target")
    #expect(report.mount(at: "/place") != nil)
  }

  @Test func aDestinationIsMountedOnThoughItIsALink() throws {
    let apus = try sandbox("dest-nofollow")
    #expect(try apus.script("ln -s nowhere rootfs/place") == .silently)
    let report = try apus.report("read:/place", "stat:/place")
    #expect(report.answers["read:/place"] == "content")
    #expect(report.nodes["/place"]?.kind == "-")
    #expect(!apus.has("rootfs/nowhere"))
  }

  @Test func aLinkIsMountedOnALink() throws {
    let apus = try sandbox("src-nofollow", "dest-nofollow")
    #expect(try apus.script("ln -s nowhere rootfs/place") == .silently)
    #expect(try apus.report("stat:/place").nodes["/place"]?.target == "target")
  }

  @Test func aDestinationThatIsNotFollowedMustBeThere() throws {
    let apus = try sandbox("dest-nofollow")
    expectRefusal(try apus.create(), "/mounts/7", "/place", "ENOENT")
    #expect(!apus.has("rootfs/place"))
  }

  /// What the kernel shows there is what masks and read-only paths rely on.
  @Test(arguments: ["/way/self", "/way/sys/kernel/hostname"])
  func filesOfProcAreNotCovered(place: String) throws {
    let apus = try sandbox("dest-nofollow", destination: place)
    #expect(try apus.script("ln -s proc rootfs/way") == .silently)
    expectRefusal(try apus.create(), "/mounts/7", place, "EPERM")
  }
}
