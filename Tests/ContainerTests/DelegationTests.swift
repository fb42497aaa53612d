import Glibc
import OCISpec
import Testing

/// Containers of a user who is not root and whom systemd has given cgroups of his own.
@Suite(
  .enabled(if: !Host.isRoot, "for a user who is not root"),
  .enabled(if: Host.hasSystemd && Host.isUnified, "systemd gives users cgroups of v2 only"))
struct DelegationTests {
  private let rootless = RootlessTests()

  /// Runs a script in a new scope of the user's systemd, `$SCOPE`. It is in a cgroup below that: one
  /// with processes of its own can't hand its controllers down.
  private func scoped(_ text: String, in apus: Sandbox) throws -> Finished {
    try apus.write(
      """
      set -e
      SCOPE=$(cut -d : -f 3 /proc/self/cgroup) FOLDER=/sys/fs/cgroup$SCOPE
      mkdir $FOLDER/script
      echo $$ > $FOLDER/script/cgroup.procs
      sed -i "s|@SCOPE@|$SCOPE|" config.json
      \(text)
      """, to: "script")
    return try apus.script(
      """
      export ID APUS XDG_RUNTIME_DIR=/run/user/$(id -u)
      exec systemd-run --user --scope --quiet --collect -p Delegate=yes sh script
      """)
  }

  @Test func limitsAreSet() throws {
    let apus = try rootless.sandbox("/bin/sleep", "100") {
      $0.linux?.cgroupsPath = "@SCOPE@/box"
      $0.linux?.resources = Spec.Linux.Resources(
        memory: .init(limit: 64 << 20), cpu: .init(quota: 50_000, period: 100_000),
        pids: .init(limit: 50))
    }
    let life = try scoped(
      """
      $APUS run --detach $ID > /dev/null
      cd $FOLDER/box
      cat memory.max cpu.max pids.max
      grep -c . cgroup.procs
      cd - > /dev/null
      $APUS delete --force $ID
      ls -d $FOLDER/box 2> /dev/null || echo gone
      """, in: apus)
    #expect(
      life
        == Finished(status: 0, output: "\(64 << 20)\n50000 100000\n50\n1\ngone\n", errors: ""))
  }

  @Test func checkKnowsThatTheyCanBeMade() throws {
    let apus = try rootless.sandbox("/bin/true") {
      $0.linux?.resources = Spec.Linux.Resources(pids: .init(limit: 5))
    }
    let check = try scoped("$APUS check", in: apus)
    #expect(check.status == 0 && !check.output.contains("/linux/resources"), "\(check)")
  }

  @Test func aLimitOnTasksHolds() throws {
    let apus = try rootless.sandbox(
      "/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8; do sleep 100 & done; echo all"
    ) {
      $0.linux?.cgroupsPath = "@SCOPE@/box"
      $0.linux?.resources = Spec.Linux.Resources(pids: .init(limit: 5))
    }
    let run = try scoped("$APUS run $ID", in: apus)
    #expect(run.status != 0)
    #expect(run.errors.contains("fork"), "\(run)")
  }

  /// With no word on where, it is beside the cgroup of its caller.
  @Test func itCanBePausedAndListed() throws {
    let apus = try rootless.sandbox("/bin/sleep", "100")
    let life = try scoped(
      """
      $APUS run --detach --pid-file pid $ID > /dev/null
      grep -c "$SCOPE/$ID" /proc/$(cat pid)/cgroup
      $APUS ps --format json $ID | grep -c $(cat pid)
      $APUS pause $ID
      $APUS state $ID | grep -c status.*paused
      $APUS resume $ID
      $APUS state $ID | grep -c status.*running
      """, in: apus)
    #expect(life == Finished(status: 0, output: "1\n1\n1\n1\n", errors: ""))
  }

  /// What the script is in can't hand controllers down.
  @Test func aLimitThatCannotBeSetIsRefused() throws {
    let apus = try rootless.sandbox("/bin/true") {
      $0.linux?.cgroupsPath = "@SCOPE@/script/box"
      $0.linux?.resources = Spec.Linux.Resources(memory: .init(limit: 64 << 20))
    }
    expectRefusal(
      try scoped("exec $APUS create $ID", in: apus), "/linux/resources/memory/limit", "memory.max")
    #expect(apus.leftovers() == [])
  }
}
