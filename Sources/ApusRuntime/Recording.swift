import JSON
import LinuxKernel
import OCISpec

/// The record of a container in the making: its folder, locked, and what is written there.
struct Recording: ~Copyable {
  /// The container's folder, with its lock.
  let folder: Descriptor
  var file: StateFile
  let root: String

  var record: ContainerRecord { file.record }

  /// The bundle's folder.
  var bundle: String { record.bundle }

  /// What hooks are told of the container.
  func state(pid: Int32) -> OCIState {
    OCIState(
      ociVersion: record.config.version, id: record.id, status: "creating", pid: Int(pid),
      bundle: bundle, annotations: record.annotations.isEmpty ? nil : record.annotations)
  }

  /// Writes the record with init in it.
  mutating func save(_ process: borrowing ProcessDescriptor, _ purpose: String)
    throws(RuntimeError)
  {
    file.record.note(process)
    try save(purpose)
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
        "state.json", with: encodeJSON(file, style: .compact), mode: 0o600, at: folder.number,
        path: "\(root)/\(record.id)/state.json")
    }
  }
}
