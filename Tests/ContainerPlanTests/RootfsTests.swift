import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// The root file system of a plan: devices, the change of root, and what becomes read-only when.
struct RootfsTests {
  @Test(arguments: [("rootfs", "/bundle/rootfs"), ("/images/a", "/images/a")])
  func whereItIs(_ path: String, _ expected: String) throws {
    let plan = try plan { $0.root?.path = path }
    #expect(plan.actions.contains(.openRootfs(expected)))
  }

  @Test(arguments: [(false, Action.pivotRoot), (true, .moveRoot)])
  func theChangeOfRoot(noPivot: Bool, _ expected: Action) throws {
    let plan = try plan(facts: { $0.noPivot = noPivot })
    #expect(plan.actions.filter { $0 == .pivotRoot || $0 == .moveRoot } == [expected])
  }

  @Test func aReadonlyRootComesAfterAllThatIsMade() throws {
    let plan = try plan {
      $0.root?.readonly = true
      $0.process?.cwd = "/srv/../home"
      $0.process?.terminal = true
      $0.mounts = [.init(destination: "/data", type: "tmpfs")]
    }
    #expect(
      plan.has(
        inOrder: "mount tmpfs at /data", "make the device /dev/null", "pivot_root",
        "make the directory /home if it is missing  (/process/cwd)", "open a terminal",
        "remount / ro  (/root/readonly)", "change to the directory /srv/../home  (/process/cwd)"))
  }

  @Test func aWritableRootStaysAsItIs() throws {
    #expect(try plan { $0.root?.readonly = false }.lines("remount /") == [])
  }

  @Test func theRootItselfIsNoDirectoryToMake() throws {
    #expect(try plan { $0.process?.cwd = "/a/.." }.lines("make the directory") == [])
  }

  @Test(arguments: ["/dev", "/run"])
  func aReadonlyTmpfsIsFilledFirst(_ destination: String) throws {
    let plan = try plan {
      $0.mounts = [
        .init(destination: destination, type: "tmpfs", options: ["nosuid", "ro"]),
        .init(destination: "\(destination)/below", source: "/x", options: ["bind"]),
      ]
    }
    #expect(
      plan.has(
        inOrder: "mount tmpfs at \(destination), nosuid  (/mounts/0)",
        "bind /x at \(destination)/below", "make the device /dev/null", "pivot_root",
        "remount \(destination) ro  (/mounts/0/options)"))
  }

  @Test(
    arguments: [
      (["ro"], true), (["rro"], true), (["rw", "rro"], true), (["ro", "rrw"], false),
      (["rw"], false), (["ro", "rw"], false), ([], false),
    ])
  func whenATmpfsBecomesReadonly(_ options: [String], _ expected: Bool) throws {
    let plan = try plan {
      $0.mounts = [.init(destination: "/run", type: "tmpfs", options: options)]
    }
    #expect(plan.lines("remount /run ro  (/mounts/0/options)").count == (expected ? 1 : 0))
    #expect(plan.lines("mount tmpfs").allSatisfy { !$0.contains("ro  (") })
  }

  @Test func aDevOfAnotherTypeIsFilledFirst() throws {
    let plan = try plan {
      $0.mounts = [.init(destination: "/dev/", type: "devtmpfs", options: ["ro"])]
    }
    #expect(
      plan.has(inOrder: "mount devtmpfs at /dev", "make the device /dev/null", "remount /dev ro"))
  }

  // Propagation.

  @Test(
    arguments: [
      (nil, ["make / rslave"]),
      ("", ["make / rslave"]),
      ("slave", ["make / rslave  (P)"]),
      ("rslave", ["make / rslave  (P)"]),
      ("private", ["make / rprivate  (P)", "make / private  (P)"]),
      ("rprivate", ["make / rprivate  (P)", "make / rprivate  (P)"]),
      // The mount that holds the rootfs would carry the container's root to the host.
      (
        "shared",
        [
          "make / rshared  (P)", "make the mount that holds /bundle/rootfs private  (P)",
          "make / shared  (P)",
        ]
      ),
      (
        "rshared",
        [
          "make / rshared  (P)", "make the mount that holds /bundle/rootfs private  (P)",
          "make / rshared  (P)",
        ]
      ),
      // What is unbindable can't be bound: so that comes after the pivot.
      ("unbindable", ["make / rprivate  (P)", "make / unbindable  (P)"]),
      ("runbindable", ["make / rprivate  (P)", "make / runbindable  (P)"]),
    ] as [(String?, [String])])
  func propagation(_ wanted: String?, _ expected: [String]) throws {
    let plan = try plan { $0.linux?.rootfsPropagation = wanted }
    let lines = plan.lines("make / ", "make the mount that holds")
    #expect(
      lines.map { $0.replacing("/linux/rootfsPropagation", with: "P") } == expected)
    let before = plan.place("bind the root file system /bundle/rootfs on itself  (/root/path)")
    let firstOfAll = plan.actions.firstIndex {
      if case .setRootPropagation = $0 { true } else { false }
    }
    #expect((firstOfAll ?? .max) < (before ?? -1))
  }

  @Test func theRootBecomesUnbindableWhenAllIsMasked() throws {
    // A mask is a bind of something in the container.
    let plan = try plan {
      $0.linux?.rootfsPropagation = "unbindable"
      $0.linux?.maskedPaths = ["/proc/kcore"]
      $0.linux?.readonlyPaths = ["/proc/sys"]
    }
    #expect(
      plan.has(
        inOrder: "pivot_root", "make /proc/sys read-only", "mask /proc/kcore",
        "make / unbindable  (/linux/rootfsPropagation)"))
  }

  // Devices.

  private func devices(_ devices: Spec.Linux.Device...) throws -> [PlannedDevice] {
    try plan { $0.linux?.devices = devices }.actions.compactMap {
      if case .makeDevice(let device) = $0 { device } else { nil }
    }
  }

  @Test func theDefaultDevices() throws {
    let made = try devices()
    #expect(
      made.map { "\($0.path) \($0.type) \($0.major):\($0.minor)" } == [
        "/dev/null c 1:3", "/dev/random c 1:8", "/dev/full c 1:7", "/dev/tty c 5:0",
        "/dev/zero c 1:5", "/dev/urandom c 1:9",
      ])
    #expect(made.allSatisfy { $0.mode == 0o666 && $0.uid == 0 && $0.gid == 0 })
  }

  @Test func theDefaultLinks() throws {
    #expect(
      try plan().lines("link") == [
        "link /dev/ptmx to pts/ptmx", "link /dev/fd to /proc/self/fd",
        "link /dev/stdin to /proc/self/fd/0", "link /dev/stdout to /proc/self/fd/1",
        "link /dev/stderr to /proc/self/fd/2", "link /dev/core to /proc/kcore",
      ])
  }

  @Test(
    arguments: [
      (
        Spec.Linux.Device(path: "/dev/fuse", type: "c", major: 10, minor: 229),
        "make the device /dev/fuse, c 10:229, mode 0666"
      ),
      (
        Spec.Linux.Device(
          path: "/dev//sda", type: "b", major: 8, minor: 0, fileMode: 0o60640, uid: 1, gid: 6),
        "make the device /dev/sda, b 8:0, mode 0640, owner 1:6"
      ),
      // The same as c, for a device without a buffer.
      (
        Spec.Linux.Device(path: "/dev/x", type: "u", major: 1, minor: 2, fileMode: 0),
        "make the device /dev/x, c 1:2, mode 00"
      ),
      (
        Spec.Linux.Device(path: "/dev/pipe", type: "p", fileMode: 0o600),
        "make the device /dev/pipe, p, mode 0600"
      ),
    ])
  func devicesThatAreAskedFor(_ device: Spec.Linux.Device, _ expected: String) throws {
    let plan = try plan { $0.linux?.devices = [device] }
    #expect(
      plan.lines.filter { $0.contains("/linux/devices/") } == ["\(expected)  (/linux/devices/0)"])
    #expect(plan.lines("make the device").count == 7)
  }

  @Test(arguments: ["/dev/null", "/dev/./null"])
  func aDefaultDeviceAsConfigured(_ path: String) throws {
    let made = try devices(
      .init(path: path, type: "c", major: 1, minor: 3, fileMode: 0o600, uid: 5))
    #expect(made.count == 6)
    #expect(
      made.filter { $0.path == "/dev/null" } == [
        PlannedDevice(
          path: "/dev/null", type: "c", major: 1, minor: 3, mode: 0o600, uid: 5, gid: 0)
      ])
  }

  @Test(
    arguments: [
      Spec.Mount(destination: "/dev", source: "/dev", options: ["rbind"]),
      Spec.Mount(destination: "/dev/", type: "bind", source: "/dev"),
    ])
  func aBindOverDevBringsItsOwnDevices(_ mount: Spec.Mount) throws {
    let plan = try plan {
      $0.mounts = [mount]
      $0.linux?.devices = [.init(path: "/dev/fuse", type: "c", major: 10, minor: 229)]
    }
    #expect(plan.lines("make the device", "link") == [])
  }

  @Test func aBindBelowDevLeavesTheDevices() throws {
    let plan = try plan {
      $0.mounts = [.init(destination: "/dev/shm", source: "/shm", options: ["bind"])]
    }
    #expect(plan.lines("make the device").count == 6)
  }

  // Names, and what is hidden.

  @Test func namesAndHiddenPaths() throws {
    let plan = try plan {
      $0.hostname = "h"
      $0.domainname = "d"
      $0.linux?.sysctl = ["net/ipv4/conf/eth0.1/forwarding": "1", "kernel.msgmax": "8192"]
      $0.linux?.readonlyPaths = ["/proc/sys", "/proc/bus"]
      $0.linux?.maskedPaths = ["/proc/kcore"]
    }
    #expect(
      plan.lines("set the hostname", "set the domainname", "set the sysctl", "mask", "make /proc")
        == [
          "set the hostname h  (/hostname)", "set the domainname d  (/domainname)",
          "set the sysctl kernel.msgmax to 8192  (/linux/sysctl/kernel.msgmax)",
          "set the sysctl net/ipv4/conf/eth0.1/forwarding to 1  "
            + "(/linux/sysctl/net~1ipv4~1conf~1eth0.1~1forwarding)",
          "make /proc/sys read-only  (/linux/readonlyPaths/0)",
          "make /proc/bus read-only  (/linux/readonlyPaths/1)",
          "mask /proc/kcore  (/linux/maskedPaths/0)",
        ])
    // A sysctl could not be written below a /proc/sys that is read-only.
    #expect(plan.has(inOrder: "pivot_root", "set the hostname", "make /proc/sys read-only", "mask"))
  }

  @Test func aPathThatIsListedTwiceIsHiddenOnce() throws {
    let plan = try plan {
      $0.linux?.readonlyPaths = ["/proc/sys", "/proc/./sys/", "/proc/bus"]
      $0.linux?.maskedPaths = ["/proc/kcore", "/proc/kcore"]
    }
    #expect(
      plan.lines("make /proc", "mask") == [
        "make /proc/sys read-only  (/linux/readonlyPaths/0)",
        "make /proc/bus read-only  (/linux/readonlyPaths/2)",
        "mask /proc/kcore  (/linux/maskedPaths/0)",
      ])
  }

  @Test func namesThatAreEmptyStayTheHosts() throws {
    let plan = try plan {
      $0.hostname = ""
      $0.domainname = ""
    }
    #expect(plan.lines("set the hostname", "set the domainname") == [])
  }

  @Test func withoutAMountNamespaceNothingIsMounted() throws {
    let plan = try plan {
      $0.linux?.namespaces = [.init(type: "pid")]
      $0.process?.terminal = true
      $0.process?.cwd = "/srv"
    }
    #expect(plan.lines("mount", "bind", "pivot_root", "make /") == [])
    // The terminal is not mounted on /dev/console, either, and is made where the host's devpts is.
    #expect(
      plan.has(
        inOrder: "open a terminal", "open the root file system /bundle/rootfs  (/root/path)",
        "make the device /dev/null", "chroot into the root file system",
        "make the directory /srv if it is missing"))
    #expect(plan.actions.contains(.openTerminal(nil, console: false)))
  }

  @Test func aUserNamespaceAmongTheMountsOfTheHostIsRefused() {
    func refusal(_ change: (inout Spec) -> Void) -> String? {
      do throws(PlanError) {
        _ = try plan {
          $0.linux?.namespaces = []
          change(&$0)
        }
        return nil
      } catch {
        return error.problem.contains("mount namespace") ? error.pointer : ""
      }
    }
    #expect(refusal { $0.mounts = [] } == nil)
    #expect(refusal { $0.mounts = [.init(destination: "/data", type: "tmpfs")] } == nil)
    #expect(refusal { $0.root?.readonly = true } == nil)
    #expect(refusal { $0.linux?.namespaces = [.init(type: "user")] } == "/linux/namespaces")
  }
}
