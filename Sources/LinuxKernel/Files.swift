import CLinux
import Glibc
import SystemPackage

/// Flags of open, which the C library's headers only show to GNU programs.
public struct OpenFlags: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int32
  /// From its bits.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// O_RDONLY.
  public static let readOnly = OpenFlags([])
  /// O_WRONLY.
  public static let writeOnly = OpenFlags(rawValue: O_WRONLY)
  /// O_RDWR.
  public static let readWrite = OpenFlags(rawValue: O_RDWR)
  /// O_CREAT: makes the file where it is missing.
  public static let create = OpenFlags(rawValue: O_CREAT)
  /// O_EXCL: with ``create``, fails if it is there.
  public static let exclusive = OpenFlags(rawValue: O_EXCL)
  /// O_TRUNC: empties the file.
  public static let truncate = OpenFlags(rawValue: O_TRUNC)
  /// O_APPEND: writes at the end, wherever that is by then.
  public static let append = OpenFlags(rawValue: O_APPEND)
  /// O_NONBLOCK: fails where it would wait.
  public static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
  /// O_NOCTTY: a terminal doesn't become the process's controlling one.
  public static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
  /// O_DIRECTORY: fails for anything else.
  public static let directory = OpenFlags(rawValue: O_DIRECTORY)
  /// O_NOFOLLOW: fails for a symbolic link; with ``path``, opens the link itself.
  public static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
  /// O_PATH: a place in the file system, not to be read or written.
  public static let path = OpenFlags(rawValue: 0o10000000)
}

/// Opens a path, always close-on-exec (`openat(2)`).
public func open(
  _ path: String, _ flags: OpenFlags, mode: UInt32 = 0, at directory: Int32 = currentDirectory
) throws(KernelError) -> Descriptor {
  Descriptor(
    owning: try check("open", path) {
      apus_openat(directory, path, flags.rawValue | O_CLOEXEC, mode)
    })
}

/// What `fstat(2)` says.
public func status(_ descriptor: Int32, path: String = "") throws(KernelError) -> stat {
  var result = stat()
  try check("fstat", path) { fstat(descriptor, &result) }
  return result
}

/// What `fstatat(2)` says of a path; links are followed unless told otherwise.
public func status(
  of path: String, at directory: Int32 = currentDirectory, followLinks: Bool = true
) throws(KernelError) -> stat {
  var result = stat()
  try check("stat", path) {
    fstatat(directory, path, &result, followLinks ? 0 : AT_SYMLINK_NOFOLLOW)
  }
  return result
}

extension stat {
  /// S_IFDIR, S_IFREG, …
  public var fileType: UInt32 { st_mode & S_IFMT }
  /// Whether it is a directory.
  public var isDirectory: Bool { fileType == S_IFDIR }
}

/// Makes a directory; an existing one is an error unless `orExisting`.
public func makeDirectory(
  _ path: String, mode: UInt32, at directory: Int32 = currentDirectory, orExisting: Bool = false
) throws(KernelError) {
  do throws(KernelError) {
    try check("mkdir", path) { mkdirat(directory, path, mode) }
  } catch {
    if !(orExisting && error.errno == .fileExists) { throw error }
  }
}

/// Makes a directory of the host and those above it.
public func makeDirectories(_ path: String, mode: UInt32) throws(KernelError) {
  do throws(KernelError) {
    try makeDirectory(path, mode: mode)
  } catch {
    if error.errno == .fileExists { return }
    let above = split(path).above
    guard error.errno == .noSuchFileOrDirectory, above != path, above != "." else { throw error }
    try makeDirectories(above, mode: mode)
    try makeDirectory(path, mode: mode, orExisting: true)
  }
}

/// Removes a name; `directory` says that it is a directory's.
public func remove(_ path: String, at parent: Int32 = currentDirectory, directory: Bool = false)
  throws(KernelError)
{
  try check(directory ? "rmdir" : "unlink", path) {
    unlinkat(parent, path, directory ? AT_REMOVEDIR : 0)
  }
}

/// Writes all of the bytes.
public func write(_ bytes: [UInt8], to descriptor: Int32, path: String = "") throws(KernelError) {
  var done = 0
  while done < bytes.count {
    done += try check("write", path) {
      bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
    }
  }
}

/// Reads a descriptor to its end.
/// - Parameters:
///   - sizeHint: what it probably holds.
///   - limit: after about as many bytes it is content.
///   - isWhole: whether a first part of some length is known to be all.
public func readAll(
  _ descriptor: Int32, path: String = "", sizeHint: Int = 4096, limit: Int = .max,
  isWhole: (Int) -> Bool = { _ in false }
) throws(KernelError) -> [UInt8] {
  var bytes: [UInt8] = []
  var room = max(sizeHint + 1, 512)
  while true {
    var failure: Errno?
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      let result = read(descriptor, buffer.baseAddress, buffer.count)
      if result < 0 { failure = .last }
      count = max(0, result)
    }
    if let failure {
      if failure == .interrupted { continue }
      throw KernelError(call: "read", subject: path, errno: failure)
    }
    if chunk.isEmpty { return bytes }
    if bytes.isEmpty {
      if isWhole(chunk.count) { return chunk }
      bytes = chunk
    } else {
      bytes += chunk
    }
    if bytes.count >= limit { return bytes }
    room = 65536
  }
}

/// Reads a whole file.
public func readFile(_ path: String, at directory: Int32 = currentDirectory) throws(KernelError)
  -> [UInt8]
{
  let file = try open(path, .readOnly, at: directory)
  let size = Int(try status(file.number, path: path).st_size)
  return try readAll(
    file.number, path: path, sizeHint: min(size, 16 << 20), isWhole: { $0 > 0 && $0 == size })
}

/// Reads a whole file of procfs or cgroupfs, which don't know their sizes. A read of one stops where
/// the next record would not fit into a page, so what is short is all of it.
public func readKernelFile(_ path: String, at directory: Int32 = currentDirectory)
  throws(KernelError) -> [UInt8]
{
  let file = try open(path, .readOnly, at: directory)
  return try readAll(file.number, path: path, sizeHint: 4095, isWhole: { $0 < 2048 })
}

/// Writes into a file that exists, such as those of procfs and cgroupfs, in one write.
public func writeFile(_ path: String, _ text: String, at directory: Int32 = currentDirectory)
  throws(KernelError)
{
  let file = try open(path, .writeOnly, at: directory)
  let number = file.number
  try check("write \"\(text)\" to", path) {
    Array(text.utf8).withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
  }
}

/// Replaces a file at once: a reader sees the old content or the new, whenever a crash comes.
public func replaceFile(
  _ name: String, with bytes: [UInt8], mode: UInt32, at directory: Int32, path: String
) throws(KernelError) {
  try prepareFile(name, with: bytes, mode: mode, at: directory, path: path)
  try putInPlace(name, at: directory, path: path)
}

/// Writes what is to replace a file, beside it.
public func prepareFile(
  _ name: String, with bytes: [UInt8], mode: UInt32, at directory: Int32, path: String
) throws(KernelError) {
  let temporary = temporaryName(name)
  do throws(KernelError) {
    let file = try makeFile(temporary, mode: mode, at: directory)
    try write(bytes, to: file.number, path: path)
  } catch {
    _ = unlinkat(directory, temporary, 0)
    throw error
  }
}

/// Replaces a file with what was prepared, at once.
public func putInPlace(_ name: String, at directory: Int32, path: String) throws(KernelError) {
  let temporary = temporaryName(name)
  do throws(KernelError) {
    try check("rename", path) { renameat(directory, temporary, directory, name) }
  } catch {
    _ = unlinkat(directory, temporary, 0)
    throw error
  }
}

private func temporaryName(_ name: String) -> String { ".\(name).new" }

/// Makes a file that nobody else has put there. What is in its place, after a crash or as a trap in a
/// folder that others may write to, is removed and never written to.
private func makeFile(_ name: String, mode: UInt32, at directory: Int32) throws(KernelError)
  -> Descriptor
{
  let flags: OpenFlags = [.writeOnly, .create, .exclusive]
  do throws(KernelError) {
    return try open(name, flags, mode: mode, at: directory)
  } catch {
    guard error.errno == .fileExists else { throw error }
    _ = unlinkat(directory, name, 0)
    return try open(name, flags, mode: mode, at: directory)
  }
}

/// Where a symbolic link points.
public func readLink(_ path: String, at directory: Int32 = currentDirectory) throws(KernelError)
  -> String
{
  var buffer = [UInt8](repeating: 0, count: 4096)
  let count = try check("readlink", path) {
    buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlinkat(directory, path, $0, characters.count) } ?? -1
      }
    }
  }
  return String(decoding: buffer[..<count], as: UTF8.self)
}

/// The magic number of a file system (`statfs(2)`).
public func filesystemType(of descriptor: Int32, path: String) throws(KernelError) -> Int {
  var result = statfs()
  try check("fstatfs", path) { fstatfs(descriptor, &result) }
  return Int(result.f_type)
}
