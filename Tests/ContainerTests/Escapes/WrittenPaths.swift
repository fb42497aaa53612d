import Glibc
import OCISpec
import Testing

/// Whatever the runtime makes or writes in a root file system, the image may have a link there that
/// leads out.
@Suite(
  "CVE-2025-24965, CVE-2026-41579, CVE-2026-47766, CVE-2026-88264: links where things are made")
struct WrittenPaths {
  /// A configuration in which /dev is the image's, so that all of it is made there.
  static func withTheImagesDev(_ spec: inout Spec) {
    spec.root?.readonly = false
    spec.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
    spec.linux?.maskedPaths = nil
  }

  static let devices = [
    "null", "zero", "full", "random", "urandom", "tty", "ptmx", "fd", "stdin", "stdout", "stderr",
    "core", "own", "pipe",
  ]

  /// To something that is there, or that would be made.
  static let targets = ["file", "new"]

  @Test("CVE-2025-24965: a device or link of /dev", arguments: devices, targets)
  func aDevice(name: String, target: String) throws {
    let apus = try Sandbox("/bin/true") {
      Self.withTheImagesDev(&$0)
      $0.linux?.devices = [
        .init(path: "/dev/own", type: "c", major: 1, minor: 3, uid: 7, gid: 7),
        .init(path: "/dev/pipe", type: "p", uid: 7, gid: 7),
      ]
    }
    try apus.makeOutside()
    let made = try apus.script("mkdir rootfs/dev; ln -s $PWD/outside/\(target) rootfs/dev/\(name)")
    try #require(made == .silently)
    _ = try expectNothingOutside(apus) { try apus.run() }
    #expect(apus.leftovers() == [])
  }

  @Test("CVE-2025-24965: a device in a user namespace, bound and not made", arguments: targets)
  func aBoundDevice(target: String) throws {
    let apus = try UserNamespaceTests().sandbox("/bin/true") { Self.withTheImagesDev(&$0) }
    try apus.makeOutside()
    let made = try apus.script(
      "mkdir rootfs/dev; ln -s $PWD/outside/\(target) rootfs/dev/zero; chown -hR 100000 rootfs/dev")
    try #require(made == .silently)
    expectRefusal(try expectNothingOutside(apus) { try apus.run() }, "/dev/zero", "ELOOP")
  }

  static let folders = ["dev", "run", "etc", "srv", "new"]

  @Test("CVE-2026-41579, CVE-2026-47766: the folder of what is made", arguments: folders)
  func aFolder(name: String) throws {
    let apus = try Sandbox("/bin/true") {
      Self.withTheImagesDev(&$0)
      for place in ["/etc/hosts", "/etc/file"] {
        $0.mounts?.append(
          Spec.Mount(destination: place, type: "bind", source: "config.json", options: ["bind"]))
      }
      for place in ["/srv/folder", "/srv/made"] {
        $0.mounts?.append(Spec.Mount(destination: place, type: "tmpfs", source: "tmpfs"))
      }
      $0.process?.cwd = "/new/cwd"
      $0.linux?.devices = [.init(path: "/dev/pipe", type: "p", uid: 7, gid: 7)]
      $0.linux?.maskedPaths = ["/etc/file", "/srv/folder"]
      $0.linux?.readonlyPaths = ["/run/folder", "/new/file"]
    }
    try apus.makeOutside()
    try #require(try apus.script("ln -s $PWD/outside rootfs/\(name)") == .silently)
    let run = try expectNothingOutside(apus) { try apus.run() }
    #expect(run == .silently)
  }

  @Test("CVE-2025-24965: what is masked or made read-only", arguments: targets)
  func whatIsHidden(target: String) throws {
    let apus = try Sandbox {
      $0.linux?.maskedPaths = ["/masked"]
      $0.linux?.readonlyPaths = ["/kept"]
    }
    try apus.makeOutside()
    let made = try apus.script(
      "for name in masked kept; do ln -s $PWD/outside/\(target) rootfs/$name; done")
    try #require(made == .silently)
    _ = try expectNothingOutside(apus) { try apus.report() }
  }

  @Test("CVE-2025-24965: the folder of the notify socket", arguments: ["run", "run/notify"])
  func theNotifySocket(link: String) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try apus.makeOutside()
    let made = try apus.script(
      "mkdir -p $(dirname rootfs/\(link)) && ln -s $PWD/outside/new rootfs/\(link)")
    try #require(made == .silently)
    let run = try expectNothingOutside(apus) {
      // That nobody listens there counts at the start only.
      try apus.script("NOTIFY_SOCKET=$PWD/manager exec $APUS create $ID")
    }
    #expect(run == .silently)
    let mounts = text(of: "/proc/\(try apus.pid())/mountinfo")
    #expect(mounts.contains(" \(apus.outside)/new"), "\(mounts)")
  }

  @Test("CVE-2026-88264: the terminal at /dev/console", arguments: targets)
  func theConsole(target: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.root?.readonly = false
      $0.process?.terminal = true
      $0.mounts?.removeAll { $0.destination == "/dev" }
    }
    try apus.makeOutside()
    let made = try apus.script(
      "mkdir rootfs/dev; ln -s $PWD/outside/\(target) rootfs/dev/console")
    try #require(made == .silently)
    let run = try expectNothingOutside(apus) {
      try apus.script("script -qec \"$APUS run $ID\" /dev/null < /dev/null")
    }
    #expect(run.output.contains("on a link, /dev/console"), "\(run)")
    #expect(apus.leftovers() == [])
  }
}
