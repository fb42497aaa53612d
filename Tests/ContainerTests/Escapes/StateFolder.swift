import Glibc
import OCISpec
import Testing

/// The records of containers, with the hooks that the next command runs as root.
@Suite("CVE-2021-41103 class: the state folder") struct StateFolderTests {
  /// Runs a script as a user of whom nobody else knows.
  private func asAnother(_ script: String, _ apus: Sandbox) throws -> Finished {
    try apus.script(
      "exec setpriv --reuid 4243 --regid 4243 --clear-groups sh -c '\(script)' 2> /dev/null")
  }

  @Test("CVE-2021-41103 class: it is made for its owner alone, whatever the umask is")
  func itIsMadeForItsOwner() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let created = try apus.script(
      "chmod 755 .; umask 0; \(apus.apus) --root $PWD/state/own/deep create --bundle . $ID")
    #expect(created == .silently)
    let root = "\(apus.folder)/state/own/deep"
    let modes = try shell("stat -c %a \(root) \(root)/\(apus.id) \(root)/\(apus.id)/*")
    #expect(modes.output == "700\n711\n622\n600\n", "\(modes)")
    for attempt in [
      "ls \(root)", "cd \(root)", "cat \(root)/\(apus.id)/state.json",
      "echo 0 > \(root)/\(apus.id)/exec.fifo", "touch \(root)/\(apus.id)/x",
    ] {
      #expect(try asAnother(attempt, apus).status != 0, "\(attempt)")
    }
    #expect(try apus.script("\(apus.apus) --root \(root) delete $ID; rm -r state/own").status == 0)
  }

  @Test(
    "CVE-2021-41103 class: in a folder that others may enter they can't read or change anything")
  func inAFolderThatOthersMayEnter() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.script("chmod 755 . state; umask 0; $APUS create $ID") == .silently)
    for attempt in [
      "cat state/\(apus.id)/state.json", "ls state/\(apus.id)", "touch state/\(apus.id)/x",
      "rm state/\(apus.id)/exec.fifo", "mv state/\(apus.id) state/other", "mkdir state/mine",
      "cat state/\(apus.id)/exec.fifo",
    ] {
      #expect(try asAnother(attempt, apus).status != 0, "\(attempt)")
    }
    #expect(try apus.state().status == "created")
  }

  @Test("CVE-2021-41103 class: a folder that everybody may write to is refused")
  func aFolderThatEverybodyMayWriteTo() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus.script("chmod 777 state") == .silently)
    expectRefusal(try apus.create(), "\(apus.folder)/state", "chmod o-w")
    expectRefusal(try apus.run(), "\(apus.folder)/state", "chmod o-w")
    // What belongs to another can't be renamed there.
    #expect(try apus.script("chmod 1777 state") == .silently)
    #expect(try apus.run() == .silently)
  }
}
