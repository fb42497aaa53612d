import Glibc
import OCISpec
import Testing

/// A container without a mount namespace lives in its root file system nevertheless, and of what it
/// mounts nothing is left on the host.
@Suite("a container without a mount namespace") struct SharedMounts {
  private func sandbox(_ arguments: String..., edit: (inout Spec) -> Void = { _ in }) throws
    -> Sandbox
  {
    try Sandbox {
      $0.process?.args = arguments
      $0.root?.readonly = false
      $0.mounts = nil
      $0.linux?.namespaces?.removeAll { $0.type == "mount" }
      $0.linux?.maskedPaths = nil
      $0.linux?.readonlyPaths = nil
      edit(&$0)
    }
  }

  @Test("it sees its root file system, and not the host's")
  func itsRoot() throws {
    let apus = try sandbox("/bin/sh", "-c", "ls /; ls \(#filePath); pwd") {
      $0.process?.cwd = "/made/here"
    }
    try apus.makeOutside()
    let run = try expectNothingOutside(apus) { try apus.run() }
    #expect(run.output == "bin\ndev\nmade\nusr\n/made/here\n")
    #expect(run.errors.contains("No such file"))
    #expect(apus.has("rootfs/made/here"))
    #expect(!text(of: "/proc/self/mountinfo").contains(apus.id))
  }

  @Test("exec goes there, too")
  func exec() throws {
    let apus = try sandbox("/bin/sleep", "100")
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let exec = try apus("exec", apus.id, "/bin/ls", "/")
    #expect(exec == Finished(status: 0, output: "bin\ndev\nusr\n", errors: ""))
    let outside = try apus("exec", "--cwd", "/proc", apus.id, "/bin/ls")
    #expect(outside.status == 255)
    #expect(outside.errors.contains("/proc"), "\(outside)")
  }

  @Test("its default devices are there")
  func devices() throws {
    let apus = try sandbox("/bin/sh", "-c", "echo x > /dev/null && head -c 1 /dev/zero | wc -c")
    #expect(try apus.run() == Finished(status: 0, output: "1\n", errors: ""))
  }

  @Test("it may have a terminal, of the host's")
  func terminal() throws {
    let apus = try sandbox("/bin/sh", "-c", "test -t 0 && echo terminal") {
      $0.process?.terminal = true
    }
    let run = try apus.script("script -qec \"$APUS run $ID\" /dev/null < /dev/null")
    #expect(run.output.contains("terminal\r\n"), "\(run)")
    #expect(!apus.has("rootfs/dev/console"))
  }

  @Test("its image leads nowhere", arguments: ["dev", "made"])
  func links(name: String) throws {
    let apus = try sandbox("/bin/true") { $0.process?.cwd = "/made/here" }
    try apus.makeOutside()
    try #require(try apus.script("ln -s $PWD/outside rootfs/\(name)") == .silently)
    #expect(try expectNothingOutside(apus) { try apus.run() } == .silently)
  }

  @Test(
    "its mounts are undone with it, those that were there before are not",
    arguments: ["/bin/true", "/bin/missing"])
  func mounts(program: String) throws {
    let apus = try sandbox(program) {
      $0.root?.readonly = true
      $0.mounts = Spec.default().mounts
    }
    let run = try apus.inOwnMounts(
      """
      mount --bind rootfs rootfs; mount --make-private rootfs
      before=$(cat /proc/self/mountinfo)
      \(apus.commandLine) run \(apus.id) 2> /dev/null || true
      test "$(cat /proc/self/mountinfo)" = "$before"
      """)
    #expect(run == .silently)
  }

  @Test("it sees its mounts, exec does, and so does the host as long as it is there")
  func mountsAreShared() throws {
    let apus = try sandbox("/bin/sleep", "100") {
      $0.root?.readonly = true
      $0.mounts = Spec.default().mounts
    }
    let life = try apus.inOwnMounts(
      """
      before=$(cat /proc/self/mountinfo)
      \(apus.commandLine) run --detach \(apus.id) > /dev/null 2>&1
      mountpoint -q rootfs/proc
      \(apus.commandLine) exec \(apus.id) sh -c "cat /proc/1/comm; touch /x 2> /dev/null || echo ro"
      \(apus.commandLine) delete --force \(apus.id)
      test "$(cat /proc/self/mountinfo)" = "$before"
      """)
    #expect(life == Finished(status: 0, output: "sleep\nro\n", errors: ""))
  }

  @Test("and a user namespace, in which no device could be made")
  func userNamespace() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.namespaces?.append(.init(type: "user"))
      $0.linux?.uidMappings = UserNamespaceTests.uids
      $0.linux?.gidMappings = UserNamespaceTests.gids
    }
    expectRefusal(try apus.create(), "/linux/namespaces", "mount namespace")
  }
}
