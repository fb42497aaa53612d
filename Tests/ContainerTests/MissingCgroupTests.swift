import OCISpec
import Testing

/// `--rootless`: what becomes of a container whose maker may make no cgroup.
@Suite struct MissingCgroupTests {
  /// Runs it where nobody may make any.
  private func whereNoneCanBeMade(_ apus: Sandbox, _ options: String) throws -> Finished {
    try apus.inOwnMounts(
      """
      grep -o " /sys/fs/cgroup[^ ]* " /proc/self/mountinfo | while read -r place; do
        mount -o remount,bind,ro $place
      done
      \(apus.commandLine) \(options) run \(apus.id)
      """)
  }

  @Test(.enabled(if: Host.isRoot)) func rootGoesWithoutIfToldSo() throws {
    let apus = try Sandbox("/bin/cat", "/proc/self/cgroup")
    let result = try whereNoneCanBeMade(apus, "--rootless true")
    #expect(result.status == 0 && result.errors == "", "\(result)")
    #expect(!result.output.contains(apus.id))
    for options in ["", "--rootless auto", "--rootless=", "--rootless false", "--rootless=0"] {
      expectRefusal(try whereNoneCanBeMade(apus, options), "cgroup", "EROFS")
    }
  }

  /// One that is asked for by its name is not just left out.
  @Test(.enabled(if: Host.isRoot)) func oneThatIsAskedForIsMade() throws {
    let apus = try Sandbox("/bin/cat", "/proc/self/cgroup")
    try apus.configure { $0.linux?.cgroupsPath = "/\(apus.id)-asked" }
    expectRefusal(
      try whereNoneCanBeMade(apus, "--rootless true"), "/linux/cgroupsPath", "\(apus.id)-asked")
    let made = try apus("--rootless", "true", "run", apus.id)
    #expect(made.status == 0 && made.output.contains("\(apus.id)-asked"), "\(made)")
  }

  @Test func aUserGoesWithoutUnlessToldOtherwise() throws {
    let user = RootlessTests()
    let apus = try user.sandbox("/bin/true")
    for option in ["", "--rootless auto", "--rootless true", "--rootless TRUE"] {
      #expect(try user.script("$APUS \(option) run $ID", in: apus) == .silently, "\(option)")
    }
    let refused = try user.script("$APUS --rootless false run $ID", in: apus)
    // Where root has delegated cgroups, as v2's can be, there is one.
    if Host.isUnified, refused == .silently { return }
    expectRefusal(refused, "this user may write to none", "--rootless false")
  }
}
