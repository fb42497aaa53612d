import Glibc
import OCISpec
import Testing

/// With cgroups to write to, a container lifts its own limits, or has the host run a program.
@Suite("CVE-2023-25809, CVE-2022-0492: /sys/fs/cgroup is writable") struct CgroupWritable {
  /// What to write to: the folder, and in it each hierarchy and the files that matter.
  static let places: [String] = {
    let base = "/sys/fs/cgroup"
    let hierarchies = entries(of: base).filter { access("\(base)/\($0)/cgroup.procs", F_OK) == 0 }
    return [base, "\(base)/cgroup.procs", "\(base)/release_agent"]
      + hierarchies.flatMap { name in
        ["", "/cgroup.procs", "/devices.allow", "/release_agent", "/notify_on_release"].map {
          "\(base)/\(name)\($0)"
        }
      }
  }()

  private func expectNoneWritable(_ apus: Sandbox) throws {
    try apus.configure {
      $0.process?.args = ["/bin/probe"] + Self.places.map { "write:\($0)" }
    }
    let answers = try apus.report(of: try apus.run()).answers
    #expect(answers.count == Self.places.count)
    for (place, answer) in answers {
      #expect(["EROFS", "ENOENT", "EACCES"].contains(answer), "\(place)")
    }
  }

  @Test(
    "CVE-2023-25809: not in a user namespace, with or without a cgroup namespace",
    arguments: [
      true, false,
    ])
  func inAUserNamespace(ownCgroups: Bool) throws {
    try expectNoneWritable(
      UserNamespaceTests().sandbox {
        if ownCgroups { $0.linux?.namespaces?.append(.init(type: "cgroup")) }
      })
  }

  @Test("CVE-2022-0492: nor as root", arguments: [true, false])
  func asRoot(ownCgroups: Bool) throws {
    try expectNoneWritable(
      Sandbox { if ownCgroups { $0.linux?.namespaces?.append(.init(type: "cgroup")) } })
  }

  @Test("CVE-2023-25809: nor where /sys is the host's")
  func withTheHostsSys() throws {
    try expectNoneWritable(
      UserNamespaceTests().sandbox {
        $0.mounts?.removeAll { $0.destination.hasPrefix("/sys") }
        $0.mounts?.append(
          Spec.Mount(
            destination: "/sys", type: "none", source: "/sys",
            options: ["rbind", "nosuid", "noexec", "nodev", "ro"]))
      })
  }

  @Test("CVE-2023-25809: nor where a link of the image has led the cgroups elsewhere")
  func behindALink() throws {
    let apus = try Sandbox {
      $0.mounts?.removeAll { $0.destination == "/sys" }
      $0.linux?.maskedPaths = nil
    }
    try #require(
      try apus.script("mkdir -p rootfs/sys/fs rootfs/c; ln -s /c rootfs/sys/fs/cgroup") == .silently
    )
    try expectNoneWritable(apus)
  }
}
