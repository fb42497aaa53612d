import OCISpec
import Testing

/// With `--no-pivot` the host's mounts stay below the container's root.
@Suite("--no-pivot leaves a bare /proc below the root") struct NoPivot {
  static let capabilities = ["CAP_SETFCAP"]

  /// Lets the program make user namespaces, in which it is root.
  private static func allowNamespaces(_ spec: inout Spec) {
    spec.process?.capabilities = Spec.Process.Capabilities(
      bounding: capabilities, effective: capabilities, permitted: capabilities)
  }

  static let attacks = [
    ["unshare", "-mrpf", "mount", "-t", "proc", "none", "/proc"],
    ["unshare", "-mrnf", "mount", "-t", "sysfs", "none", "/sys"],
  ]

  @Test(
    "a user namespace can't mount what is masked, without pivot_root either",
    arguments: attacks, [["run"], ["run", "--no-pivot"]])
  func aNewProc(attack: [String], command: [String]) throws {
    let apus = try Sandbox("/bin/true") {
      Self.allowNamespaces(&$0)
      $0.process?.args = attack
    }
    let run = try apus.script("exec $APUS \(command.joined(separator: " ")) $ID")
    #expect(run.status == 1)
    #expect(run.errors.contains("permission denied"), "\(run)")
  }

  @Test("nor can one in a user namespace", arguments: attacks)
  func inAUserNamespace(attack: [String]) throws {
    let apus = try UserNamespaceTests().sandbox("/bin/true") {
      Self.allowNamespaces(&$0)
      $0.process?.args = attack
    }
    let run = try apus("run", "--no-pivot", apus.id)
    #expect(run.status == 1)
    #expect(run.errors.contains("permission denied"), "\(run)")
  }

  @Test("nothing of that reaches the host", arguments: ["", "rshared", "rslave", "rprivate"])
  func theHostKeepsItsMounts(propagation: String) throws {
    let apus = try Sandbox("/bin/true") { $0.linux?.rootfsPropagation = propagation }
    let run = try apus.inOwnMounts(
      """
      mkdir -p "a proc" below/proc; mount -t proc proc "a proc"; mount -t proc proc "a proc"
      mount -t tmpfs tmpfs below; mkdir below/sys; mount -t sysfs sysfs below/sys
      before=$(cut -d " " -f 1-5 /proc/self/mountinfo)
      \(apus.commandLine) run --no-pivot \(apus.id)
      test "$before" = "$(cut -d " " -f 1-5 /proc/self/mountinfo)"
      """)
    #expect(run == .silently)
  }

  @Test("a procfs of the host that can't be reached is not passed over")
  func aHiddenProc() throws {
    let apus = try Sandbox("/bin/true")
    let run = try apus.inOwnMounts(
      """
      mkdir -p below/proc; mount -t proc proc below/proc; mount -t tmpfs tmpfs below
      exec \(apus.commandLine) run --no-pivot \(apus.id)
      """)
    expectRefusal(run, "below/proc")
  }

  @Test("it is a container as any other")
  func whatItSees() throws {
    let apus = try Sandbox("/bin/probe", "list:/proc/self", "write:/proc/sys", "write:/")
    let report = try apus.report(of: try apus("run", "--no-pivot", apus.id))
    #expect(report.mounts.first?.point == "/")
    #expect(report.mounts.filter { $0.type == "proc" && $0.root == "/" }.map(\.point) == ["/proc"])
    #expect(report.answers["list:/proc/self"] == "full")
    #expect(report.answers["write:/"] == "EROFS")
  }
}
