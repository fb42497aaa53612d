import Glibc
import JSON
import OCISpec
import Testing

/// What `features` promises, tried out. (features.md, features-linux.md: it is about this program,
/// whatever the host can do.)
@Suite struct FeaturesTests {
  /// What this build says of itself.
  static func told() throws -> Features {
    let apus = try variable("APUS")
    let answer = try Command([apus, "features"]).finish()
    try #require(answer.status == 0 && answer.errors == "", "\(answer)")
    return try decodeJSON(Features.self, from: Array(answer.output.utf8))
  }

  static func toldOfLinux() throws -> Features.Linux { try #require(try told().linux) }

  @Test func nothingIsLeftUnsaid() throws {
    let features = try Self.told()
    let lists = [
      features.hooks, features.mountOptions, features.linux?.namespaces,
      features.linux?.capabilities, features.linux?.seccomp?.actions,
      features.linux?.seccomp?.operators, features.linux?.seccomp?.archs,
      features.linux?.seccomp?.knownFlags, features.linux?.seccomp?.supportedFlags,
      features.linux?.memoryPolicy?.modes, features.linux?.memoryPolicy?.flags,
      features.potentiallyUnsafeConfigAnnotations,
    ]
    for list in lists {
      let list = try #require(list)
      #expect(!list.isEmpty)
      #expect(Set(list).count == list.count)
    }
    #expect(features.annotations?.isEmpty == false)
  }

  @Test func versionsFromTheOldestToTheNewest() throws {
    let features = try Self.told()
    let apus = try Sandbox("/bin/true")
    for version in [features.ociVersionMin, features.ociVersionMax] {
      let version = try #require(version)
      try apus.configure { $0.ociVersion = version }
      #expect(try apus.run() == .silently, "\(version)")
    }
    try apus.configure { $0.ociVersion = "2.0.0" }
    expectRefusal(try apus.run(), "/ociVersion", "2.0.0")
  }

  @Test func hooksOfEveryKindRun() throws {
    let kinds = try #require(try Self.told().hooks)
    let apus = try Sandbox("/bin/true") { $0.root?.readonly = false }
    let hooks = kinds.map { kind in
      let log = kind == "startContainer" ? "/log" : "\(apus.folder)/rootfs/log"
      return #""\#(kind)":[{"path":"/bin/sh","args":["sh","-c","echo \#(kind) >> \#(log)"]}]"#
    }
    let spec = text(of: "\(apus.folder)/config.json")
    try apus.write(
      "{\"hooks\":{\(hooks.joined(separator: ","))}," + spec.dropFirst(), to: "config.json")
    #expect(try apus.run() == .silently)
    #expect(lines(of: "\(apus.folder)/rootfs/log").sorted() == kinds.sorted())
  }

  /// A mount that the option means something for.
  private func mount(_ option: String) -> Spec.Mount {
    let place = "/mounts/\(option)"
    switch option {
    case "remount":
      return Spec.Mount(destination: "/dev/mqueue", type: "mqueue", options: [option, "ro"])
    case "bind", "rbind", "copy-symlink", "src-nofollow", "dest-nofollow":
      return Spec.Mount(destination: place, source: "source", options: ["bind", option])
    case "idmap", "ridmap":
      let mapping = [Spec.Linux.IDMapping(containerID: 0, hostID: 100_000, size: 1)]
      return Spec.Mount(
        destination: place, source: "source", options: ["rbind", option], uidMappings: mapping,
        gidMappings: mapping)
    default: return Spec.Mount(destination: place, type: "tmpfs", options: [option])
    }
  }

  /// What each comes to, ``MountTests`` and its like have.
  @Test func everyMountOptionMounts() throws {
    let options = try #require(try Self.told().mountOptions)
    let apus = try Sandbox { $0.mounts? += options.map(mount) }
    let places = options.map { "rootfs/mounts/\($0)" }.joined(separator: " ")
    #expect(try apus.script("mkdir -p source \(places)") == .silently)
    let report = try apus.report()
    for option in options where option != "remount" {
      #expect(report.mount(at: "/mounts/\(option)") != nil, "\(option)")
    }
    #expect(report.mount(at: "/dev/mqueue")?.options.hasPrefix("ro,") == true)
  }

  @Test func namespacesOfEveryTypeAreMade() throws {
    let types = try #require(try Self.toldOfLinux().namespaces)
    let apus = try UserNamespaceTests().sandbox {
      $0.linux?.namespaces = types.map { Spec.Linux.Namespace(type: $0) }
    }
    let report = try apus.report()
    for type in types {
      let name = try #require(NamespaceTests.names[type], "\(type)")
      let inode = try #require(report.namespaces[name])
      #expect(inode != NamespaceTests().inode(name), "\(type)")
    }
  }

  /// In the order of their numbers: those that the host itself has, or the kernel would refuse them.
  @Test func everyCapabilityIsTheKernels() throws {
    let names = try #require(try Self.toldOfLinux().capabilities)
    let last = try #require(Int(lines(of: "/proc/sys/kernel/cap_last_cap").first ?? ""))
    #expect(names.count == last + 1)
    let own = lines(of: "/proc/self/status").first { $0.hasPrefix("CapBnd:") }
    let mask = try #require(UInt64(own?.split(separator: "\t").last ?? "", radix: 16))
    let numbers = names.indices.filter { mask & (1 << UInt64($0)) != 0 }
    let granted = numbers.map { names[$0] }
    let apus = try Sandbox {
      $0.process?.capabilities = Spec.Process.Capabilities(
        bounding: granted, effective: granted, inheritable: granted, permitted: granted,
        ambient: granted)
    }
    let status = try apus.report().status
    let expected = numbers.reduce(0) { $0 | 1 << UInt64($1) } as UInt64
    #expect(status.bounding == expected)
    #expect(status.effective == expected && status.permitted == expected)
    #expect(status.inheritable == expected && status.ambient == expected)
    // And each name has its own number.
    for number in numbers.prefix(4) {
      try apus.configure { $0.process?.capabilities = .init(bounding: [names[number]]) }
      #expect(try apus.report().status.bounding == 1 << UInt64(number), "\(names[number])")
    }
  }

  @Test func memoryPoliciesOfEveryModeAndFlag() throws {
    let policy = try #require(try Self.toldOfLinux().memoryPolicy)
    let apus = try Sandbox("/bin/true")
    for mode in policy.modes ?? [] {
      let nodes = ["MPOL_DEFAULT", "MPOL_LOCAL"].contains(mode) ? nil : "0"
      try apus.configure { $0.linux?.memoryPolicy = .init(mode: mode, nodes: nodes) }
      let run = try apus.run()
      if mode == "MPOL_WEIGHTED_INTERLEAVE", run.status != 0 {
        expectRefusal(run, "/linux/memoryPolicy", "EINVAL")  // before Linux 6.9
        let version = text(of: "/proc/sys/kernel/osrelease").split(separator: ".").prefix(2)
        let numbers = version.compactMap { Int($0) }
        #expect(numbers.lexicographicallyPrecedes([6, 9]))
      } else {
        #expect(run == .silently, "\(mode)")
      }
    }
    for flag in policy.flags ?? [] {
      try apus.configure {
        $0.linux?.memoryPolicy = .init(mode: "MPOL_BIND", nodes: "0", flags: [flag])
      }
      #expect(try apus.run() == .silently, "\(flag)")
    }
  }

  @Test func whatIsNotSupportedIsRefused() throws {
    let cgroup = try #require(try Self.toldOfLinux().cgroup)
    #expect(cgroup.v1 == true && cgroup.v2 == true)
    let apus = try Sandbox("/bin/true")
    let systemd = try apus("--systemd-cgroup", "features")
    #expect((systemd.status == 0) == (cgroup.systemd == true), "\(systemd)")
    try apus.configure { $0.linux?.resources?.rdma = ["none": .init(hcaHandles: 1)] }
    let rdma = try apus.create()
    #expect(rdma.status == 1 && rdma.errors.contains("/linux/resources/rdma"), "\(rdma)")
    #expect(rdma.errors.contains("this version of apus") == (cgroup.rdma == false), "\(rdma)")
  }

  /// That they are supported is not that the host has them: ``LabelTests``, ``IntelRdtTests``.
  @Test func theRestIsSupported() throws {
    let linux = try Self.toldOfLinux()
    #expect(linux.apparmor?.enabled == true && linux.selinux?.enabled == true)
    let rdt = Features.Linux.IntelRdt(enabled: true, schemata: true, monitoring: true)
    #expect(linux.intelRdt == rdt)
    #expect(linux.mountExtensions?.idmap?.enabled == true)
    #expect(linux.netDevices?.enabled == true)
  }

  /// One that callers keep from users all the same, since runc's record has it.
  @Test func anUnsafeAnnotationIsHarmlessHere() throws {
    let names = try #require(try Self.told().potentiallyUnsafeConfigAnnotations)
    #expect(names == ["bundle", "org.systemd.property.", "org.criu.config"])
    let apus = try Sandbox("/bin/true") { $0.annotations = ["bundle": "/evil"] }
    #expect(try apus.create() == .silently)
    #expect(try apus.state().bundle == apus.folder)
  }

  @Test func theVersionIsThatOfTheProgram() throws {
    let annotations = try #require(try Self.told().annotations)
    let version = try #require(annotations["org.apus.version"])
    let shown = try Command([try variable("APUS"), "--version"]).finish().output
    #expect(shown.contains(version))
    #expect(annotations["org.opencontainers.runc.checkpoint.enabled"] == "true")
    let seccomp = try #require(annotations["io.github.seccomp.libseccomp.version"])
    #expect(try Regex(#"2\.\d+\.\d+"#).wholeMatch(in: seccomp) != nil, "\(seccomp)")
  }
}
