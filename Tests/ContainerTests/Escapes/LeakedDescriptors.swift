import Glibc
import OCISpec
import Testing

/// Descriptors of the host, and working directories outside of the container's root.
@Suite("CVE-2024-21626: descriptors of the host in the container") struct LeakedDescriptorTests {
  /// Opens the host's root as all of them, of which the shell needs some itself.
  private static let open = #"for i in {3..50}; do eval "exec $i< /"; done"#

  private func withOpenDescriptors(_ command: String, _ apus: Sandbox) throws -> Finished {
    try apus.script("exec bash -c '\(Self.open); exec '\"\(command)\"")
  }

  @Test("CVE-2024-21626: what was open when the runtime was called is not open inside")
  func whatWasOpenWhenTheRuntimeWasCalled() throws {
    let apus = try Sandbox { $0.process?.args = ["/bin/probe"] }
    let run = try withOpenDescriptors("$APUS run $ID", apus)
    #expect(try Set(apus.report(of: run).descriptors.keys) == DescriptorTests.standard)
    try apus.configure { $0.process?.args = ["/bin/sleep", "100"] }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let exec = try withOpenDescriptors("$APUS exec $ID /bin/probe", apus)
    #expect(try Set(apus.report(of: exec).descriptors.keys) == DescriptorTests.standard)
  }

  @Test("CVE-2024-21626: no descriptor is a working directory of a container", arguments: 3...50)
  func noDescriptorIsAWorkingDirectory(number: Int) throws {
    let apus = try Sandbox("/bin/true") { $0.process?.cwd = "/proc/self/fd/\(number)" }
    expectRefusal(try withOpenDescriptors("$APUS run $ID", apus), "/process/cwd")
    #expect(apus.leftovers() == [])
  }

  @Test(
    "CVE-2024-21626: no path by way of one is, either",
    arguments: [
      "/proc/self/fd/3/../..", "/proc/thread-self/fd/4", "/proc/1/fd/5", "/dev/fd/6", "/link",
    ])
  func norIsAPathByWayOfOne(path: String) throws {
    let apus = try Sandbox("/bin/true") { $0.process?.cwd = path }
    #expect(try apus.script("ln -s /proc/self/fd/7 rootfs/link") == .silently)
    expectRefusal(try withOpenDescriptors("$APUS run $ID", apus), "/process/cwd")
  }

  @Test("CVE-2024-21626: nor is one the working directory of exec, or its program")
  func norOfExec() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try #require(try apus("run", "--detach", apus.id) == .silently)
    let cwd = try apus.script(
      """
      exec bash -c '\(Self.open)
      for i in {3..50}; do '"$APUS"' exec --cwd /proc/self/fd/$i '"$ID"' true; echo $?; done'
      """)
    #expect(cwd.output == String(repeating: "255\n", count: 48), "\(cwd)")
    let program = try apus.script(
      """
      exec bash -c 'for i in {3..50}; do eval "exec $i< /bin/busybox"; done
      for i in {3..50}; do '"$APUS"' exec '"$ID"' /proc/self/fd/$i true; echo $?; done'
      """)
    #expect(program.output == String(repeating: "255\n", count: 48), "\(program)")
  }

  @Test("CVE-2024-21626: no descriptor is the program of a container", arguments: [3, 4, 7, 20])
  func noDescriptorIsAProgram(number: Int) throws {
    let apus = try Sandbox("/proc/self/fd/\(number)", "true")
    let run = try apus.script(
      """
      exec bash -c 'for i in {3..50}; do eval "exec $i< /bin/busybox"; done
      exec '"$APUS run $ID"
      """)
    expectRefusal(run, "/process/args")
  }

  @Test("CVE-2024-21626: a directory of the host's processes is no working directory")
  func theRootOfAProcessOfTheHost() throws {
    let apus = try Sandbox("/bin/true") {
      $0.linux?.namespaces?.removeAll { $0.type == "pid" }
      $0.process?.cwd = "/proc/\(getpid())/root"
    }
    expectRefusal(try apus.run(), "/process/cwd")
    try apus.configure { $0.process?.cwd = "/proc/\(getpid())/cwd" }
    expectRefusal(try apus.run(), "/process/cwd")
  }

  @Test("CVE-2024-21626: nor is one that has been removed") func aDirectoryThatIsGone() throws {
    let apus = try Sandbox(
      "/bin/sh", "-c", "mkdir /gone; cd /gone; rmdir /gone; mkdir /ready; sleep 100"
    ) {
      $0.root?.readonly = false
    }
    try #require(try apus("run", "--detach", apus.id) == .silently)
    try #require(eventually { apus.has("rootfs/ready") })
    let exec = try apus("exec", "--cwd", "/proc/1/cwd", apus.id, "/bin/true")
    #expect(exec.status == 255)
    #expect(exec.errors.contains("(--cwd)"), "\(exec)")
  }
}
