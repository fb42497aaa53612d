import OCISpec
import Testing

/// Swift's runtime runs a program that shows where another one has crashed. It looks for it beside
/// the executable, and the sealed one is called "/": there that is the current directory.
@Suite("The runtime's crash handler") struct BacktracerTests {
  @Test(
    "it is never looked for, whatever the environment says",
    .enabled(if: Host.hasStaticBinary, "apus has Swift's runtime as a library here"))
  func isNotLookedFor() throws {
    let apus = try Sandbox("/bin/true")
    let run = try apus.script(
      """
      printf '#!/bin/sh\\n' > swift-backtrace && chmod 755 swift-backtrace &&
      SWIFT_BACKTRACE=enable=yes strace -f -o trace -e trace=file,rt_sigaction $APUS run $ID &&
      grep -c /bin/true trace && ! grep -e swift-backtrace -e SIGSEGV trace
      """)
    #expect(run.status == 0 && run.errors == "", "\(run)")
    #expect(run.output.first?.isNumber == true && run.output.split(separator: "\n").count == 1)
  }
}
