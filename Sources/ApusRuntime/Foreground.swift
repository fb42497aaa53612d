import CLinux
import Glibc
import LinuxKernel

/// Stands in for a process of a container while this program waits for it: passes signals on, and
/// reaps what the process leaves behind.
///
/// All signals are blocked while the value lives, so none that comes while the container is made
/// is lost: it is passed on when the process runs. Whatever is started meanwhile, hooks too, has to
/// empty its signal mask before exec.
package struct Foreground: ~Copyable {
  private let signals: SignalDescriptor
  private let log: (LogLevel, String) -> Void

  /// Begins, before the process is made.
  /// - Parameters:
  ///   - subreaper: becomes the parent of what loses its own.
  ///   - log: told what a person may want to know though nothing failed.
  package init(subreaper: Bool = true, log: @escaping (LogLevel, String) -> Void = { _, _ in })
    throws(RuntimeError)
  {
    if subreaper {
      do throws(KernelError) {
        try becomeSubreaper()
      } catch {
        log(.warning, "what the container leaves behind will not be reaped: \(error)")
      }
    }
    signals = try attempt("wait for signals") { () throws(KernelError) in try SignalDescriptor() }
    self.log = log
  }

  /// Waits until the process, a child of this one, ends, and says how.
  /// - Parameters:
  ///   - relay: the terminal of the process, all of whose output is printed before this returns.
  ///   - notify: where the process says that it is ready.
  package func wait(
    for process: borrowing ProcessDescriptor, relay: inout TerminalRelay?,
    notify: inout NotifyRelay?
  ) throws(RuntimeError) -> Termination {
    let purpose = "wait for process \(process.pid)"
    while true {
      var entries = [
        pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: process.number, events: Int16(POLLIN), revents: 0),
        notify?.entry ?? pollfd(fd: -1, events: 0, revents: 0),
      ]
      entries += relay?.entries ?? []
      let timeout = notify?.timeout ?? -1
      let ready = try attempt(purpose) { () throws(KernelError) in
        try check("poll") { poll(&entries, nfds_t(entries.count), timeout) }
      }
      if entries[0].revents != 0, let end = try handleSignals(process, &relay) {
        return try finish(end, process, &relay, &notify)
      }
      if entries[1].revents != 0 {
        // Whoever traces it, in the container too, is told of its end before its parent is.
        guard let end = try reap(process) ?? process.end else {
          throw RuntimeError("\(purpose): it has ended, but is no child of this program")
        }
        return try finish(end, process, &relay, &notify)
      }
      if entries[2].revents != 0 || ready == 0 { proceed(&notify) }
      relay?.proceed()
    }
  }

  /// Waits for a process that has neither a terminal nor anything to say.
  package func wait(for process: borrowing ProcessDescriptor) throws(RuntimeError) -> Termination {
    var relay: TerminalRelay? = nil
    var notify: NotifyRelay? = nil
    return try wait(for: process, relay: &relay, notify: &notify)
  }

  private func handleSignals(
    _ process: borrowing ProcessDescriptor, _ relay: inout TerminalRelay?
  ) throws(RuntimeError) -> Termination? {
    let received = try attempt("read the signals") { () throws(KernelError) in try signals.next() }
    for signal in received {
      switch signal.rawValue {
      case SIGCHLD: if let end = try reap(process) { return end }
      case SIGWINCH: relay?.copyWindowSize()
      // Both are about this program: somebody reads its output no more, or writes to its socket.
      case SIGPIPE, SIGURG: continue
      default:
        if signal.rawValue == SIGCONT { relay?.resume() }
        do throws(KernelError) {
          try process.send(signal)
        } catch {
          // That it has ended is about to be seen.
          if error.errno != .noSuchProcess { log(.warning, "forward a signal: \(error)") }
        }
      }
    }
    return nil
  }

  /// Reaps every child that has ended, and says how `process` ended if it is among them.
  private func reap(_ process: borrowing ProcessDescriptor) throws(RuntimeError) -> Termination? {
    var end: Termination?
    let pid = process.pid
    try attempt("reap the children of this program") { () throws(KernelError) in
      while let child = try reapAny() {
        if child.pid == pid { end = child.end }
      }
    }
    return end
  }

  private func proceed(_ notify: inout NotifyRelay?) {
    do throws(KernelError) {
      try notify?.proceed()
    } catch {
      log(.warning, "the service manager was not told that the container is ready: \(error)")
      notify = nil
    }
  }

  private func finish(
    _ end: Termination, _ process: borrowing ProcessDescriptor, _ relay: inout TerminalRelay?,
    _ notify: inout NotifyRelay?
  ) throws(RuntimeError) -> Termination {
    try attempt("print what the container has printed") { () throws(KernelError) in
      try relay?.finish(signals)
    }
    try? notify?.forward(untilReadyOrEndOf: process)
    return end
  }
}
