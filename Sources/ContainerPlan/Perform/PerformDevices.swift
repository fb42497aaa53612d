import CLinux
import Glibc
import LinuxKernel
import OCISpec

extension ContainerPerformer {
  mutating func make(_ device: PlannedDevice) throws(KernelError) {
    let (folder, name) = try openFolder(above: device.path)
    let type: UInt32 = device.type == "b" ? S_IFBLK : device.type == "p" ? S_IFIFO : S_IFCHR
    do throws(KernelError) {
      try check("mknod", device.path) {
        mknodat(folder, name, type | device.mode, apus_makedev(device.major, device.minor))
      }
    } catch {
      if error.errno == .fileExists { return }
      // Whoever is root of a user namespace only may make none.
      guard error.errno == .notPermitted, device.type != "p" else { throw error }
      return try bind(device)
    }
    guard device.uid != 0 || device.gid != 0 else { return }
    try check("chown", device.path) {
      fchownat(folder, name, device.uid, device.gid, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// Binds the host's node, proven to be the device that is meant.
  mutating func bind(_ device: PlannedDevice) throws(KernelError) {
    let tree = try cloneTree(device.path, recursive: false)
    let found = try status(tree.number, path: device.path)
    guard found.fileType == (device.type == "b" ? S_IFBLK : S_IFCHR),
      found.st_rdev == apus_makedev(device.major, device.minor)
    else {
      throw KernelError(
        call: "find the device \(device.type) \(device.major):\(device.minor) on the host at",
        subject: device.path, errno: .operationNotSupportedByDevice)
    }
    let (folder, name) = try openFolder(above: device.path)
    do throws(KernelError) {
      _ = try open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644, at: folder)
    } catch {
      if error.errno != .fileExists { throw error }
    }
    let place = try open(name, [.path, .noFollow], at: folder)
    // Mounted on, a link of the image would lead out of the folder.
    guard try status(place.number, path: device.path).fileType != S_IFLNK else {
      throw KernelError(
        call: "bind a device on a link,", subject: device.path, errno: .tooManySymbolicLinkLevels)
    }
    try attach(tree, on: place.number, path: device.path)
  }

  mutating func link(_ path: String, to target: String) throws(KernelError) {
    let (folder, name) = try openFolder(above: path)
    do throws(KernelError) {
      try check("symlink", path) { symlinkat(target, folder, name) }
    } catch {
      if error.errno != .fileExists { throw error }
    }
  }

  mutating func copyLink(_ path: String, to target: String) throws(KernelError) {
    try link(path, to: target)
    let (folder, name) = try openFolder(above: path)
    guard (try? readLink(name, at: folder)) == target else {
      throw KernelError(call: "symlink to \(target), at", subject: path, errno: .fileExists)
    }
  }

  /// Makes a terminal of the container's own devpts, hands its master end to the runtime, and takes
  /// the other one for standard input, output and error.
  mutating func openTerminal(_ size: Spec.Process.ConsoleSize?, _ console: Bool)
    throws(KernelError)
  {
    let terminal = try PseudoTerminal(
      in: try root(),
      size: size.map {
        WindowSize(rows: UInt16(clamping: $0.height), columns: UInt16(clamping: $0.width))
      })
    if console { try terminal.bindOnConsole(in: try root()) }
    try runtime.send([Message.terminal.rawValue], with: terminal.master.number)
    if try runtime.receive().bytes.isEmpty { _exit(1) }  // the runtime is gone
    try terminal.becomeStandardStreams()
  }

  /// Has the container's own null device, where it has one, in place of the host's as standard streams,
  /// as runc does: CRIU can't save a file from outside, and root in the container could change the
  /// host's mode.
  mutating func ownNullStreams() throws(KernelError) {
    if plan.opensTerminal { return }
    var own: Descriptor?
    for stream in Int32(0)...2 {
      guard let found = try? status(stream), found.isCharacterDevice(1, 3) else { continue }
      if own == nil {
        guard let place = try? provenNullDevice(),
          let null = try? open("self/fd/\(place)", .readWrite, at: try proc())
        else { return }
        own = consume null
      }
      let number = own.polledNumber
      try check("dup3", "/dev/null") { apus_dup3(number, stream, 0) }
    }
  }
}
