import Glibc
import LinuxKernel
import Testing

/// A pseudo-terminal made in a root file system that may be hostile.
struct PseudoTerminalTests {
  /// Runs the probe on a root file system that a script has made, with `$1` as its path, in a mount
  /// namespace of its own.
  private func console(_ script: String) throws -> (status: Int32, output: String, root: Folder) {
    let root = try Folder()
    let pipe = try Pipe()
    let shell = try Spawned(
      [
        "unshare", "-m", "--propagation", "private", "sh", "-ec",
        "mkdir -p $1/root/dev/pts; cd $1/root\n\(script)\nexec $0 console $1/root",
        try Spawned.probe, root.path,
      ], streams: [nil, pipe.writing, pipe.writing])
    pipe.closeWriting()
    let output = Transcript(pipe.reading.number).readToEnd()
    return (try shell.wait(), output, root)
  }

  private let devpts = "mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts\n"

  @Test(arguments: ["", "touch dev/console", "mknod dev/console c 5 1"])
  func itIsBoundOnTheConsole(preparation: String) throws {
    let result = try console(devpts + preparation)
    #expect(result.output == "same true, WindowSize(rows: 11, columns: 22)\n")
    #expect(result.status == 0)
  }

  /// CVE-2026-88264.
  @Test(arguments: ["/outside", "../../outside", "pts/ptmx"])
  func aConsoleThatIsALinkIsRefused(target: String) throws {
    let result = try console(devpts + "ln -s \(target) dev/console")
    #expect(result.status == 1)
    #expect(
      result.output.contains("/dev/console: too many levels of symbolic links (ELOOP)"),
      "\(result.output)")
    #expect(access("\(result.root.path)/outside", F_OK) != 0)
    #expect(access("/outside", F_OK) != 0)
  }

  /// CVE-2026-41579: what is made in /dev must not land outside.
  @Test func aDevThatIsALinkIsRefused() throws {
    let result = try console(
      "mv dev ../outside; ln -s ../outside dev; mount -t devpts devpts ../outside/pts")
    #expect(result.status == 1)
    #expect(result.output.contains("ELOOP"), "\(result.output)")
    #expect(access("\(result.root.path)/outside/console", F_OK) != 0)
  }

  /// CVE-2025-52565: neither the directory nor the device is what its name says.
  @Test(arguments: [
    "mknod -m 666 dev/pts/ptmx c 5 2", "touch dev/pts/ptmx", "ln -s /dev/null dev/pts/ptmx",
    "rmdir dev/pts; ln -s /tmp dev/pts", "mkfifo dev/pts/ptmx",
    "mount -t devpts devpts dev/pts; touch false; mount --bind false dev/pts/ptmx",
    "mount -t devpts devpts dev/pts; mount --bind /dev/null dev/pts/ptmx",
  ])
  func whatIsNoTerminalIsRefused(preparation: String) throws {
    let result = try console(preparation)
    #expect(result.status == 1)
    #expect(result.output.contains("dev/pts") || result.output.contains("ptmx"), "\(result.output)")
  }

  @Test func bothEndsAreOneTerminal() throws {
    let root = try open("/", [.path, .directory])
    let terminal = try PseudoTerminal(in: root.number, size: WindowSize(rows: 3, columns: 4))
    #expect(isTerminal(terminal.peer.number))
    #expect(try WindowSize(of: terminal.peer.number) == WindowSize(rows: 3, columns: 4))
    try write(Array("typed\n".utf8), to: terminal.master.number)
    let screen = Transcript(terminal.master.number)
    #expect(try screen.read(until: "typed\r\n") == "typed\r\n")
  }
}
