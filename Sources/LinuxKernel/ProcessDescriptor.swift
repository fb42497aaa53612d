import CLinux
import Glibc
import SystemPackage

/// A process held by a pidfd: its number can't come to mean another process (`pidfd_open(2)`).
public struct ProcessDescriptor: ~Copyable, Sendable {
  /// The process number, for messages and files.
  public let pid: Int32
  private let descriptor: Descriptor

  /// The pidfd's number; it stays owned by this value.
  public var number: Int32 { descriptor.number }

  /// Takes ownership of a pidfd.
  public init(pid: Int32, owning descriptor: consuming Descriptor) {
    self.pid = pid
    self.descriptor = descriptor
  }

  /// Takes ownership of a pidfd that came from elsewhere, and asks the kernel which process it is of.
  public init(owning descriptor: consuming Descriptor) throws(KernelError) {
    let path = "/proc/self/fdinfo/\(descriptor.number)"
    let text = String(decoding: try readKernelFile(path), as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("Pid:\t") }
    guard let pid = line.flatMap({ Int32($0.dropFirst(5)) }), pid > 0 else {
      throw KernelError(call: "find a process in", subject: path, errno: .noSuchProcess)
    }
    self.init(pid: pid, owning: descriptor)
  }

  /// Opens a pidfd of a process. Throws ESRCH when there is none.
  public init(opening pid: Int32) throws(KernelError) {
    let number = try check("pidfd_open", "process \(pid)") { apus_pidfd_open(pid, 0) }
    self.init(pid: pid, owning: Descriptor(owning: number))
  }

  /// Sends a signal. Throws ESRCH when the process is gone.
  public func send(_ signal: Signal) throws(KernelError) {
    let number = self.number
    try check("send \(signal)", "to process \(pid)") {
      apus_pidfd_send_signal(number, signal.rawValue)
    }
  }

  /// A copy of one of its descriptors (`pidfd_getfd(2)`).
  public func copy(descriptor: Int32) throws(KernelError) -> Descriptor {
    let number = self.number
    return Descriptor(
      owning: try check("pidfd_getfd", "process \(pid)") { apus_pidfd_getfd(number, descriptor) })
  }

  /// Waits until the process ends, or until `milliseconds` have passed (nil: without a limit).
  /// Returns whether it has ended. It need not be a child.
  public func waitUntilEnded(milliseconds: Int32? = nil) throws(KernelError) -> Bool {
    var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return try check("poll", "process \(pid)") { poll(&entry, 1, milliseconds ?? -1) } > 0
  }

  /// Kills the process and waits until it has ended, or until as many seconds have passed. Returns
  /// whether it has: it may be within a call that no signal ends, such as a mount of a disk that
  /// doesn't answer.
  @discardableResult
  public func kill(waiting seconds: Int) -> Bool {
    try? send(.kill)
    return (try? waitUntilEnded(milliseconds: Int32(seconds) * 1000)) == true
  }

  /// How the process, which need not be a child, ended; nil while it goes on, and where the kernel
  /// doesn't tell: a zombie's status stands in procfs, later only the pidfd has it (Linux 6.15,
  /// `PIDFD_GET_INFO`).
  public var end: Termination? {
    if let stat = ProcessStat(pid: pid), stat.hasEnded, let end = stat.termination { return end }
    var status: Int32 = 0
    return apus_pidfd_exit_code(number, &status) == 1 ? Termination(waitStatus: status) : nil
  }

  /// Reaps the process, a child of ours, and says how it ended; nil when it goes on and `block`
  /// is false.
  public func reap(block: Bool = true) throws(KernelError) -> Termination? {
    var info = siginfo_t()
    let number = self.number
    let options = WEXITED | (block ? 0 : WNOHANG)
    try check("waitid", "process \(pid)") { apus_waitid_pidfd(number, &info, options) }
    guard apus_siginfo_pid(&info) != 0 else { return nil }
    return Termination(code: info.si_code, status: apus_siginfo_status(&info))
  }
}

/// How a process ended.
public enum Termination: Equatable, Sendable, CustomStringConvertible {
  /// By itself, with this exit status.
  case exited(Int32)
  /// By a signal.
  case killed(Signal)

  init(code: Int32, status: Int32) {
    self = code == CLD_EXITED ? .exited(status) : .killed(Signal(rawValue: status))
  }

  /// Reads a status as wait4 gives it.
  public init(waitStatus: Int32) {
    self =
      apus_wifexited(waitStatus) != 0
      ? .exited(apus_wexitstatus(waitStatus)) : .killed(Signal(rawValue: apus_wtermsig(waitStatus)))
  }

  /// What a shell would report: the status itself, or 128 and the signal's number.
  public var exitStatus: Int32 {
    switch self {
    case .exited(let status): status
    case .killed(let signal): 128 + signal.rawValue
    }
  }

  /// "exited with status 3", "was killed by SIGKILL".
  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    // What a filter does to who calls what it forbids; few know it by this name.
    case .killed(let signal) where signal.rawValue == SIGSYS:
      "was killed by \(signal) (bad system call)"
    case .killed(let signal): "was killed by \(signal)"
    }
  }
}
