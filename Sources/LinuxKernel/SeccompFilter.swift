import CLinux
import Glibc
import SystemPackage

/// One instruction of a seccomp filter, laid out as the kernel's `struct sock_filter`.
public struct FilterInstruction: Equatable, Sendable {
  /// What is done.
  public let code: UInt16
  /// How many instructions a conditional jump passes over when its condition holds.
  public let then: UInt8
  /// How many it passes over when not.
  public let otherwise: UInt8
  /// The constant that it works with.
  public let constant: UInt32

  /// Makes an instruction from its fields.
  public init(_ code: UInt16, then: UInt8 = 0, otherwise: UInt8 = 0, _ constant: UInt32) {
    self.code = code
    self.then = then
    self.otherwise = otherwise
    self.constant = constant
  }
}

/// What a seccomp filter answers to a system call: SECCOMP_RET_* (`seccomp(2)`).
public enum SeccompAction: UInt32, CaseIterable, Sendable {
  /// The call goes ahead.
  case allow = 0x7fff_0000
  /// The call fails with an errno, which the low 16 bits say.
  case errno = 0x0005_0000
  /// The thread dies, as if by SIGSYS.
  case killThread = 0x0000_0000
  /// The whole process dies, as if by SIGSYS.
  case killProcess = 0x8000_0000
  /// The call goes ahead, and is logged.
  case log = 0x7ffc_0000
  /// Whoever holds the listener answers.
  case notify = 0x7fc0_0000
  /// A tracer decides; without one the call fails with ENOSYS.
  case trace = 0x7ff0_0000
  /// The thread gets SIGSYS, which it can handle.
  case trap = 0x0003_0000

  /// By config.json's name, such as `SCMP_ACT_ERRNO`.
  public init?(name: String) {
    switch name {
    case "SCMP_ACT_ALLOW": self = .allow
    case "SCMP_ACT_ERRNO": self = .errno
    case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD": self = .killThread
    case "SCMP_ACT_KILL_PROCESS": self = .killProcess
    case "SCMP_ACT_LOG": self = .log
    case "SCMP_ACT_NOTIFY": self = .notify
    case "SCMP_ACT_TRACE": self = .trace
    case "SCMP_ACT_TRAP": self = .trap
    default: return nil
    }
  }

  /// Whether this kernel knows it (SECCOMP_GET_ACTION_AVAIL).
  public var isAvailable: Bool {
    var value = rawValue
    return apus_seccomp(2, 0, &value) == 0
  }
}

/// How a filter is loaded: SECCOMP_FILTER_FLAG_* (`seccomp(2)`), in the order in which runc lists
/// them.
public enum SeccompFlag: UInt32, CaseIterable, Sendable {
  /// The process's other threads come under the filter, too.
  case synchronizeThreads = 0x01
  /// Speculative stores are left unmitigated.
  case allowSpeculation = 0x04
  /// Answers other than ``SeccompAction/allow`` are logged.
  case log = 0x02
  /// A call whose answer is awaited is only interrupted by what kills.
  case waitKillable = 0x20

  /// Config.json's and the kernel's name, such as `SECCOMP_FILTER_FLAG_LOG`.
  public var name: String {
    switch self {
    case .synchronizeThreads: "SECCOMP_FILTER_FLAG_TSYNC"
    case .allowSpeculation: "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
    case .log: "SECCOMP_FILTER_FLAG_LOG"
    case .waitKillable: "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
    }
  }

  /// By name.
  public init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }

  /// Whether this kernel knows it.
  public var isSupported: Bool {
    // Flags are judged before the program is read: with no program at all, EFAULT is a yes.
    let listener: UInt32 = self == .waitKillable ? 0x08 : 0  // SECCOMP_FILTER_FLAG_NEW_LISTENER
    return apus_seccomp(1, rawValue | listener, nil) < 0 && Errno.last == .badAddress
  }
}

/// SECCOMP_FILTER_FLAG_NEW_LISTENER: whoever holds the listener answers for the calls that the filter
/// leaves to it (`seccomp_unotify(2)`).
public let newSeccompListener: UInt32 = 0x08

/// Those flags that this kernel knows.
public func supportedSeccompFlags() -> [SeccompFlag] { SeccompFlag.allCases.filter(\.isSupported) }

/// Puts this thread and all that it starts under a filter (`seccomp(2)`), for good.
///
/// The thread needs no_new_privs or CAP_SYS_ADMIN in its user namespace. Nothing is allocated.
/// - Returns: with ``newSeccompListener`` among the flags, the number of the listener, close-on-exec.
@discardableResult
public func loadSeccompFilter(_ instructions: [FilterInstruction], flags: UInt32)
  throws(KernelError) -> Int32
{
  let count = UInt16(clamping: instructions.count)
  let result = instructions.withUnsafeBufferPointer {
    apus_seccomp_load(flags, $0.baseAddress, count)
  }
  return try check("seccomp SECCOMP_SET_MODE_FILTER", "\(count) instructions") { result }
}
