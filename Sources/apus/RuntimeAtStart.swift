import CLinux
import Glibc

// What Swift's runtime would do at each start, and needn't.

/// Runs before the runtime has set itself up. Nothing here may touch a type that it has to make first.
@section(".preinit_array") @used
private let beforeRuntime:
  @convention(c) (
    Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Void = { count, arguments, _ in
    noted = (arguments, count)
    forgoBacktraces()
  }

/// The words of the command line, as the C library has handed them on.
private nonisolated(unsafe) var noted: (words: Words?, count: Int32) = (nil, 0)

/// What `CommandLine` asks. The runtime's own answer comes from reading `/proc/self/maps` at each
/// start; it is not even linked when there is another one.
@c(_swift_stdlib_getUnsafeArgvArgc)
public func getUnsafeArguments(_ count: UnsafeMutablePointer<Int32>) -> UnsafeMutableRawPointer? {
  count.pointee = noted.count
  return UnsafeMutableRawPointer(noted.words)
}

/// Belongs to it.
@c(_swift_stdlib_overrideUnsafeArgvArgc)
public func overrideUnsafeArguments(_ words: UnsafeMutableRawPointer?, _ count: Int32) {
  noted = (words?.assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self), count)
}

/// What a property of characters asks that nothing here reads: their names. The linker puts this in its
/// place (--wrap, in the Makefile), and so leaves out half a megabyte of tables.
@c(__wrap__swift_stdlib_getScalarName)
public func nameOfNoScalar(
  _ scalar: UInt32, _ buffer: UnsafeMutablePointer<UInt8>?, _ capacity: Int
) -> Int { 0 }

/// Keeps the runtime from looking for a program that shows where it has crashed. The sealed executable
/// is called "/", so it would look in the current directory, and run what is called so there. What the
/// caller's environment says of it is meant for another program.
private func forgoBacktraces() {
  // Not yet set up, where the C library is a shared one.
  guard apus_environ() != nil else { return }
  func characters(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }
  setenv(
    characters("SWIFT_BACKTRACE"),
    characters("enable=no,interactive=no,color=no,swift-backtrace=/"), 1)
}
