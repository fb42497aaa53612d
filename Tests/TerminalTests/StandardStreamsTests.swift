import Glibc
import LinuxKernel
import Testing

/// Standard streams that are given to the container's user.
struct StandardStreamsTests {
  private func owner(_ path: String) throws -> UInt32 { try status(of: path).st_uid }

  @Test func theyGetTheOwnerButTheNullDevice() throws {
    let folder = try Folder()
    let file = "\(folder.path)/file"
    let stream = try open(file, [.readWrite, .create], mode: 0o600)
    let null = try owner("/dev/null")
    let probe = try Spawned(
      [try Spawned.probe, "own", "4711"], streams: [nil, stream.number, nil])
    #expect(try probe.wait() == 0)
    #expect(try owner(file) == 4711)
    #expect(try owner("/dev/null") == null)
  }

  /// By its name it could be any file of the host that the image has put there (CVE-2026-88265).
  @Test func theNullDeviceIsKnownByItsNumber() throws {
    let folder = try Folder()
    let made = "\(folder.path)/null"
    try check("mknod") { mknod(made, S_IFCHR | 0o666, dev_t(1 << 8 | 3)) }
    let stream = try open(made, [.path])
    let script = "exec $0 own 4711 > $1"
    let shell = try Spawned(["sh", "-c", script, try Spawned.probe, made])
    #expect(try shell.wait() == 0)
    #expect(try status(stream.number).st_uid == 0)
  }

  @Test func aFileSystemThatIsReadOnlyIsLeftAlone() throws {
    let folder = try Folder()
    let script = """
      mount -t tmpfs none $1 && echo > $1/file && mount -o remount,ro $1 && exec $0 own 4711 < $1/file
      """
    let shell = try Spawned(
      [
        "unshare", "-m", "--propagation", "private", "sh", "-c", script, try Spawned.probe,
        folder.path,
      ])
    #expect(try shell.wait() == 0)
  }
}
