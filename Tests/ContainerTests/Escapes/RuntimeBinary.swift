import OCISpec
import Testing

/// The runtime's own executable, on the host, which the next container is made with.
@Suite("CVE-2019-5736: the runtime's binary") struct RuntimeBinaryTests {
  private static let all = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
    "CAP_SETPCAP", "CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT", "CAP_DAC_READ_SEARCH",
  ]

  /// A sandbox with a copy of apus in a folder of its own, for nothing else is risked.
  private func sandbox(_ edit: (inout Spec) -> Void = { _ in }) throws -> Sandbox {
    let apus = try Sandbox {
      $0.grant(Self.all)
      $0.process?.noNewPrivileges = false
      edit(&$0)
    }
    #expect(try apus.script("mkdir copy && cp -p \(apus.apus) copy/apus") == .silently)
    return apus
  }

  /// The libraries of apus, where it is not static, so that it runs inside as well.
  private func addLibraries(_ apus: Sandbox) throws {
    let copied = try apus.script(
      "for i in $(ldd copy/apus | grep -o '/[^ ]*'); do cp --parents -L $i rootfs || exit; done")
    #expect(copied.status == 0, "\(copied)")
  }

  private func isUnchanged(_ apus: Sandbox) throws -> Bool {
    try apus.script("cmp \(apus.apus) copy/apus && stat -c %a copy/apus")
      == apus.script("stat -c %a \(apus.apus)")
  }

  /// The watcher holds what runs by O_PATH descriptors, and tries to write to them while it runs and
  /// after its end.
  @Test("CVE-2019-5736: it can't be written to by way of /proc/PID/exe")
  func byWayOfAProcessOnItsWayIn() throws {
    let apus = try sandbox()
    let saw = try apus.watch(
      during: """
        APUS='copy/apus --root state'
        for i in 1 2 3; do $SLOWLY $APUS exec $ID true || exit; done
        for i in 1 2 3 4 5 6 7 8 9 10; do $APUS exec $ID true || exit; done
        """)
    #expect(saw.found("apus", "exe") == ["/"], "\(saw)")
    try expectRefusals(saw, of: ["apus", "held"])
    #expect(try isUnchanged(apus))
  }

  /// The container may have the kernel run it as its own program, which anybody inside may trace.
  @Test(
    "CVE-2019-5736: nor when it is the container's program",
    arguments: ["/proc/self/exe", "/bin/script"])
  func asTheProgramOfTheContainer(program: String) throws {
    let apus = try sandbox()
    #expect(
      try apus.script(
        "printf '#!/proc/self/exe\\n' > rootfs/bin/script; chmod 755 rootfs/bin/script")
        == .silently)
    let saw = try apus.watch(
      during: """
        APUS='copy/apus --root state'
        for i in 1 2 3; do $SLOWLY $APUS exec $ID \(program) --version; done
        for i in 1 2 3 4 5 6 7 8 9 10; do $APUS exec $ID \(program) --version; done; true
        """)
    #expect(saw.lines.contains { $0.hasSuffix(" exe /") }, "\(saw)")
    try expectRefusals(saw, of: ["held"])
    #expect(try isUnchanged(apus))
    // And as process 1, of a container that is nothing else.
    try apus.configure { $0.process?.args = [program, "--version"] }
    _ = try apus.script("copy/apus --root state run $ID-2")
    #expect(try isUnchanged(apus))
  }

  private func expectRefusals(_ saw: Sightings, of processes: [String]) throws {
    for process in processes {
      let attempts = saw.found(process, "overwrite")
      #expect(attempts.contains("open EROFS"), "\(saw)")
      #expect(attempts.contains { $0.hasPrefix("mount_setattr E") }, "\(saw)")
    }
    #expect(!saw.lines.contains { $0.contains(" overwrite ") && $0.hasSuffix(" done") }, "\(saw)")
  }

  /// A read-only file system may be remounted for the next update.
  @Test("CVE-2019-5736: nor later, if its file system is read-only now")
  func onAFileSystemThatIsReadOnlyForNow() throws {
    let apus = try sandbox { $0.process?.args = ["/bin/true"] }
    let result = try apus.inOwnMounts(
      """
      mount --bind copy copy
      mount -o remount,bind,ro copy
      copy/apus --root state create \(apus.id)
      pid=$(sed "s/.*init_process_pid\\":\\([0-9]*\\).*/\\1/" state/\(apus.id)/state.json)
      exec 9< /proc/$pid/exe
      copy/apus --root state delete --force \(apus.id)
      mount -o remount,bind,rw copy
      (echo overwritten > /proc/self/fd/9) 2>&1 || true
      """)
    #expect(result.output.contains("Read-only file system"), "\(result)")
    #expect(try isUnchanged(apus))
  }
}
