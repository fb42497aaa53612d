/// A value for one file of a container's cgroup, and where config.json asks for it.
public struct CgroupWrite: Equatable, Sendable {
  /// The cgroup's directory on the host.
  public let directory: String
  /// The file's name.
  public let file: String
  /// What is written, in one write.
  public let value: String
  /// The JSON pointer into config.json.
  public let pointer: String
  /// What is done where the kernel has no such file.
  public let ifMissing: IfMissing
  /// Whether the kernel holds the value against that of the next write: one of them may have to come
  /// first, which depends on what there was before.
  public internal(set) var isTiedToNext = false

  /// What is done where the kernel has no such file.
  public enum IfMissing: Equatable, Sendable {
    /// The value can't be had, and that is an error.
    case fail
    /// Without the file it is as wanted.
    case skip
    /// Another file is for the same.
    case write(file: String, value: String)
  }

  init(
    _ directory: String, _ file: String, _ value: String, _ pointer: String,
    ifMissing: IfMissing = .fail
  ) {
    self.directory = directory
    self.file = file
    self.value = value
    self.pointer = pointer
    self.ifMissing = ifMissing
  }

  /// The file's place on the host.
  public var path: String { "\(directory)/\(file)" }
}

/// A limit that can't be had on this host.
public struct LimitError: Error, Equatable, Sendable {
  /// The JSON pointer into config.json.
  public let pointer: String
  /// Why, and what to do.
  public let problem: String
}
