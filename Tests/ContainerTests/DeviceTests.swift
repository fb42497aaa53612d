import OCISpec
import Testing

/// What is in /dev, and what of it may be used.
@Suite struct DeviceTests {
  @Test func theDefaultDevicesAndLinks() throws {
    let dev = try Sandbox().report().dev
    let devices: [(String, UInt32, UInt32)] = [
      ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9),
      ("tty", 5, 0),
    ]
    for (name, major, minor) in devices {
      let node = Report.Node(
        kind: "c", mode: 0o666, uid: 0, gid: 0, major: major, minor: minor, target: nil)
      #expect(dev[name] == node, "\(name)")
    }
    let links = [
      "ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
      "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
    ]
    for (name, target) in links {
      #expect(dev[name]?.kind == "l", "\(name)")
      #expect(dev[name]?.target == target)
    }
    let rest = Set(dev.keys).subtracting(devices.map(\.0)).subtracting(links.keys)
    #expect(rest.subtracting(["core"]) == ["pts", "shm", "mqueue"])
  }

  @Test func theDevicesOfTheConfiguration() throws {
    let apus = try Sandbox {
      $0.linux?.devices = [
        Spec.Linux.Device(
          path: "/dev/own", type: "c", major: 1, minor: 5, fileMode: 0o640, uid: 7, gid: 8),
        Spec.Linux.Device(path: "/dev/deep/down/block", type: "b", major: 7, minor: 200),
        Spec.Linux.Device(path: "/dev/fifo", type: "p", fileMode: 0o622),
        Spec.Linux.Device(path: "/dev/unbuffered", type: "u", major: 1, minor: 3, fileMode: 0o600),
        Spec.Linux.Device(path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 0o600),
      ]
    }
    let report = try apus.report("stat:/dev/deep/down/block", "stat:/dev/deep")
    func node(
      _ kind: String, _ mode: UInt32, _ major: UInt32, _ minor: UInt32, uid: UInt32 = 0,
      gid: UInt32 = 0
    ) -> Report.Node {
      Report.Node(
        kind: kind, mode: mode, uid: uid, gid: gid, major: major, minor: minor, target: nil)
    }
    #expect(report.dev["own"] == node("c", 0o640, 1, 5, uid: 7, gid: 8))
    #expect(report.nodes["/dev/deep/down/block"] == node("b", 0o666, 7, 200))
    #expect(report.nodes["/dev/deep"]?.mode == 0o755)
    #expect(report.dev["fifo"] == node("p", 0o622, 0, 0))
    #expect(report.dev["unbuffered"] == node("c", 0o600, 1, 3))
    #expect(report.dev["null"] == node("c", 0o600, 1, 3))
  }

  /// A node is of no use without a rule that allows it.
  @Test(arguments: [false, true]) func whatTheRulesAllowCanBeOpened(allowed: Bool) throws {
    let apus = try Sandbox {
      $0.linux?.devices = [
        Spec.Linux.Device(path: "/dev/kmsg", type: "c", major: 1, minor: 11)
      ]
      $0.process?.capabilities?.bounding?.append("CAP_SYSLOG")
      $0.process?.capabilities?.permitted?.append("CAP_SYSLOG")
      $0.process?.capabilities?.effective?.append("CAP_SYSLOG")
      if allowed {
        $0.linux?.resources?.devices?.append(
          Spec.Linux.Resources.DeviceRule(
            allow: true, type: "c", major: 1, minor: 11, access: "r"))
      }
    }
    let answers = try apus.report(
      "open:/dev/kmsg", "write:/dev/kmsg", "write:/dev/null", "open:/dev/zero", "open:/dev/full",
      "open:/dev/urandom", "open:/dev/ptmx"
    ).answers
    #expect(answers["open:/dev/kmsg"] == (allowed ? "" : "EPERM"))
    #expect(answers["write:/dev/kmsg"] == "EPERM")
    for name in ["write:/dev/null", "open:/dev/zero", "open:/dev/full", "open:/dev/urandom"] {
      #expect(answers[name] == "", "\(name)")
    }
    #expect(answers["open:/dev/ptmx"] == "")
  }

  /// A link in the image must not make nodes on the host (CVE-2026-41579).
  @Test func aLinkInPlaceOfDevStaysInTheContainer() throws {
    let apus = try Sandbox("/bin/true") {
      $0.mounts?.removeAll { $0.destination.hasPrefix("/dev") }
      $0.root?.readonly = false
    }
    #expect(try apus.script("mkdir outside; ln -s $PWD/outside rootfs/dev") == .silently)
    let run = try apus.run()
    if run.status != 0 { expectRefusal(run, "/dev") }
    #expect(entries(of: "\(apus.folder)/outside") == [])
  }
}
