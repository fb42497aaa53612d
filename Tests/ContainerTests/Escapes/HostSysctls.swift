import Glibc
import OCISpec
import Testing

/// Kernel parameters and cgroup files that have the host run a program.
@Suite("CVE-2022-0811, CVE-2022-0492: settings of the host") struct HostSysctlTests {
  private static let always = [
    "kernel.core_pattern", "kernel/core_pattern", "kernel.modprobe", "kernel.hotplug",
    "kernel.panic", "kernel.sysrq", "kernel.shmmax+kernel.core_pattern",
    "net.ipv4.ip_forward/../../../kernel/core_pattern", "net/../kernel/core_pattern",
    "net..kernel.core_pattern", "net.//.kernel.core_pattern", "fs.mqueue/../core_pattern",
    "fs.file-max", "fs.binfmt_misc.register", "vm.overcommit_memory", "user.max_user_namespaces",
    "kernel.ns_last_pid", "kernel.hostname", "kernel.core_pattern\nnet.x", "Net.ipv4.ip_forward",
    " net.ipv4.ip_forward", "/proc/sys/kernel/core_pattern", "../kernel/core_pattern", ".", "/", "",
  ]

  @Test("CVE-2022-0811: one that is not the container's own is refused", arguments: always)
  func notTheContainersOwn(key: String) throws {
    let apus = try Sandbox("/bin/true") { $0.linux?.sysctl = [key: "|/bin/evil"] }
    let before = text(of: "/proc/sys/kernel/core_pattern")
    expectRefusal(try apus.create(), "/linux/sysctl")
    #expect(text(of: "/proc/sys/kernel/core_pattern") == before)
    #expect(apus.leftovers() == [])
  }

  /// As CRI-O handed them on to pinns.
  @Test("CVE-2022-0811: a value brings no second one along") func aSecondOneInTheValue() throws {
    for value in ["1+kernel.core_pattern=|/bin/evil", "1\nkernel.core_pattern=|/bin/evil"] {
      let apus = try Sandbox("/bin/true") { $0.linux?.sysctl = ["kernel.shm_rmid_forced": value] }
      let before = text(of: "/proc/sys/kernel/core_pattern")
      _ = try apus.run()
      #expect(text(of: "/proc/sys/kernel/core_pattern") == before)
    }
  }

  static let shared = [
    ("net.ipv4.ip_forward", "network"), ("kernel.shmmax", "ipc"), ("kernel.msgmax", "ipc"),
    ("kernel.sem", "ipc"), ("fs.mqueue.msg_max", "ipc"), ("kernel.domainname", "uts"),
  ]

  @Test("CVE-2022-0811: nor one of a namespace that it shares with the host", arguments: shared)
  func ofANamespaceOfTheHost(key: String, namespace: String) throws {
    let apus = try Sandbox("/bin/true") {
      $0.hostname = nil
      $0.linux?.namespaces?.removeAll { $0.type == namespace }
      $0.linux?.sysctl = [key: "1"]
    }
    let file = "/proc/sys/\(key.replacing(".", with: "/"))"
    let before = text(of: file)
    expectRefusal(try apus.create(), "/linux/sysctl", namespace)
    // Shared by its path, it is the host's all the same.
    let name = ["network": "net"][namespace] ?? namespace
    try apus.configure {
      $0.linux?.namespaces?.append(.init(type: namespace, path: "/proc/\(getpid())/ns/\(name)"))
    }
    expectRefusal(try apus.create(), "/linux/sysctl", namespace)
    #expect(text(of: file) == before)
  }

  @Test("CVE-2022-0492: no release_agent is in sight, and none can be asked for")
  func theReleaseAgent() throws {
    let script = """
      find /sys/fs/cgroup -name release_agent
      for i in /sys/fs/cgroup/*/; do echo 1 > $i/notify_on_release && echo $i; mkdir $i/x && echo $i; done
      mkdir /tmp/c; mount -t cgroup -o rdma none /tmp/c && echo mounted
      unshare -UrmC mount -t cgroup -o rdma none /tmp/c && echo mounted
      echo end
      """
    let apus = try Sandbox("/bin/sh", "-c", script) {
      $0.mounts?.append(Spec.Mount(destination: "/tmp", type: "tmpfs", source: "tmpfs"))
    }
    #expect(try apus.run().output == "end\n")
  }

  @Test("CVE-2022-0492: nor can root of a user namespace make a cgroup where none is delegated")
  func withoutACgroupNamespace() throws {
    let apus = try UserNamespaceTests().sandbox {
      $0.mounts?.removeAll { $0.destination == "/sys/fs/cgroup" }
      $0.mounts?.append(Spec.Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"))
    }
    let places = entries(of: "/sys/fs/cgroup").map { "write:/sys/fs/cgroup/\($0)" }
    try #require(!places.isEmpty)
    try apus.configure { $0.process?.args = ["/bin/probe"] + places }
    let report = try apus.report(of: try apus.run())
    #expect(report.answers.count == places.count)
    for (place, answer) in report.answers { #expect(answer != "", "\(place)") }
  }
}
