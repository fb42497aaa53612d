import CRIU
import Glibc
import JSON
import LinuxKernel
import OCISpec

/// The folders that CRIU writes to and reads from, open.
struct CheckpointFolders: ~Copyable {
  private let images: Descriptor
  private let work: Descriptor
  private let choices: CRIUChoices
  private let log: String
  private let isNew: Bool

  /// Opens them, and makes those that are missing but for the images of a restore.
  /// - Parameters:
  ///   - log: the log's name, of which an old one is removed.
  ///   - linux: the container's configuration. In a user namespace CRIU reads the images as its root,
  ///     who must be let in.
  init(
    _ choices: CRIUChoices, log: String, makingImages: Bool, for linux: Spec.Linux?,
    _ purpose: String
  ) throws(RuntimeError) {
    isNew = makingImages && access(choices.images, F_OK) != 0
    let images = try attempt("\(purpose): open the folder of --image-path") {
      () throws(KernelError) in
      if makingImages { try makeDirectories(choices.images, mode: 0o700) }
      return try open(choices.images, [.readOnly, .directory])
    }
    if let linux, let root = linux.rootOnHost {
      if isNew {
        try attempt("\(purpose): let the container's root into --image-path") {
          () throws(KernelError) in
          try check("chown", choices.images) { fchown(images.number, uid_t.max, root.gid) }
          try check("chmod", choices.images) { fchmod(images.number, 0o710) }
        }
      } else if !makingImages {
        try Self.requireReadable(images.number, choices.images, by: linux, root, purpose)
      }
    }
    // The log is in one of the two.
    work =
      if let path = choices.work {
        try attempt("\(purpose): open the folder of --work-path") { () throws(KernelError) in
          try makeDirectories(path, mode: 0o700)
          return try open(path, [.readOnly, .directory])
        }
      } else {
        try attempt(purpose) { () throws(KernelError) in try images.duplicate() }
      }
    self.images = consume images
    self.choices = choices
    self.log = log
    try? remove(log, at: work.number)
  }

  /// Removes the folder of the images if it was made here and nothing came into it.
  func forgetEmpty() { if isNew { rmdir(choices.images) } }

  private static func requireReadable(
    _ folder: Int32, _ path: String, by linux: Spec.Linux, _ root: (uid: UInt32, gid: UInt32),
    _ purpose: String
  ) throws(RuntimeError) {
    let found = try attempt(purpose) { () throws(KernelError) in try status(folder, path: path) }
    let right: mode_t =
      found.st_uid == root.uid ? S_IXUSR : found.st_gid == root.gid ? S_IXGRP : S_IXOTH
    guard found.st_mode & right == 0, !linux.maps(found.st_uid, found.st_gid) else { return }
    throw RuntimeError(
      "\(purpose): the container's root, \(root.uid) on the host, may not look into --image-path "
        + "\(path): let its group in (chgrp \(root.gid), chmod g+x)")
  }

  /// By their numbers in this process, where CRIU looks for them.
  var numbers: (images: Int32, work: Int32?) {
    (images.number, choices.work == nil ? nil : work.number)
  }

  /// Their paths.
  var paths: (images: String, work: String) { (choices.images, choices.work ?? choices.images) }

  /// Refuses a `--parent-path` that leads to no folder.
  func requireParent(_ path: String, _ purpose: String) throws(RuntimeError) {
    if isAbsolute(path) {
      throw RuntimeError(
        "\(purpose): --parent-path \(path) is absolute; give it relative to --image-path")
    }
    try attempt("\(purpose): open the folder of --parent-path") { () throws(KernelError) in
      _ = try open(path, [.path, .directory], at: images.number)
    }
  }

  /// In the folder of the images: what the standard streams were, which CRIU can't know.
  private static let streams = "descriptors.json"

  /// Keeps what the standard streams of the container are.
  func write(streams: [String], _ purpose: String) throws(RuntimeError) {
    try attempt("\(purpose): write \(Self.streams)") { () throws(KernelError) in
      try replaceFile(
        Self.streams, with: encodeJSON(streams, style: .compact), mode: 0o600, at: images.number,
        path: "\(choices.images)/\(Self.streams)")
    }
  }

  /// What the standard streams were. What is no ordinary file is not waited for.
  func readStreams(_ purpose: String) throws(RuntimeError) -> [String] {
    let path = "\(choices.images)/\(Self.streams)"
    let bytes = try attempt("\(purpose): read what a checkpoint has saved") {
      () throws(KernelError) in
      let file = try open(
        Self.streams, [.readOnly, .nonBlocking, .noFollow, .noControllingTerminal],
        at: images.number)
      guard try status(file.number, path: path).fileType == S_IFREG else {
        throw KernelError(call: "read", subject: path, errno: .invalidArgument)
      }
      return try readAll(file.number, path: path, limit: 1 << 20)
    }
    do throws(JSONError) {
      return try Array(decodeJSON([String].self, from: bytes).prefix(3))
    } catch {
      throw RuntimeError("\(purpose): \(path): \(error)")
    }
  }

  /// Where CRIU's log is, and its last error: "; its log is PATH, which says: Error …".
  var complaint: String {
    let path = "\(paths.work)/\(log)"
    guard let bytes = try? readFile(log, at: work.number) else { return "" }
    let error = lastError(inLog: bytes)
    return "; its log is \(path)" + (error.map { ", which says: \($0)" } ?? "")
  }
}

/// The error of CRIU's log that tells most: the last one before it says no more than that all failed.
func lastError(inLog bytes: [UInt8]) -> String? {
  var found: String?
  for line in bytes.split(separator: UInt8(ascii: "\n")) {
    guard let start = firstPlace(of: "Error", in: line) else { continue }
    if found != nil {
      if firstPlace(of: "FAILED", in: line) != nil { break }
      if firstPlace(of: "failed with", in: line) != nil { continue }
    }
    found = String(decoding: line[start...], as: UTF8.self)
  }
  return found
}

private func firstPlace(of word: StaticString, in line: ArraySlice<UInt8>) -> Int? {
  word.withUTF8Buffer { word in line.indices.first { line[$0...].starts(with: word) } }
}

extension Spec.Linux {
  /// Whether a file of a user and a group of the host is one that root of the user namespace may open
  /// whatever its mode is.
  fileprivate func maps(_ uid: UInt32, _ gid: UInt32) -> Bool {
    func have(_ mappings: [IDMapping]?, _ number: UInt32) -> Bool {
      (mappings ?? []).contains { number >= $0.hostID && number - $0.hostID < $0.size }
    }
    return have(uidMappings, uid) && have(gidMappings, gid)
  }
}
