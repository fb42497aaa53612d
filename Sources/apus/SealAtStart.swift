import CLinux
import Glibc

/// Runs before everything else, even before Swift's runtime has set itself up, which takes longer
/// than the exec: a process that is to enter a container goes on from a read-only mount of this
/// program (CVE-2019-5736). `sealProcess()` finds that done; where it could not be done here, it
/// tries the other ways and says what is wrong.
///
/// Nothing here may touch a type that the runtime has to make first.
@section(".preinit_array") @used
private let sealAtStart:
  @convention(c) (
    Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Void = { count, arguments, environment in
    noteArguments(count, arguments)
    if entersContainer(count, arguments) { goOnSealed(arguments, environment) }
    forgoBacktraces()
  }

/// Returns only where it is done already, or can't be had.
private func goOnSealed(
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
  _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) {
  let path = UnsafeRawPointer(("/proc/self/exe" as StaticString).utf8Start)
    .assumingMemoryBound(to: CChar.self)
  let empty = UnsafeRawPointer(("" as StaticString).utf8Start)
    .assumingMemoryBound(to: CChar.self)
  // A mount of one file that is attached nowhere calls the file "/": it is sealed.
  var name: UInt16 = 0
  let length = withUnsafeMutablePointer(to: &name) {
    readlink(path, UnsafeMutableRawPointer($0).assumingMemoryBound(to: CChar.self), 2)
  }
  guard length != 1 else { return }
  // OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
  let mount = apus_open_tree(-100 /* AT_FDCWD */, path, 0x8_0001)
  guard mount >= 0 else { return }
  defer { close(mount) }
  var attributes = apus_mount_attr(
    attr_set: 1 /* MOUNT_ATTR_RDONLY */, attr_clr: 0, propagation: 0, userns_fd: 0)
  guard apus_mount_setattr(mount, empty, 0x1000 /* AT_EMPTY_PATH */, &attributes) == 0 else {
    return
  }
  _ = apus_execveat(mount, empty, arguments, environment, 0x1000)
}

/// Whether one of the words is a command that makes a container or enters one. That it may be
/// something else, such as a container's name, costs half a millisecond and nothing more.
private func entersContainer(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Bool {
  var index = 1
  while index < Int(count) {
    guard let word = arguments[index] else { return false }
    if word.isWord("create") || word.isWord("run") || word.isWord("exec") { return true }
    index += 1
  }
  return false
}

extension UnsafeMutablePointer<CChar> {
  fileprivate func isWord(_ word: StaticString) -> Bool {
    strcmp(self, UnsafeRawPointer(word.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
  }
}
