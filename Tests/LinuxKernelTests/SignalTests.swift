import Glibc
import LinuxKernel
import Testing

/// Signals by name and number (signal(7)).
struct SignalTests {
  @Test(
    arguments: [
      ("KILL", 9), ("SIGKILL", 9), ("sigkill", 9), ("Term", 15), ("9", 9), ("1", 1), ("64", 64),
      ("IOT", 6), ("SIGCLD", 17), ("poll", 29), ("HUP", 1), ("SYS", 31), ("STKFLT", 16),
      ("RTMIN", 34), ("SIGRTMIN+0", 34), ("rtmin+3", 37), ("RTMIN+30", 64), ("RTMAX", 64),
      ("RTMAX-1", 63), ("SIGRTMAX-30", 34),
    ])
  func asAPersonWritesIt(_ text: String, _ number: Int32) {
    #expect(Signal(text)?.rawValue == number)
  }

  @Test(
    arguments: [
      "", "SIG", "0", "65", "-9", "9x", "KILLED", "SIGSIGKILL", "RTMIN-1", "RTMIN+31", "RTMAX+1",
      "RTMAX-31", "RTMIN+x", "RTMINx", "99999999999",
    ])
  func whatIsNone(_ text: String) {
    #expect(Signal(text) == nil)
  }

  /// By the kernel's header: the names of the numbers that the C library has.
  @Test func numbersAreThoseOfTheHeader() {
    let header: [(String, Int32)] = [
      ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP),
      ("ABRT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1),
      ("SEGV", SIGSEGV), ("USR2", SIGUSR2), ("PIPE", SIGPIPE), ("ALRM", SIGALRM),
      ("TERM", SIGTERM), ("STKFLT", SIGSTKFLT), ("CHLD", SIGCHLD), ("CONT", SIGCONT),
      ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("URG", SIGURG),
      ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ), ("VTALRM", SIGVTALRM), ("PROF", SIGPROF),
      ("WINCH", SIGWINCH), ("IO", SIGIO), ("PWR", SIGPWR), ("SYS", SIGSYS),
    ]
    for (name, number) in header {
      #expect(Signal(name)?.rawValue == number)
      #expect(Signal(rawValue: number).description == "SIG" + name)
    }
    #expect(header.map(\.1).sorted() == Array(1...31))
  }

  @Test func everyDescriptionIsReadAgain() {
    for number in Array(1...31) + Array(34...64) as [Int32] {
      let signal = Signal(rawValue: number)
      #expect(Signal(signal.description) == signal)
    }
    // Those that the C library keeps for itself have no name.
    #expect(Signal(rawValue: 32).description == "signal 32")
    #expect(Signal(rawValue: 34).description == "SIGRTMIN")
    #expect(Signal(rawValue: 37).description == "SIGRTMIN+3")
    #expect(Signal(rawValue: 64).description == "SIGRTMAX")
    #expect(Signal(rawValue: 0).description == "signal 0")
  }
}
