import CLinux
import Glibc
import LinuxKernel

/// Descriptors of the caller, from 3 on, that the container's program inherits: first the sockets
/// that a service manager opened for it (`sd_listen_fds(3)`), then those of `--preserve-fds`.
package struct InheritedDescriptors: Equatable, Sendable {
  /// How many sockets there are.
  package let listening: Int
  /// How many were asked for by the option.
  package let preserved: Int

  /// How many there are in all: 3 up to 2 + `count` stay open.
  package var count: Int { listening + preserved }

  /// What the program's environment says of the sockets. It is process 1 to them, whatever its
  /// number is on the host.
  package var environment: [String] {
    listening == 0 ? [] : ["LISTEN_FDS=\(listening)", "LISTEN_PID=1"]
  }

  /// None.
  package static let none = InheritedDescriptors(listening: 0, preserved: 0)

  private init(listening: Int, preserved: Int) {
    self.listening = listening
    self.preserved = preserved
  }

  /// Finds them among those that were open when this program began.
  /// - Parameters:
  ///   - preserved: the value of `--preserve-fds`.
  ///   - listenPID: LISTEN_PID, the process that the sockets are meant for; nil where they don't
  ///     count, as for `exec`.
  ///   - listenFDs: LISTEN_FDS, their number.
  package init(
    preserving preserved: Int, listenPID: String? = nil, listenFDs: String? = nil,
    ownPID: Int32 = getpid(), isOpen: (Int32) -> Bool = { $0 < firstOwnDescriptor }
  ) throws(RuntimeError) {
    // A limit far above any RLIMIT_NOFILE in use, which keeps the sums below in range.
    guard (0...1 << 20).contains(preserved) else {
      throw RuntimeError("--preserve-fds \(preserved): give a number from 0 to \(1 << 20)")
    }
    // Whoever inherited the variables from the process that they were meant for ignores them.
    let isMeant = listenPID.flatMap { Int32($0) } == ownPID
    let listening = isMeant ? max(0, listenFDs.flatMap { Int32($0) } ?? 0) : 0
    self.init(listening: Int(listening), preserved: preserved)
    for number in 3..<3 + Int(listening) where !isOpen(Int32(number)) {
      throw RuntimeError(
        "LISTEN_FDS=\(listening): descriptor \(number) is not open; it comes from the service "
          + "manager, together with LISTEN_PID")
    }
    for number in 3 + Int(listening)..<3 + count where !isOpen(Int32(number)) {
      throw RuntimeError(
        "--preserve-fds \(preserved): descriptor \(number) is not open; the option wants "
          + "\(3 + listening) to \(2 + count) open")
    }
  }
}

/// The number up to which, from 3 on, all descriptors were open when this program began: its own
/// come later, and none of them may pass for one that was handed to it.
let firstOwnDescriptor: Int32 = {
  var number: Int32 = 3
  while apus_fcntl(number, F_GETFD, 0) >= 0 { number += 1 }
  return number
}()

/// Closes the caller's descriptors that the program doesn't get: at the gate they would stay open,
/// and whoever waits for the end of a pipe would wait for the start.
func closeDescriptors(notHandedOn inherited: InheritedDescriptors) throws(RuntimeError) {
  let (first, last) = (3 + Int32(inherited.count), firstOwnDescriptor - 1)
  guard first <= last else { return }
  try attempt("close the descriptors of the caller") { () throws(KernelError) in
    try check("close_range", "\(first) to \(last)") {
      apus_close_range(UInt32(first), UInt32(last), 0)
    }
  }
}

/// To be called by an executable before it makes a container or enters one: goes on as the same
/// program from a file that the container can't overwrite (CVE-2019-5736), and makes sure that
/// descriptors that aren't handed on end with it (CVE-2024-21626).
public func sealProcess() throws(RuntimeError) {
  // What was handed to this program is for the same program's second life, too: options may name
  // any of it as /dev/fd/N.
  try attempt("seal the executable") { () throws(KernelError) in
    try sealExecutable(CommandLine.unsafeArgv, Glibc.environ)
  }
  // Where that is forbidden, each program that is started is given none but its own, too.
  try? secureInheritedDescriptors()
}

/// To be called first of all in an executable: takes note of the descriptors that it was started
/// with, and makes sure that none of its own becomes a standard stream.
public func claimProcess() {
  _ = firstOwnDescriptor
  try? openStandardStreams()
}
