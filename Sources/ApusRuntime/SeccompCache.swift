import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

/// The compiled form of a profile, kept in the state folder for containers to come.
///
/// It is in files: `list` of runc passes over these, and complains of a folder that is no container.
/// Their names are those of no container. There are as many as there are places and no more, so none
/// has to be looked for or cleaned up.
struct SeccompCache {
  private let root: String
  private let key: SeccompKey
  /// What was found.
  let program: SeccompProgram?

  /// Looks for a profile; nil where there is none, or it is compiled faster than found.
  init?(root: String, _ profile: Spec.Linux.Seccomp?) {
    guard let profile, let key = SeccompKey(profile) else { return nil }
    self.root = root
    self.key = key
    program = (Self.read(root, key.places.0, key) ?? Self.read(root, key.places.1, key))?.program
  }

  /// Keeps what the profile has come to, if it wasn't found. Where that can't be done, or another
  /// process is just about it, nothing is lost.
  func keep(_ plan: Plan) {
    guard program == nil, let compiled = plan.seccompProgram else { return }
    try? write(SeccompEntry(key, compiled))
  }

  private func write(_ entry: SeccompEntry) throws(KernelError) {
    let folder = try open(root, [.readOnly, .directory])
    let number = folder.number
    // One writer at a time, so that there is one temporary file, and no other's is put in place.
    try check("flock", root) { flock(number, LOCK_EX | LOCK_NB) }
    guard let place = placeToWrite() else { return }
    let temporary = ".seccomp,new"
    try? remove(temporary, at: number)
    let file = try open(
      temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600, at: number)
    do throws(KernelError) {
      try LinuxKernel.write(entry.bytes, to: file.number, path: root)
      try check("rename", root) { renameat(number, temporary, number, Self.name(place)) }
    } catch {
      try? remove(temporary, at: number)
      throw error
    }
  }

  /// The first place, unless another profile has it and not the second one, too; nil where
  /// somebody else has kept this one meanwhile.
  private func placeToWrite() -> Int? {
    let (first, second) = key.places
    guard let there = Self.read(root, first) else { return first }
    if there.key == key { return nil }
    guard let other = Self.read(root, second) else { return second }
    return other.key == key ? nil : first
  }

  private static func name(_ place: Int) -> String { "seccomp,\(place)" }

  private static func read(_ root: String, _ place: Int, _ key: SeccompKey) -> SeccompEntry? {
    guard let entry = read(root, place), entry.key == key else { return nil }
    return entry
  }

  /// Only a file of our own that nobody else may write to is believed, and no link to one.
  private static func read(_ root: String, _ place: Int) -> SeccompEntry? {
    let path = "\(root)/\(name(place))"
    guard let file = try? open(path, [.readOnly, .noFollow, .nonBlocking]),
      let found = try? status(file.number, path: path), found.st_mode & S_IFMT == S_IFREG,
      found.st_uid == geteuid(), found.st_mode & 0o022 == 0,
      found.st_size <= SeccompEntry.maximumSize,
      let bytes = try? readAll(file.number, path: path, sizeHint: Int(found.st_size))
    else { return nil }
    return SeccompEntry(bytes)
  }
}
