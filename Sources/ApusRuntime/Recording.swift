import JSON
import LinuxKernel
import OCISpec

/// The record of a container in the making: its folder, locked, and what is written there.
struct Recording: ~Copyable {
  /// The container's folder, with its lock.
  let folder: Descriptor
  let file: StateFile
  let root: String
  /// The init that is in what was prepared.
  private var preparedPID: Int32 = 0

  init(folder: consuming Descriptor, file: StateFile, root: String) {
    self.folder = folder
    self.file = file
    self.root = root
  }

  var record: ContainerRecord { file.record }

  /// The bundle's folder.
  var bundle: String { record.bundle }

  /// What hooks are told of the container.
  func state(pid: Int32) -> OCIState {
    OCIState(
      ociVersion: record.config.version, id: record.id, status: "creating", pid: Int(pid),
      bundle: bundle, annotations: record.annotations.isEmpty ? nil : record.annotations)
  }

  /// Writes the record with init in it, to be put in place by ``save(_:_:)``: init is still at work,
  /// and would wait for that.
  mutating func prepare(_ process: borrowing ProcessDescriptor, _ purpose: String)
    throws(RuntimeError)
  {
    file.record.note(process)
    try attempt("\(purpose): record it") { () throws(KernelError) in
      try prepareFile(
        Self.name, with: encodeJSON(file, style: .compact), mode: 0o600, at: folder.number,
        path: path)
    }
    preparedPID = process.pid
  }

  /// Notes that the container was made from images: it is as old as its processes are, and CRIU has
  /// given them a time namespace, in which the clocks go on.
  func noteRestored(movesClocks: Bool) {
    file.record.noteRestored(movesClocks: movesClocks)
  }

  /// Puts the record with init in it in place.
  mutating func save(_ process: borrowing ProcessDescriptor, _ purpose: String)
    throws(RuntimeError)
  {
    // Where a PID namespace is joined, its first process is a child of the one that was made.
    if preparedPID != process.pid { try prepare(process, purpose) }
    try attempt("\(purpose): record it") { () throws(KernelError) in
      try putInPlace(Self.name, at: folder.number, path: path)
    }
  }

  /// Keeps the configuration for those who enter the container: who made it may remove the file, which
  /// may even have been a pipe.
  func keep(_ spec: Spec, _ purpose: String) throws(RuntimeError) {
    try attempt("\(purpose): keep its configuration") { () throws(KernelError) in
      try replaceFile(
        "config.json", with: encodeJSON(spec, style: .compact), mode: 0o600, at: folder.number,
        path: "\(root)/\(record.id)/config.json")
    }
  }

  /// Writes the record, at once: a reader sees the old one or the new.
  func save(_ purpose: String) throws(RuntimeError) {
    try attempt("\(purpose): record it") { () throws(KernelError) in
      try replaceFile(
        Self.name, with: encodeJSON(file, style: .compact), mode: 0o600, at: folder.number,
        path: path)
    }
  }

  private static let name = "state.json"
  private var path: String { "\(root)/\(record.id)/\(Self.name)" }
}
