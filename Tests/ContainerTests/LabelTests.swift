import Glibc
import LinuxKernel
import OCISpec
import Testing

/// Labels of security modules. Where the kernel has no such module they are refused before anything
/// is made.
@Suite struct LabelTests {
  @Test(.enabled(if: !Host.hasAppArmor, "this kernel has AppArmor")) func ofAppArmor() throws {
    let apus = try Sandbox("/bin/sleep", "100") { $0.process?.apparmorProfile = "docker-default" }
    expectRefusal(try apus.create(), "/process/apparmorProfile", "AppArmor")
    #expect(apus.leftovers() == [])
    try apus.configure { $0.process?.apparmorProfile = "unconfined" }
    #expect(try apus.create() == .silently)
    #expect(try apus.start() == .silently)
    let exec = try apus("exec", "--apparmor", "docker-default", apus.id, "/bin/true")
    #expect(exec.status == 255)
    #expect(exec.errors.contains("AppArmor"), "\(exec)")
  }

  @Test(.enabled(if: !SecurityModule.selinux.isEnabled, "this kernel has SELinux"))
  func ofSELinux() throws {
    let apus = try Sandbox("/bin/true") { $0.process?.selinuxLabel = "a:b:c:s0" }
    expectRefusal(try apus.create(), "/process/selinuxLabel", "SELinux")
    try apus.configure {
      $0.process?.selinuxLabel = nil
      $0.linux?.mountLabel = "a:b:c:s0"
    }
    expectRefusal(try apus.create(), "/linux/mountLabel", "SELinux")
    #expect(apus.leftovers() == [])
  }

  /// AppArmor at work.
  @Suite(
    .enabled(if: Host.hasAppArmor, "no AppArmor in this kernel"),
    .enabled(if: Host.isRoot, "only root loads profiles"))
  struct AppArmor {
    /// A profile under which all is allowed but to write to a file of this name in /dev/shm.
    private func load(_ profile: String, denying name: String) throws -> Finished {
      try shell(
        """
        apparmor_parser --replace --skip-cache << END
        profile \(profile) flags=(attach_disconnected) {
          file, capability, network, mount, umount, pivot_root, signal, ptrace, unix,
          deny /dev/shm/\(name) w,
        }
        END
        """)
    }

    private func unload(_ profile: String) {
      _ = try? shell("echo 'profile \(profile) {}' | apparmor_parser --remove")
    }

    /// Tries to write to two files, and says under which label.
    private let program = [
      "/bin/sh", "-c",
      """
      cat /proc/self/attr/current
      for name in one two; do echo > /dev/shm/$name && echo $name; done 2> /dev/null
      true
      """,
    ]

    @Test func aProcessIsConfined() throws {
      let apus = try Sandbox("/bin/true")
      defer { unload(apus.id) }
      #expect(try load(apus.id, denying: "one") == .silently)
      try apus.configure {
        $0.process?.args = program
        $0.process?.apparmorProfile = apus.id
      }
      let run = try apus.run()
      #expect(run == Finished(status: 0, output: "\(apus.id) (enforce)\ntwo\n", errors: ""))
      try apus.configure { $0.process?.apparmorProfile = "unconfined" }
      #expect(
        try apus.run() == Finished(status: 0, output: "unconfined\none\ntwo\n", errors: ""))
    }

    @Test(arguments: [true, false]) func aProcessOfExecIsConfined(noNewPrivileges: Bool) throws {
      let apus = try Sandbox("/bin/sleep", "100")
      let other = "\(apus.id)-other"
      defer { for profile in [apus.id, other] { unload(profile) } }
      #expect(try load(apus.id, denying: "one") == .silently)
      #expect(try load(other, denying: "two") == .silently)
      try apus.configure {
        $0.process?.apparmorProfile = apus.id
        $0.process?.noNewPrivileges = noNewPrivileges
      }
      #expect(try apus("run", "--detach", apus.id) == .silently)
      #expect(try text(of: "/proc/\(apus.pid())/attr/current") == "\(apus.id) (enforce)\n")
      try apus.write(program[2], to: "rootfs/program")
      let same = try apus("exec", apus.id, "/bin/sh", "/program")
      #expect(same == Finished(status: 0, output: "\(apus.id) (enforce)\ntwo\n", errors: ""))
      let changed = try apus("exec", "--apparmor", other, apus.id, "/bin/sh", "/program")
      #expect(changed == Finished(status: 0, output: "\(other) (enforce)\none\n", errors: ""))
    }

    @Test func aProfileThatIsNotLoadedIsRefused() throws {
      let apus = try Sandbox("/bin/sleep", "100") { $0.process?.apparmorProfile = "none231" }
      expectRefusal(try apus.run(), "none231", "/process/apparmorProfile", "ENOENT")
      #expect(apus.leftovers() == [])
      try apus.configure { $0.process?.apparmorProfile = nil }
      #expect(try apus("run", "--detach", apus.id) == .silently)
      let exec = try apus("exec", "--apparmor", "none231", apus.id, "/bin/true")
      #expect(exec.status == 255)
      #expect(exec.errors.contains("none231") && exec.errors.contains("ENOENT"), "\(exec)")
    }
  }
}
