import CLinux
import Glibc

/// Every signal that comes for this process, read from a descriptor (`signalfd(2)`).
///
/// While the value lives all signals are blocked, so none interrupts, ends or stops the process,
/// and none is lost: each waits to be read. A fault of our own still ends the process: Linux
/// does not let a blocked SIGSEGV pass.
public struct SignalDescriptor: ~Copyable, Sendable {
  private let descriptor: Descriptor
  private let before: sigset_t

  /// The number, to poll; it stays owned by this value.
  public var number: Int32 { descriptor.number }

  private init(owning descriptor: consuming Descriptor, _ before: sigset_t) {
    self.descriptor = descriptor
    self.before = before
  }

  /// Blocks all signals. Children inherit that and have to undo it before they exec.
  public init() throws(KernelError) {
    // Whoever started us may have it ignored, and then the kernel keeps no exit status for us.
    signal(SIGCHLD, SIG_DFL)
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    try check("sigprocmask") { sigprocmask(SIG_BLOCK, &all, &before) }
    let descriptor = Descriptor(
      owning: try check("signalfd") { signalfd(-1, &all, O_CLOEXEC | O_NONBLOCK) })
    self.init(owning: descriptor, before)
  }

  deinit {
    // What is still unread was meant for somebody who is gone: it must not hit us.
    while let signals = try? next(), !signals.isEmpty {}
    var before = self.before
    sigprocmask(SIG_SETMASK, &before, nil)
  }

  /// The signals that have come, oldest first as far as the kernel tells; empty when there are none.
  public func next() throws(KernelError) -> [Signal] {
    let number = self.number
    let size = MemoryLayout<signalfd_siginfo>.stride
    do throws(KernelError) {
      return try withUnsafeTemporaryAllocation(of: signalfd_siginfo.self, capacity: 8) {
        (buffer) throws(KernelError) -> [Signal] in
        let count = try check("read", "the signals") { read(number, buffer.baseAddress, 8 * size) }
        return buffer[..<(count / size)].map { Signal(rawValue: Int32($0.ssi_signo)) }
      }
    } catch {
      if error.errno == .resourceTemporarilyUnavailable { return [] }
      throw error
    }
  }
}

/// Makes this process the parent of those of its descendants that lose theirs
/// (`prctl(2)`, PR_SET_CHILD_SUBREAPER).
public func becomeSubreaper() throws(KernelError) {
  try check("prctl PR_SET_CHILD_SUBREAPER") { apus_prctl(36, 1, 0, 0, 0) }
}

/// Reaps one child that has ended, whichever it is; nil when there is none.
public func reapAny() throws(KernelError) -> (pid: Int32, end: Termination)? {
  var info = siginfo_t()
  do throws(KernelError) {
    try check("waitid", "any child") { waitid(P_ALL, 0, &info, WEXITED | WNOHANG) }
  } catch {
    if error.errno == .noChildProcess { return nil }
    throw error
  }
  let pid = apus_siginfo_pid(&info)
  guard pid != 0 else { return nil }
  return (pid, Termination(code: info.si_code, status: apus_siginfo_status(&info)))
}
