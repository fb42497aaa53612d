import CLinux
import Glibc
import LinuxKernel

extension ContainerPerformer {
  /// A path to hide or to protect; nil where the container has none.
  private mutating func place(_ path: String) throws(KernelError) -> Descriptor? {
    do throws(KernelError) {
      return try open(path, in: try root(), [.path])
    } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
      throw error
    }
  }

  mutating func makeReadonly(_ path: String) throws(KernelError) {
    guard let place = try place(path) else { return }
    let tree = try cloneTree("", at: place.number, recursive: true)
    try setAttributes(of: tree.number, set: .readOnly, recursive: true, path: path)
    try attach(tree, on: place.number, path: path)
  }

  mutating func mask(_ path: String) throws(KernelError) {
    guard let place = try place(path) else { return }
    if try status(place.number, path: path).isDirectory {
      try coverDirectory(place.number, path)
    } else {
      try attach(try nullCover(), on: place.number, path: path)
    }
  }

  /// The first one gets a new empty file system; only a mount that is attached can be copied for the
  /// others, before Linux 6.15.
  private mutating func coverDirectory(_ place: Int32, _ path: String) throws(KernelError) {
    if emptyDirectory != nil {
      let copy = try cloneTree("", at: emptyDirectory?.number ?? -1, recursive: false)
      return try attach(copy, on: place, path: path)
    }
    let empty = try makeMount(
      of: "tmpfs", source: "tmpfs", parameters: [("nr_blocks", "1"), ("nr_inodes", "1")],
      readOnlyFilesystem: true, attributes: .readOnly)
    try attach(empty, on: place, path: path)
    emptyDirectory = consume empty
  }

  private mutating func nullCover() throws(KernelError) -> Descriptor {
    try cloneTree("", at: try provenNullDevice(), recursive: false)
  }

  /// Proven to be the null device, not what an image put in its place (CVE-2025-31133).
  mutating func provenNullDevice() throws(KernelError) -> Int32 {
    if nullDevice == nil {
      let null = try open("/dev/null", in: try root(), [.path, .noFollow])
      let found = try status(null.number, path: "/dev/null")
      guard found.isCharacterDevice(1, 3) else {
        throw KernelError(
          call: "mask with something that is not the null device,", subject: "/dev/null",
          errno: .noSuchAddressOrDevice)
      }
      nullDevice = consume null
    }
    return nullDevice?.number ?? -1
  }

  /// "net.ipv4.ip_forward" and "net/ipv4/ip_forward" are the same; in each the other sign stands
  /// for itself (sysctl.d(5)).
  func sysctlPath(_ key: String) -> String {
    let (dot, slash) = (UInt8(ascii: "."), UInt8(ascii: "/"))
    let separator = key.utf8.first { $0 == dot || $0 == slash }
    guard separator == dot else { return "sys/" + key }
    let path = key.utf8.map { $0 == dot ? slash : $0 == slash ? dot : $0 }
    return "sys/" + String(decoding: path, as: UTF8.self)
  }
}
