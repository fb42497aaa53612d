import OCISpec
import Testing

/// File systems of block devices, here of files by way of a loop device.
@Suite struct BlockDeviceMountTests {
  /// Runs the container with an ext4 as its last mount, of a device that can only be read.
  func run(_ apus: Sandbox) throws -> Finished {
    try apus.script(
      """
      truncate -s 4M image; mkfs.ext4 -q image || exit 99
      device=$(losetup --read-only --find --show image) || exit 99
      sed "s|DEVICE|$device|" config.json > new; mv new config.json
      $APUS run $ID; status=$?
      losetup --detach $device
      exit $status
      """)
  }

  func sandbox(_ options: String...) throws -> Sandbox {
    try Sandbox("/bin/probe") {
      $0.mounts?.append(
        Spec.Mount(destination: "/disk", type: "ext4", source: "DEVICE", options: options))
    }
  }

  @Test func readOnlyIsTheFileSystemItself() throws {
    let apus = try sandbox("ro")
    let mount = try #require(try apus.report(of: try run(apus)).mount(at: "/disk"))
    #expect(mount.type == "ext4")
    #expect(mount.options.split(separator: ",").contains("ro"))
    #expect(mount.superblock.split(separator: ",").contains("ro"))
  }

  /// The rules on devices are the container's, not those of who mounts for it.
  @Test func theDeviceItselfIsOfNoUseInside() throws {
    let apus = try sandbox("ro")
    try apus.configure {
      $0.process?.args = ["/bin/probe", "open:/dev/disk"]
      $0.linux?.devices = [.init(path: "/dev/disk", type: "b", major: 7, minor: 0)]
    }
    #expect(try apus.report(of: try run(apus)).answers["open:/dev/disk"] == "EPERM")
  }

  @Test func withoutAMountNamespaceToo() throws {
    let apus = try sandbox("ro")
    try apus.configure {
      $0.linux?.namespaces?.removeAll { $0.type == "mount" }
      // For a namespace of its cgroup, init waits until it is in that, and under its rules.
      $0.linux?.namespaces?.append(.init(type: "cgroup"))
      $0.linux?.maskedPaths = nil
      $0.linux?.readonlyPaths = nil
    }
    #expect(try apus.report(of: try run(apus)).mount(at: "/disk")?.type == "ext4")
    #expect(!text(of: "/proc/self/mountinfo").contains(apus.id))
  }

  @Test func whatCannotBeWrittenToIsRefusedElse() throws {
    expectRefusal(try run(try sandbox()), "/mounts/7", "/dev/loop", "EACCES")
  }
}
