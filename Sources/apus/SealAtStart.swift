import CLinux
import Glibc

/// Where the static executable begins (`-e apus_start` in the Makefile): a process that is to enter a
/// container goes on from a read-only mount of this program (CVE-2019-5736), and so begins twice. Its
/// first life ends before the C library has set itself up, which asks the processor a hundred
/// questions that a hypervisor has to answer: a quarter of a millisecond.
@section(".data.rel.ro.start") @used
private let start: @convention(c) () -> Void = apus_start

/// Returns only where there is nothing to seal, or it is done already or can't be done here:
/// `sealProcess()` finds out, tries the other ways, and says what is wrong.
///
/// Nothing here may touch the C library, or a type that Swift's runtime has to make first; nor may it
/// have a pointer to a variable of its own, for the compiler then guards the stack by a word that the C
/// library provides.
/// - Parameters:
///   - stack: as the kernel has made it: argc, argv, envp.
///   - scratch: 64 bytes.
@c(apus_seal_at_start)
public func sealAtStart(_ stack: UnsafeMutablePointer<Int>, _ scratch: UnsafeMutableRawPointer) {
  let count = stack[0]
  let arguments = UnsafeMutableRawPointer(stack + 1).assumingMemoryBound(to: Words.Pointee.self)
  guard entersContainer(count, arguments) else { return }
  let path = Int(bitPattern: ("/proc/self/exe" as StaticString).utf8Start)
  let empty = Int(bitPattern: ("" as StaticString).utf8Start)
  // A mount of one file that is attached nowhere calls the file "/": it is sealed.
  let place = Int(bitPattern: scratch)
  guard apus_bare_call(Int(SYS_readlinkat), Int(AT_FDCWD), path, place, 2, 0) != 1 else { return }
  // OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
  let mount = apus_bare_call(Int(SYS_open_tree), Int(AT_FDCWD), path, 0x8_0001, 0, 0)
  guard mount >= 0 else { return }
  // attr_set: MOUNT_ATTR_RDONLY; of the rest of mount_attr nothing
  let words = scratch.assumingMemoryBound(to: UInt64.self)
  (words[0], words[1], words[2], words[3]) = (1, 0, 0, 0)
  let refused = apus_bare_call(
    Int(SYS_mount_setattr), mount, empty, 0x1000 /* AT_EMPTY_PATH */, place, 32)
  if refused == 0 {
    let environment = Int(bitPattern: arguments + count + 1)
    _ = apus_bare_call(
      Int(SYS_execveat), mount, empty, Int(bitPattern: arguments), environment, 0x1000)
  }
  _ = apus_bare_call(Int(SYS_close), mount, 0, 0, 0, 0)
}

/// Whether one of the words is a command that makes a container or enters one. That it may be
/// something else, such as a container's name, costs a third of a millisecond and nothing more.
private func entersContainer(_ count: Int, _ arguments: Words) -> Bool {
  var index = 1
  while index < count {
    guard let word = arguments[index] else { return false }
    if word.isWord("create") || word.isWord("run") || word.isWord("exec") || word.isWord("restore")
    {
      return true
    }
    index += 1
  }
  return false
}

extension UnsafeMutablePointer<CChar> {
  fileprivate func isWord(_ word: StaticString) -> Bool {
    var index = 0
    // With the zero that ends both.
    while index <= word.utf8CodeUnitCount {
      guard UInt8(bitPattern: self[index]) == word.utf8Start[index] else { return false }
      index += 1
    }
    return true
  }
}
