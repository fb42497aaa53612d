import Glibc
import OCISpec
import Testing

/// Where no HOME is given, the container's /etc/passwd says it: a file of the image.
@Suite("CVE-2025-24965: /etc/passwd is not what it seems") struct HomeLookup {
  static let scripts =
    [
      "mkfifo rootfs/etc/passwd",
      "mkdir rootfs/etc/passwd",
      "mknod rootfs/etc/passwd c 1 5",
      "ln -s /dev/zero rootfs/etc/passwd",
      "ln -s $PWD/outside/pipe rootfs/etc/passwd",
      "truncate -s 100G rootfs/etc/passwd",
      "head -c 3000000 /dev/zero | tr '\\0' '\\n' > rootfs/etc/passwd",
      "ln -s passwd rootfs/etc/passwd",
    ] + (3...9).map { "ln -s /proc/self/fd/\($0) rootfs/etc/passwd" }

  @Test(
    "CVE-2025-24965: it is read if it is a file, and as far as is reasonable", arguments: scripts)
  func isNoFile(script: String) throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      // Who makes containers isn't kept from devices; what is in them may be.
      $0.linux?.resources?.devices = nil
    }
    try apus.makeOutside()
    try #require(try apus.script("mkdir rootfs/etc; \(script)") == .silently)
    let create = try apus.create()
    #expect(create == .silently)
    #expect(create.seconds < 10, "\(create.seconds)")
    #expect(try apus.start() == .silently)
    #expect(try eventually { text(of: "/proc/\(try apus.pid())/environ").contains("HOME=/\0") })
    let exec = try apus("exec", apus.id, "/bin/sh", "-c", "echo $HOME")
    #expect(exec == Finished(status: 0, output: "/\n", errors: ""))
    #expect(exec.seconds < 10, "\(exec.seconds)")
  }

  @Test("CVE-2025-24965: it is the container's, by whatever link")
  func isAFileOfTheContainer() throws {
    let apus = try Sandbox("/bin/sh", "-c", "echo $HOME")
    try apus.makeOutside()
    let made = try apus.script(
      """
      echo root:x:0:0::/outside:/bin/sh > outside/passwd
      mkdir -p rootfs/etc rootfs/$PWD/outside; ln -s $PWD/outside/passwd rootfs/etc/passwd
      echo root:x:0:0::/inside:/bin/sh > rootfs/$PWD/outside/passwd
      """)
    try #require(made == .silently)
    #expect(try apus.run() == Finished(status: 0, output: "/inside\n", errors: ""))
  }
}
