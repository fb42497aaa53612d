import JSON
import OCISpec
import Testing

/// The configuration that `spec` writes.
struct DefaultSpecTests {
  @Test(arguments: [false, true], [false, true])
  func defaultIsValid(rootless: Bool, unifiedCgroups: Bool) {
    let spec = Spec.default(rootless: rootless, uid: 1000, unifiedCgroups: unifiedCgroups)
    #expect(spec.validate() == [])
    #expect(spec.warnings() == [])
  }

  @Test func theBytesAreRuncs() {
    #expect(encode(Spec.default(), .pretty(indent: "\t")) == runcsDefault)
  }

  @Test func cgroupNamespaceWithUnifiedCgroups() {
    let types = Spec.default(unifiedCgroups: true).linux?.namespaces?.map(\.type)
    #expect(types == ["pid", "network", "ipc", "uts", "mount", "cgroup"])
    let rootless = Spec.default(rootless: true, unifiedCgroups: true).linux?.namespaces?.map(\.type)
    #expect(rootless == ["pid", "ipc", "uts", "mount", "cgroup", "user"])
  }

  @Test func rootlessMapsTheUser() {
    let spec = Spec.default(rootless: true, uid: 1000, gid: 100)
    #expect(spec.linux?.uidMappings == [.init(containerID: 0, hostID: 1000, size: 1)])
    #expect(spec.linux?.gidMappings == [.init(containerID: 0, hostID: 100, size: 1)])
    #expect(spec.linux?.resources == nil)
    #expect(
      spec.mounts?[2].options == ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"])
    #expect(
      spec.mounts?[5]
        == Spec.Mount(
          destination: "/sys", type: "none", source: "/sys",
          options: ["rbind", "nosuid", "noexec", "nodev", "ro"]))
  }
}
