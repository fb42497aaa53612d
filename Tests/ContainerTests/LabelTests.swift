import Glibc
import LinuxKernel
import OCISpec
import Testing

/// Labels of security modules, where the kernel has none of them: refused before anything is made.
@Suite struct LabelTests {
  @Test(.enabled(if: !SecurityModule.appArmor.isEnabled)) func ofAppArmor() throws {
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

  @Test(.enabled(if: !SecurityModule.selinux.isEnabled)) func ofSELinux() throws {
    let apus = try Sandbox("/bin/true") { $0.process?.selinuxLabel = "a:b:c:s0" }
    expectRefusal(try apus.create(), "/process/selinuxLabel", "SELinux")
    try apus.configure {
      $0.process?.selinuxLabel = nil
      $0.linux?.mountLabel = "a:b:c:s0"
    }
    expectRefusal(try apus.create(), "/linux/mountLabel", "SELinux")
    #expect(apus.leftovers() == [])
  }
}
