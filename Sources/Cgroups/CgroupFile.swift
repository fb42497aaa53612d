import Glibc
import LinuxKernel

/// A value that the kernel did not take.
public struct RefusedWrite: Error, Equatable, Sendable {
  /// The value, and where config.json asks for it.
  public let write: CgroupWrite
  /// What went wrong, and why as far as that can be found out.
  public let reason: String
}

/// Writes into the files of cgroups, and keeps the last one open: device rules, of which each takes
/// a write of its own, go to one file.
public struct CgroupFile: ~Copyable {
  private var path = ""
  private var file: Descriptor?
  /// Those that were refused and are tied to one that has not come yet.
  private var refused: [RefusedWrite] = []

  /// None is open yet.
  public init() {}

  /// Writes a value, in one write. One that is tied to others and is refused for what they were
  /// before is written again after them.
  public mutating func write(_ write: CgroupWrite) throws(RefusedWrite) {
    do throws(KernelError) {
      try put(write)
    } catch {
      let refusal = RefusedWrite(write: write, reason: write.explain(error))
      let isTied = write.isTiedToNext || !refused.isEmpty
      guard error.errno == .invalidArgument, isTied else {
        refused = []
        throw refusal
      }
      refused.append(refusal)
    }
    if !write.isTiedToNext, !refused.isEmpty { try writeRefused() }
  }

  /// Writes what was refused, for as long as that gets on.
  private mutating func writeRefused() throws(RefusedWrite) {
    while !refused.isEmpty {
      let before = refused.count
      let again = refused
      refused = []
      for refusal in again where (try? put(refusal.write)) == nil { refused.append(refusal) }
      if refused.count == before {
        let first = refused[0]
        refused = []
        throw first
      }
    }
  }

  private mutating func put(_ write: CgroupWrite) throws(KernelError) {
    do throws(KernelError) {
      try put(write.value, into: write.path)
    } catch {
      guard error.errno == .noSuchFileOrDirectory else { throw error }
      if write.enableController() { return try put(write.value, into: write.path) }
      switch write.ifMissing {
      case .fail: throw error
      case .skip: return
      case .write(let file, let value): try put(value, into: "\(write.directory)/\(file)")
      }
    }
  }

  private mutating func put(_ value: String, into path: String) throws(KernelError) {
    if file == nil || path != self.path {
      file = try open(path, .writeOnly)
      self.path = path
    }
    let number = file?.number ?? -1
    try check("write \(value) to", path) {
      Array(value.utf8).withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
    }
  }
}
