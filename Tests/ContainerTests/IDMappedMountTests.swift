import Glibc
import OCISpec
import Testing

/// Binds whose files look like other users' in the container.
@Suite struct IDMappedMountTests {
  private let users = [Spec.Linux.IDMapping(containerID: 1000, hostID: 0, size: 1)]

  private func bind(
    _ options: [String], _ mappings: [Spec.Linux.IDMapping]? = nil
  ) -> Spec.Mount {
    Spec.Mount(
      destination: "/data", source: "data", options: options, uidMappings: mappings,
      gidMappings: mappings)
  }

  private func prepare(_ apus: Sandbox) throws {
    let made = try apus.script("mkdir data && touch data/x && chown 1000:1000 data/x data")
    try #require(made == .silently)
  }

  @Test(arguments: [["bind"], ["rbind", "idmap"]]) func byMappingsOfItsOwn(options: [String]) throws
  {
    let apus = try Sandbox("/bin/sh", "-c", "stat -c '%u %g' /data /data/x; touch /data/new") {
      $0.mounts?.append(bind(options, users))
    }
    try prepare(apus)
    #expect(try apus.run() == Finished(status: 0, output: "0 0\n0 0\n", errors: ""))
    let outside = try apus.script("stat -c '%u %g' data/x data/new")
    #expect(outside.output == "1000 1000\n1000 1000\n")
  }

  @Test func whoIsNotMappedIsNobody() throws {
    let apus = try Sandbox("/bin/stat", "-c", "%u %g", "/data/y") {
      $0.mounts?.append(bind(["bind"], users))
    }
    try prepare(apus)
    #expect(try apus.script("touch data/y") == .silently)
    #expect(try apus.run().output == "65534 65534\n")
  }

  @Test func byTheContainersUserNamespace() throws {
    let apus = try UserNamespaceTests().sandbox("/bin/stat", "-c", "%u %g", "/data/x") {
      $0.mounts?.append(bind(["bind", "idmap"]))
    }
    try prepare(apus)
    #expect(try apus.run() == Finished(status: 0, output: "1000 1000\n", errors: ""))
  }

  @Test func byMappingsOfItsOwnInAUserNamespace() throws {
    let mapping = [Spec.Linux.IDMapping(containerID: 1000, hostID: 100_007, size: 1)]
    let gids = [Spec.Linux.IDMapping(containerID: 1000, hostID: 200_008, size: 1)]
    let apus = try UserNamespaceTests().sandbox("/bin/stat", "-c", "%u %g", "/data/x") {
      var mount = bind(["bind"], mapping)
      mount.gidMappings = gids
      $0.mounts?.append(mount)
    }
    try prepare(apus)
    #expect(try apus.run() == Finished(status: 0, output: "7 8\n", errors: ""))
  }

  @Test(arguments: [("ridmap", "0 0\n0 0\n"), ("idmap", "0 0\n1000 1000\n")])
  func whatIsMountedBelow(option: String, output: String) throws {
    let apus = try Sandbox("/bin/stat", "-c", "%u %g", "/data/x", "/data/below/x") {
      $0.mounts?.append(bind(["rbind", option], users))
    }
    try prepare(apus)
    let run = try apus.inOwnMounts(
      """
      mkdir data/below other
      mount --bind other data/below
      touch data/below/x
      chown 1000:1000 data/below/x
      \(apus.commandLine) run \(apus.id)
      """)
    #expect(run == Finished(status: 0, output: output, errors: ""))
  }

  @Test func aFileSystemThatCannotIsRefused() throws {
    let apus = try Sandbox("/bin/true") {
      var mount = bind(["bind"], users)
      mount.source = "/proc/sys"
      $0.mounts?.append(mount)
    }
    expectRefusal(try apus.create(), "/mounts/7", "/proc/sys", "MOUNT_ATTR_IDMAP", "EINVAL")
    #expect(apus.leftovers() == [])
  }

  @Test func severalInOneContainer() throws {
    let apus = try Sandbox("/bin/stat", "-c", "%u", "/data/x", "/other/x") {
      $0.mounts?.append(bind(["bind"], users))
      var mount = bind(["bind"], [.init(containerID: 1000, hostID: 5, size: 1)])
      mount.destination = "/other"
      $0.mounts?.append(mount)
    }
    try prepare(apus)
    #expect(try apus.run() == Finished(status: 0, output: "0\n5\n", errors: ""))
  }
}
