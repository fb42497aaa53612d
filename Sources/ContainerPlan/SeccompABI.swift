import CSeccomp

/// A way of making system calls that a processor has, with its own table of numbers.
struct SeccompABI: Equatable, Sendable {
  /// Config.json's name.
  let name: String
  /// libseccomp's token.
  let token: UInt32
  /// What the kernel shows a filter as the call's architecture: AUDIT_ARCH_*.
  let auditArchitecture: UInt32
  /// The numbers that can be its own: x86-64 and x32 share an architecture and are told apart by them.
  let numbers: ClosedRange<UInt32>
  /// The last number up to which the kernel numbers new calls consecutively.
  let lastOrdinary: UInt32
  /// Whether a filter sees all 64 bits of arguments.
  let hasWideArguments: Bool

  static let x86_64 = SeccompABI(
    "SCMP_ARCH_X86_64", APUS_SCMP_ARCH_X86_64, numbers: 0...(x32Bit - 1), wide: true)
  static let x32 = SeccompABI(
    "SCMP_ARCH_X32", APUS_SCMP_ARCH_X32, APUS_SCMP_ARCH_X86_64, numbers: x32Bit...UInt32.max)
  static let x86 = SeccompABI("SCMP_ARCH_X86", APUS_SCMP_ARCH_X86)
  static let aarch64 = SeccompABI("SCMP_ARCH_AARCH64", APUS_SCMP_ARCH_AARCH64, wide: true)
  // ARM has a few calls of its own from 0x0f0000 (__ARM_NR_BASE) on.
  static let arm = SeccompABI("SCMP_ARCH_ARM", APUS_SCMP_ARCH_ARM, lastOrdinary: 0x0e_ffff)

  /// __X32_SYSCALL_BIT.
  static let x32Bit: UInt32 = 0x4000_0000

  /// Those that this processor can run, the native one first, and of one architecture by number.
  #if arch(x86_64)
    static let runnable = [x86_64, x32, x86]
  #elseif arch(arm64)
    static let runnable = [aarch64, arm]
  #endif

  private init(
    _ name: String, _ token: UInt32, _ auditArchitecture: UInt32? = nil,
    numbers: ClosedRange<UInt32> = 0...UInt32.max, lastOrdinary: UInt32? = nil, wide: Bool = false
  ) {
    self.name = name
    self.token = token
    self.auditArchitecture = auditArchitecture ?? token
    self.numbers = numbers
    self.lastOrdinary = lastOrdinary ?? numbers.upperBound
    hasWideArguments = wide
  }
}

extension SeccompABI {
  /// How a call that is known by name is made.
  struct Call {
    /// By a number of its own.
    var direct: UInt32?
    /// As one of the calls behind socketcall(2) or ipc(2): the number of that one, and the first
    /// argument that selects it.
    var multiplexed: (number: UInt32, selector: UInt64)?
  }

  /// Finds a call; nil when the ABI has none of this name.
  func call(named name: String) -> Call? {
    let number = seccomp_syscall_resolve_name_arch(token, name)
    switch number {
    case 0...: return Call(direct: UInt32(number))
    // libseccomp's own numbers for calls that 32-bit x86 can make in two ways.
    case -199 ... -100 where self == .x86:
      return Call(
        direct: x86DirectNumbers[name], multiplexed: (x86SocketCall, UInt64(-number - 100)))
    case -299 ... -200 where self == .x86:
      return Call(direct: x86DirectNumbers[name], multiplexed: (x86IPC, UInt64(-number - 200)))
    default: return nil
    }
  }
}

private let x86SocketCall: UInt32 = 102
private let x86IPC: UInt32 = 117

/// The calls behind socketcall(2) and ipc(2) that have got numbers of their own since (asm/unistd_32.h).
private let x86DirectNumbers: [String: UInt32] = [
  "recvmmsg": 337, "sendmmsg": 345, "socket": 359, "socketpair": 360, "bind": 361, "connect": 362,
  "listen": 363, "accept4": 364, "getsockopt": 365, "setsockopt": 366, "getsockname": 367,
  "getpeername": 368, "sendto": 369, "sendmsg": 370, "recvfrom": 371, "recvmsg": 372,
  "shutdown": 373, "semget": 393, "semctl": 394, "shmget": 395, "shmctl": 396, "shmat": 397,
  "shmdt": 398, "msgget": 399, "msgsnd": 400, "msgrcv": 401, "msgctl": 402,
]
