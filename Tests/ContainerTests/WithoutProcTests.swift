import OCISpec
import Testing

/// Where /proc is not mounted, as in a chroot that somebody has just made.
@Suite(.enabled(if: Host.isRoot && Host.hasStaticBinary, "a library needs /proc itself"))
struct WithoutProcTests {
  private func inOwnMounts(_ command: String, _ apus: Sandbox) throws -> Finished {
    try apus.inOwnMounts(
      "mount --make-rprivate /; umount --lazy /proc; exec \(apus.commandLine) \(command)")
  }

  @Test func whatNeedsNoneWorks() throws {
    let apus = try Sandbox("/bin/true")
    let version = try inOwnMounts("--version", apus)
    #expect(version.output.hasPrefix("apus version ") && version.status == 0, "\(version)")
    #expect(try inOwnMounts("list --quiet", apus) == .silently)
  }

  @Test(arguments: ["run", "create", "state"]) func theRestSaysWhatIsMissing(command: String) throws
  {
    let apus = try Sandbox("/bin/true")
    expectRefusal(
      try inOwnMounts("\(command) \(apus.id)", apus),
      command == "state" ? "does not exist" : "/proc/self/exe: no such file or directory")
  }
}
