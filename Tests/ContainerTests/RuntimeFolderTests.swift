import Glibc
import Testing

/// Where the containers of a user are kept who is not root and has said nothing. All tests use the same
/// folder.
@Suite(.serialized) struct RuntimeFolderTests {
  private let user = RootlessTests()

  /// As after su, or in a job of cron: no login has made a runtime folder, and another user's may be
  /// what the environment still names.
  @Test(arguments: [
    "env -u XDG_RUNTIME_DIR", "env XDG_RUNTIME_DIR=", "env XDG_RUNTIME_DIR=/root", "env -i",
  ])
  func withoutARuntimeFolderOfItsOwn(environment: String) throws {
    let apus = try user.sandbox("/bin/sleep", "100")
    let own = "/tmp/apus-\(RootlessTests.uid)"
    defer { rmdir(own) }
    let life = try user.script(
      """
      set -e
      bare="\(environment) $BARE"
      $bare create $ID > /dev/null
      ls \(own); stat -c "%a %u" \(own)
      $bare start $ID
      $bare exec $ID id -u
      $bare delete --force $ID
      ls \(own)
      """, in: apus)
    #expect(
      life
        == Finished(
          status: 0, output: "\(apus.id)\n1700 \(RootlessTests.uid)\n0\n", errors: ""))
  }

  /// Whoever was faster in /tmp would own the containers.
  @Test(arguments: [
    "mkdir OWN", "ln -s $PWD OWN", "touch OWN", "mkdir OWN && chown UID OWN && chmod 770 OWN",
  ]) func aForeignFolderIsNotUsed(made: String) throws {
    let apus = try user.sandbox("/bin/true")
    let own = "/tmp/apus-\(RootlessTests.uid)"
    defer { remove(own) }
    let prepared = try apus.script(
      made.replacing("OWN", with: own).replacing("UID", with: "\(RootlessTests.uid)"))
    try #require(prepared == .silently)
    expectRefusal(
      try user.script("env -u XDG_RUNTIME_DIR $BARE create $ID", in: apus), own, "--root",
      "XDG_RUNTIME_DIR")
  }
}
