import CRIU
import Glibc
import JSON
import LinuxKernel

/// The folders that CRIU writes to and reads from, open.
struct CheckpointFolders: ~Copyable {
  private let images: Descriptor
  private let work: Descriptor
  private let choices: CRIUChoices
  private let log: String

  /// Opens them, and makes those that are missing but for the images of a restore.
  /// - Parameter log: the log's name, of which an old one is removed.
  init(_ choices: CRIUChoices, log: String, makingImages: Bool, _ purpose: String)
    throws(RuntimeError)
  {
    let images = try attempt("\(purpose): open the folder of --image-path") {
      () throws(KernelError) in
      if makingImages { try makeDirectories(choices.images, mode: 0o700) }
      return try open(choices.images, [.readOnly, .directory])
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

  /// Where CRIU's log is, and its last error: "; /work/dump.log: Error …".
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
