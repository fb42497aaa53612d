import CLinux
import Glibc
import SystemPackage

/// Both ends of a pseudo-terminal (`pty(7)`).
public struct PseudoTerminal: ~Copyable, Sendable {
  /// The end of the one who watches and types.
  public let master: Descriptor
  /// The end of the programs, which take it for a terminal.
  public let peer: Descriptor

  /// Makes one in the devpts that is mounted at `/dev/pts` below `root`.
  ///
  /// An image may put anything there. So no link is followed, and what is opened is proven first:
  /// a devpts holds one device of the name, and nobody can put another one in its place.
  public init(in root: Int32, size: WindowSize? = nil) throws(KernelError) {
    let folder = try open("dev/pts", in: root, [.path, .directory], [.inRoot, .noSymlinks])
    try proveTerminals(folder.number, "/dev/pts")
    let master = try open(
      "ptmx", in: folder.number, [.readWrite, .noControllingTerminal],
      [.beneath, .noCrossing, .noSymlinks])
    try proveTerminals(master.number, "/dev/pts/ptmx")
    let found = try status(master.number, path: "/dev/pts/ptmx")
    guard found.isCharacterDevice(5, 2) else {
      throw KernelError(
        call: "recognise", subject: "/dev/pts/ptmx",
        errno: .operationNotSupportedByDevice)
    }
    try check("ioctl TIOCSPTLCK", "/dev/pts/ptmx") { apus_unlock_pty(master.number) }
    // By its name the peer could be something else meanwhile (CVE-2025-52565).
    let peer = try openPeer(ofMaster: master.number)
    try size?.apply(to: master.number)
    self.init(master: master, peer: peer)
  }

  private init(master: consuming Descriptor, peer: consuming Descriptor) {
    self.master = master
    self.peer = peer
  }

  /// Makes the peer the controlling terminal of this session, which has none yet, and its standard
  /// input, output and error.
  public func becomeStandardStreams() throws(KernelError) {
    let peer = self.peer.number
    try check("ioctl TIOCSCTTY", "the terminal") { apus_ioctl_number(peer, UInt(TIOCSCTTY), 0) }
    for stream in Int32(0)...2 {
      try check("dup2", "the terminal to descriptor \(stream)") { dup2(peer, stream) }
    }
  }

  /// Mounts the peer on `/dev/console` below `root`, and makes the file where it is missing.
  public func bindOnConsole(in root: Int32) throws(KernelError) {
    let path = "/dev/console"
    let folder = try open("dev", in: root, [.path, .directory], [.inRoot, .noSymlinks])
    let place = try openOrMakeConsole(in: folder.number)
    // To make or mount on what a link points to would be done outside the image's /dev
    // (CVE-2026-88264).
    let type = try status(place.number, path: path).fileType
    guard type != S_IFLNK else {
      throw KernelError(
        call: "mount the terminal on a link,", subject: path, errno: .tooManySymbolicLinkLevels)
    }
    let tree = try cloneTree("", at: peer.number, recursive: false)
    try attach(tree, on: place.number, path: path)
  }

  private func openOrMakeConsole(in folder: Int32) throws(KernelError) -> Descriptor {
    do throws(KernelError) {
      return try open("console", [.path, .noFollow], at: folder)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
    }
    do throws(KernelError) {
      _ = try open(
        "console", in: folder, [.writeOnly, .create, .exclusive, .noFollow],
        [.beneath, .noSymlinks], mode: 0o666)
    } catch {
      if error.errno != .fileExists { throw error }
    }
    return try open("console", [.path, .noFollow], at: folder)
  }
}

/// Opens another descriptor of the peer of a master that came from elsewhere.
public func openPeer(ofMaster master: Int32) throws(KernelError) -> Descriptor {
  Descriptor(
    owning: try check("ioctl TIOCGPTPEER", "the terminal") {
      apus_open_pty_peer(master, O_RDWR | O_NOCTTY | O_CLOEXEC)
    })
}

private func proveTerminals(_ descriptor: Int32, _ path: String) throws(KernelError) {
  var found = statfs()
  try check("fstatfs", path) { fstatfs(descriptor, &found) }
  guard found.f_type == 0x1cd1 /* DEVPTS_SUPER_MAGIC */ else {
    throw KernelError(
      call: "find a devpts at", subject: path, errno: .operationNotSupportedByDevice)
  }
}

extension stat {
  /// Whether it is the character device of this number.
  public func isCharacterDevice(_ major: UInt32, _ minor: UInt32) -> Bool {
    fileType == S_IFCHR && apus_major(st_rdev) == major && apus_minor(st_rdev) == minor
  }
}
