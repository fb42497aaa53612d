import Glibc
import LinuxKernel
import SystemPackage
import Testing

/// What a failed call says of itself.
struct KernelErrorTests {
  @Test func inWords() {
    let error = KernelError(call: "open", subject: "/a b", errno: .noSuchFileOrDirectory)
    #expect(error.description == "open /a b: no such file or directory (ENOENT)")
    let alone = KernelError(call: "setsid", subject: "", errno: .notPermitted)
    #expect(alone.description == "setsid: operation not permitted (EPERM)")
  }

  @Test(arguments: [(EBUSY, "EBUSY"), (EAGAIN, "EAGAIN"), (ENOSYS, "ENOSYS"), (4000, "errno 4000")])
  func names(_ number: Int32, _ name: String) {
    #expect(Errno(rawValue: number).name == name)
  }

  @Test func checkRepeatsWhatASignalInterrupted() throws {
    var calls = 0
    let result: Int32 = try check("call") {
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 7
    }
    #expect(result == 7)
    #expect(calls == 3)
  }

  @Test func checkThrowsAllElse() {
    let expected = KernelError(call: "call", subject: "it", errno: .permissionDenied)
    #expect(throws: expected) {
      try check("call", "it") { () -> Int32 in
        errno = EACCES
        return -1
      }
    }
  }
}
