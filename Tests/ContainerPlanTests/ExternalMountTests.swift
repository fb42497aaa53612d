import Cgroups
import ContainerPlan
import OCISpec
import Testing

/// What a plan tells CRIU of the host's mounts.
@Suite struct ExternalMountTests {
  private func mounts(cgroups: CgroupLayout = .unified, _ edit: (inout Spec) -> Void) throws
    -> [ExternalMount]
  {
    var spec = Spec.default()
    edit(&spec)
    return try plan(for: spec, cgroups: cgroups).externalMounts(of: spec)
  }

  private func bind(_ source: String, _ destination: String, _ options: String...) -> Spec.Mount {
    Spec.Mount(
      destination: destination, type: "bind", source: source, options: ["bind"] + options)
  }

  @Test func aBindIsNamedByItsPlaceInTheConfiguration() throws {
    let found = try mounts {
      $0.linux?.maskedPaths = []
      $0.mounts?.append(bind("/srv/data", "/a/../data//x/", "ro"))
    }
    #expect(found.map(\.name) == ["/data/x"])
    #expect(found.map(\.source) == [.path("/srv/data")])
    #expect(found.allSatisfy { $0.isReadonly && $0.pointer.hasPrefix("/mounts/") })
  }

  @Test func aSourceIsTheBundleItself() throws {
    let found = try mounts {
      $0.linux?.maskedPaths = []
      $0.mounts?.append(bind("/srv/./data/.", "/here"))
    }
    #expect(found.map(\.source) == [.path("/srv/data")])
  }

  @Test func hiddenFilesAreTheNullDevice() throws {
    let found = try mounts { $0.linux?.maskedPaths = ["/proc/keys", "/proc/acpi"] }
    #expect(found.map(\.name) == ["/dev/null", "/dev/null"])
    #expect(found.map(\.destination) == ["/proc/keys", "/proc/acpi"])
    #expect(found.allSatisfy { $0.source == .null })
  }

  @Test func cgroupsOfVersion1AreTheContainersOwn() throws {
    let found = try mounts(cgroups: hybrid) {
      $0.linux?.maskedPaths = []
      $0.linux?.namespaces?.removeAll { $0.type == "cgroup" }
      $0.mounts?.removeAll { $0.type == "cgroup" }
      $0.mounts?.append(Spec.Mount(destination: "/sys/fs/cgroup", type: "cgroup"))
    }
    #expect(!found.isEmpty)
    for mount in found {
      #expect(mount.name.hasPrefix("/sys/fs/cgroup/"))
      guard case .cgroup(let path) = mount.source else {
        Issue.record("\(mount)")
        continue
      }
      #expect(path.hasPrefix("/sys/fs/cgroup/"))
    }
  }

  @Test("CVE-2026-119614: a place that CRIU can't read back is refused")
  func aPlaceWithABracketAndAColon() throws {
    let error = #expect(throws: PlanError.self) {
      try mounts { $0.mounts = [bind("/srv/a", "/a]:/etc")] }
    }
    #expect(error?.pointer == "/mounts/0")
    #expect(error?.description.contains("\"]:\"") == true)
    #expect(throws: Never.self) { try mounts { $0.mounts?.append(bind("/srv/a", "/a]b:c")) } }
  }

  @Test("CVE-2026-119101: two mounts of one name are refused")
  func twoMountsOfOneName() throws {
    let error = #expect(throws: PlanError.self) {
      try mounts { $0.mounts = [bind("/srv/a", "/a"), bind("/etc", "/x/../a")] }
    }
    #expect(error?.pointer == "/mounts/1")
    // The null device's name is that of what is hidden.
    #expect(throws: PlanError.self) {
      try mounts {
        $0.mounts?.append(bind("/etc/shadow", "/dev/null"))
        $0.linux?.maskedPaths = ["/proc/keys"]
      }
    }
  }

  @Test func anIDMappedMountIsRefused() throws {
    let ids = [Spec.Linux.IDMapping(containerID: 0, hostID: 1000, size: 1)]
    #expect(throws: PlanError.self) {
      try mounts {
        var mount = bind("/srv/a", "/a")
        mount.uidMappings = ids
        mount.gidMappings = ids
        $0.mounts?.append(mount)
      }
    }
  }
}
