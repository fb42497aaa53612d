import Glibc
import OCISpec
import Testing

/// `mounts` in config.json, as they look from inside.
@Suite struct MountTests {
  @Test func theDefaultConfigurationMountsWhatItSays() throws {
    let report = try Sandbox().report()
    let mounts: [(String, String, Set<String>)] = [
      ("/proc", "proc", ["rw", "relatime"]),
      ("/dev", "tmpfs", ["rw", "nosuid", "size=65536k", "mode=755"]),
      ("/dev/pts", "devpts", ["rw", "nosuid", "noexec", "gid=5", "mode=620", "ptmxmode=666"]),
      ("/dev/shm", "tmpfs", ["rw", "nosuid", "nodev", "noexec", "size=65536k"]),
      ("/dev/mqueue", "mqueue", ["rw", "nosuid", "nodev", "noexec"]),
      ("/sys", "sysfs", ["ro", "nosuid", "nodev", "noexec"]),
      (CgroupTests.place, "", ["ro", "nosuid", "nodev", "noexec"]),
    ]
    for (point, type, options) in mounts {
      let mount = try #require(report.mount(at: point), "\(point)")
      if !type.isEmpty { #expect(mount.type == type) }
      let missing = options.subtracting(mount.allOptions)
      #expect(missing == [], "\(point) \(mount.allOptions)")
    }
    // strictatime: the kernel shows no option for it.
    #expect(report.mount(at: "/dev")?.options == "rw,nosuid")
    #expect(report.mount(at: "/")?.options.hasPrefix("ro,") ?? false)
    // Nothing of the host's tree is left below the root.
    #expect(!report.mounts.contains { $0.point.hasPrefix("/tmp") || $0.point.hasPrefix("/.") })
    #expect(report.mounts.first?.point == "/")
  }

  @Test(arguments: [true, false]) func theRootIsReadonlyOrNot(readonly: Bool) throws {
    let apus = try Sandbox { $0.root?.readonly = readonly }
    let report = try apus.report("write:/", "write:/dev", "write:/dev/shm", "write:/sys")
    #expect(report.answers["write:/"] == (readonly ? "EROFS" : ""))
    #expect(report.answers["write:/dev"] == "")
    #expect(report.answers["write:/dev/shm"] == "")
    #expect(report.answers["write:/sys"] == "EROFS")
  }

  /// Options of one mount, and what the kernel shows for them.
  struct Options: CustomTestStringConvertible, Sendable {
    let options: [String]
    let shown: Set<String>
    let hidden: Set<String>
    var testDescription: String { options.joined(separator: ",") }

    init(_ options: String..., shown: Set<String> = [], hidden: Set<String> = []) {
      self.options = options
      self.shown = shown
      self.hidden = hidden
    }
  }

  static let attributes = [
    Options("ro", shown: ["ro"], hidden: ["rw"]),
    Options("rw", shown: ["rw"], hidden: ["ro"]),
    Options("ro", "rw", shown: ["rw"], hidden: ["ro"]),
    Options("rw", "ro", shown: ["ro"]),
    Options("nosuid", shown: ["nosuid"]), Options("nosuid", "suid", hidden: ["nosuid"]),
    Options("suid", "nosuid", shown: ["nosuid"]),
    Options("nodev", shown: ["nodev"]), Options("nodev", "dev", hidden: ["nodev"]),
    Options("noexec", shown: ["noexec"]), Options("noexec", "exec", hidden: ["noexec"]),
    Options("noatime", shown: ["noatime"], hidden: ["relatime"]),
    Options("noatime", "atime", shown: ["relatime"], hidden: ["noatime"]),
    Options("nodiratime", shown: ["nodiratime"]),
    Options("nodiratime", "diratime", hidden: ["nodiratime"]),
    Options("relatime", shown: ["relatime"]),
    Options("strictatime", hidden: ["relatime", "noatime"]),
    Options("strictatime", "nostrictatime", shown: ["relatime"]),
    Options("noatime", "relatime", shown: ["relatime"], hidden: ["noatime"]),
    Options("nosymfollow", shown: ["nosymfollow"]),
    Options("nosymfollow", "symfollow", hidden: ["nosymfollow"]),
    Options("nosuid", "nodev", "noexec", "ro", shown: ["nosuid", "nodev", "noexec", "ro"]),
    Options("rro", shown: ["ro"]), Options("rro", "rrw", hidden: ["ro"]),
    Options("rnosuid", shown: ["nosuid"]), Options("nosuid", "rsuid", hidden: ["nosuid"]),
    Options("rnodev", shown: ["nodev"]), Options("nodev", "rdev", hidden: ["nodev"]),
    Options("rnoexec", shown: ["noexec"]), Options("noexec", "rexec", hidden: ["noexec"]),
    Options("rnoatime", shown: ["noatime"], hidden: ["relatime"]),
    Options("rnodiratime", shown: ["nodiratime"]),
    Options("nodiratime", "rdiratime", hidden: ["nodiratime"]),
    Options("noatime", "rrelatime", shown: ["relatime"]),
    Options("rstrictatime", hidden: ["relatime", "noatime"]),
    Options("rnosymfollow", shown: ["nosymfollow"]),
    Options("nosymfollow", "rsymfollow", hidden: ["nosymfollow"]),
    Options("defaults", shown: ["rw", "relatime"]),
  ]

  static let superblock = [
    Options("sync", shown: ["sync"]), Options("sync", "async", hidden: ["sync"]),
    Options("dirsync", shown: ["dirsync"]), Options("lazytime", shown: ["lazytime"]),
    Options("lazytime", "nolazytime", hidden: ["lazytime"]),
    Options("size=64k", "mode=711", shown: ["size=64k", "mode=711"]),
    Options("silent", "loud", "iversion", "noiversion", "nomand", shown: ["rw"]),
    Options("nr_inodes=100", "uid=7", "gid=8", shown: ["nr_inodes=100", "uid=7", "gid=8"]),
  ]

  @Test(arguments: attributes + superblock) func optionsOfAFileSystem(case options: Options) throws
  {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/here", type: "tmpfs", source: "tmpfs", options: options.options))
    }
    try check(try apus.report(), options)
  }

  @Test(arguments: attributes + [Options("ro", "rrw", hidden: ["ro"])])
  func optionsOfABind(case options: Options) throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/here", type: "bind", source: "bin", options: ["rbind"] + options.options))
    }
    #expect(try apus.script("mkdir bin") == .silently)
    try check(try apus.report(), options)
  }

  private func check(_ report: Report, _ options: Options) throws {
    let mount = try #require(report.mount(at: "/here"))
    #expect(options.shown.subtracting(mount.allOptions) == [], "\(mount)")
    let ownOptions = Set(mount.options.split(separator: ",").map(String.init))
    #expect(options.hidden.intersection(ownOptions) == [], "\(mount)")
  }

  /// As mount(2) remounts, and so as runc: one way of access times replaces another, and who takes
  /// back what he hasn't asked for keeps what the host has.
  @Test(arguments: [
    ("noatime", "atime", ["noatime"]), ("noatime", "diratime", ["noatime"]),
    ("noatime,nodiratime", "nostrictatime", ["noatime", "nodiratime"]),
    ("noatime", "relatime", ["relatime"]), ("noatime", "nodiratime", ["nodiratime", "relatime"]),
    ("nodiratime", "noatime", ["noatime"]), ("noatime,nodiratime", "strictatime", []),
    ("noatime", "nodiratime,strictatime", ["nodiratime"]),
    ("strictatime", "relatime", ["relatime"]),
    ("noatime", "dev", ["noatime"]),
  ]) func accessTimesOfABind(host: String, option: String, expected: [String]) throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/here", type: "bind", source: "source",
          options: ["bind"] + option.split(separator: ",").map(String.init)))
      $0.process?.args = ["/bin/probe"]
    }
    let run = try apus.inOwnMounts(
      """
      mkdir source; mount -t tmpfs -o \(host) tmpfs source
      exec \(apus.commandLine) run \(apus.id)
      """)
    let mount = try #require(try apus.report(of: run).mount(at: "/here"))
    let shown = mount.options.split(separator: ",").map(String.init)
    #expect(Set(shown.filter { $0.hasSuffix("atime") }) == Set(expected), "\(mount)")
  }

  /// The plain word is for the mount alone, the one with an `r` also for what is mounted below.
  @Test(arguments: [
    ("ro", "ro"), ("nosuid", "nosuid"), ("nodev", "nodev"), ("noexec", "noexec"),
    ("noatime", "noatime"), ("nodiratime", "nodiratime"), ("nosymfollow", "nosymfollow"),
  ]) func attributesOfWhatIsMountedBelow(option: String, shown: String) throws {
    let apus = try Sandbox {
      for (place, options) in [("/one", ["rbind", option]), ("/all", ["rbind", "r" + option])] {
        $0.mounts?.append(
          Spec.Mount(destination: place, type: "bind", source: "source", options: options))
      }
      $0.process?.args = ["/bin/probe"]
    }
    let run = try apus.inOwnMounts(
      """
      mkdir -p source/below; mount -t tmpfs tmpfs source; mkdir source/below
      mount -t tmpfs tmpfs source/below
      exec \(apus.commandLine) run \(apus.id)
      """)
    let report = try apus.report(of: run)
    func isShown(_ point: String) throws -> Bool {
      try #require(report.mount(at: point), "\(point)").options.split(separator: ",")
        .contains(Substring(shown))
    }
    #expect(try isShown("/one"))
    #expect(try !isShown("/one/below"))
    #expect(try isShown("/all"))
    #expect(try isShown("/all/below"))
  }

  @Test func aBindIsWithOrWithoutWhatIsMountedBelow() throws {
    let apus = try Sandbox {
      for (place, option) in [("/one", "bind"), ("/all", "rbind")] {
        $0.mounts?.append(
          Spec.Mount(destination: place, type: "none", source: "source", options: [option]))
      }
      $0.process?.args = ["/bin/probe"]
    }
    let run = try apus.inOwnMounts(
      """
      mkdir -p source/below; mount -t tmpfs tmpfs source/below
      exec \(apus.commandLine) run \(apus.id)
      """)
    let report = try apus.report(of: run)
    #expect(report.mount(at: "/one/below") == nil)
    #expect(report.mount(at: "/all/below")?.type == "tmpfs")
  }

  /// A bind keeps the attributes of its source, or has those that are named.
  @Test(arguments: [
    (["bind"], "ro,nosuid,nodev,noexec,nosymfollow"),
    (["bind", "rprivate"], "ro,nosuid,nodev,noexec,nosymfollow"),
    (["bind", "rw"], "rw"), (["bind", "nodev"], "rw,nodev"), (["bind", "exec", "ro"], "ro"),
  ]) func whatABindKeepsOfItsSource(options: [String], shown: String) throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(destination: "/here", type: "bind", source: "source", options: options))
      $0.process?.args = ["/bin/probe"]
    }
    let report = try apus.report(
      of: try apus.inOwnMounts(
        """
        \(Self.wellKeptSource)
        exec \(apus.commandLine) run \(apus.id)
        """))
    let options = report.mount(at: "/here")?.options.split(separator: ",")
    #expect(options?.filter { $0 != "relatime" }.joined(separator: ",") == shown)
  }

  /// Root of a user namespace can't undo what the host has done, and isn't told that it was.
  @Test(arguments: [
    (["bind", "ro"], "ro,nosuid,nodev,noexec"), (["bind", "nodev"], "ro,nosuid,nodev,noexec"),
    (["bind", "rw"], nil), (["bind", "exec"], nil),
  ]) func whatAUserNamespacesBindKeepsOfItsSource(options: [String], shown: String?) throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(destination: "/here", type: "bind", source: "source", options: options))
      $0.process?.args = ["/bin/probe"]
      $0.linux?.namespaces?.append(.init(type: "user"))
      $0.linux?.uidMappings = [.init(containerID: 0, hostID: 500_000, size: 1000)]
      $0.linux?.gidMappings = [.init(containerID: 0, hostID: 500_000, size: 1000)]
    }
    let run = try apus.inOwnMounts(
      """
      chown -R 500000:500000 rootfs; chmod 755 .
      \(Self.wellKeptSource)
      exec \(apus.commandLine) run \(apus.id)
      """)
    guard let shown else { return expectRefusal(run, "/mounts/7", "EPERM") }
    let shownOptions = try apus.report(of: run).mount(at: "/here")?.options.split(separator: ",")
    #expect(shownOptions?.filter { $0 != "relatime" }.joined(separator: ",") == shown)
  }

  private static let wellKeptSource = """
    mkdir source; mount -t tmpfs tmpfs source
    mount -o remount,bind,ro,nosuid,nodev,noexec,nosymfollow source
    """

  @Test func aFileIsBoundOnAFile() throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/etc/told", type: "bind", source: "told", options: ["bind", "ro"]))
    }
    try apus.write("a secret", to: "told")
    let report = try apus.report("read:/etc/told", "write:/etc/told")
    #expect(report.answers["read:/etc/told"] == "a secret")
    #expect(report.answers["write:/etc/told"] == "EROFS")
  }

  @Test func tmpcopyupBringsTheContentAlong() throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/kept", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "nosuid"]))
    }
    let made = try apus.script(
      """
      mkdir -p rootfs/kept/below; echo content > rootfs/kept/below/file; chmod 604 rootfs/kept/*/*
      ln -s below/file rootfs/kept/link; chown 7:8 rootfs/kept/below; chmod 1755 rootfs/kept/below
      """)
    #expect(made == .silently)
    let report = try apus.report(
      "read:/kept/link", "write:/kept", "stat:/kept/below", "stat:/kept/below/file",
      "stat:/kept/link")
    #expect(report.mount(at: "/kept")?.type == "tmpfs")
    #expect(report.mount(at: "/kept")?.options.contains("nosuid") ?? false)
    #expect(report.answers["read:/kept/link"] == "content\n")
    #expect(report.answers["write:/kept"] == "")
    let below = try #require(report.nodes["/kept/below"])
    #expect((below.kind, below.mode, below.uid, below.gid) == ("d", 0o1755, 7, 8))
    #expect(report.nodes["/kept/below/file"]?.mode == 0o604)
    #expect(report.nodes["/kept/link"]?.target == "below/file")
  }

  @Test func aRemountChangesTheMountAndItsFileSystem() throws {
    let apus = try Sandbox {
      $0.mounts? += [
        Spec.Mount(destination: "/here", type: "tmpfs", options: ["size=64k", "mode=711"]),
        Spec.Mount(destination: "/here", options: ["remount", "size=128k", "noexec"]),
      ]
    }
    let mount = try #require(try apus.report().mount(at: "/here"))
    #expect(mount.allOptions.isSuperset(of: ["size=128k", "mode=711", "noexec"]), "\(mount)")
    try apus.configure {
      $0.mounts?.append(Spec.Mount(destination: "/here", options: ["remount", "nonsense"]))
    }
    expectRefusal(try apus.create(), "/mounts/9", "nonsense", "EINVAL")
  }

  /// A link in the image leads nowhere but into the container.
  @Test func aMountPointBehindALinkStaysInTheContainer() throws {
    let apus = try Sandbox { spec in
      for place in ["/absolute/new", "/relative/new"] {
        spec.mounts?.append(
          Spec.Mount(destination: place, type: "tmpfs", source: "tmpfs", options: []))
      }
    }
    let made = try apus.script(
      """
      mkdir outside; ln -s $PWD/outside rootfs/absolute
      ln -s ../../../../../../../../../../$PWD/outside rootfs/relative
      """)
    #expect(made == .silently)
    let report = try apus.report()
    #expect(report.mounts.filter { $0.point == "\(apus.folder)/outside/new" }.count == 2)
    #expect(entries(of: "\(apus.folder)/outside") == [])
  }
}
