import OCISpec
import Testing

/// Containers of somebody who is root in a user namespace that `unshare` has made, in which the
/// kernel lets nobody set groups.
@Suite(.enabled(if: Host.isRoot, "of root's own cgroups")) struct UnsharedUserTests {
  private func script(_ text: String, in apus: Sandbox) throws -> Finished {
    try apus.script("export ID APUS; exec unshare --map-root-user sh -c '\(text)'")
  }

  private func sandbox(_ arguments: String..., edit: (inout Spec) -> Void = { _ in }) throws
    -> Sandbox
  {
    try Sandbox.rootless(0, 0, arguments, edit)
  }

  @Test func whatCannotBeDroppedStays() throws {
    let apus = try sandbox("/bin/probe", "read:/proc/self/setgroups")
    let report = try apus.report(of: try script("$APUS run $ID", in: apus))
    #expect(report.uid == [0, 0, 0, 0])
    #expect(report.pid == 1)
    #expect(report.answers["read:/proc/self/setgroups"] == "deny\n")
  }

  @Test func theWholeLife() throws {
    let apus = try sandbox("/bin/sh", "-c", "sleep 100")
    let life = try script(
      """
      set -e
      $APUS create $ID > /dev/null
      $APUS start $ID
      $APUS exec $ID id -u
      $APUS delete --force $ID
      """, in: apus)
    #expect(life == Finished(status: 0, output: "0\n", errors: ""))
  }

  @Test func groupsThatAreAskedForAreAnError() throws {
    let apus = try sandbox("/bin/true") { $0.process?.user.additionalGids = [0] }
    expectRefusal(
      try script("$APUS run $ID", in: apus), "/process/user/additionalGids", "setgroups", "EPERM")
  }
}
