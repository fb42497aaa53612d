import CLinux
import Glibc
import SystemPackage

/// A set of capabilities (`capabilities(7)`).
public struct CapabilitySet: Sendable, Equatable {
  /// Bit n stands for capability n.
  public var bits: UInt64

  /// The capabilities of these bits.
  public init(bits: UInt64 = 0) { self.bits = bits }

  /// Names of all that Linux knows, each at its number.
  public static let names = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
    "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
  ]

  /// The number of a capability by name; nil for one that isn't known.
  public static func number(of name: String) -> Int? { names.firstIndex(of: name) }

  /// Adds a capability by number.
  public mutating func insert(_ number: Int) { bits |= 1 << UInt64(number) }

  /// Names of what is in it, by number.
  public var memberNames: [String] {
    Self.names.indices.filter { bits & (1 << UInt64($0)) != 0 }.map { Self.names[$0] }
  }
}

/// The five sets of a thread.
public struct Capabilities: Sendable, Equatable {
  /// CapBnd: the most that an exec can give.
  public var bounding = CapabilitySet()
  /// CapEff: what the kernel checks.
  public var effective = CapabilitySet()
  /// CapPrm: what can be made effective.
  public var permitted = CapabilitySet()
  /// CapInh: what a file's own inheritable set may give at exec.
  public var inheritable = CapabilitySet()
  /// CapAmb: what a program without privileges of its own keeps over exec.
  public var ambient = CapabilitySet()

  /// Empty sets.
  public init() {}
}

/// Takes everything out of the bounding set that isn't in `set`.
public func limitBounding(to set: CapabilitySet) throws(KernelError) {
  for number in 0..<64 where set.bits & (1 << UInt64(number)) == 0 {
    do throws(KernelError) {
      try check("prctl PR_CAPBSET_DROP") { apus_prctl(24, UInt(number), 0, 0, 0) }
    } catch {
      if error.errno == .invalidArgument { return }  // past the last one that this kernel knows
      throw error
    }
  }
}

/// Sets the effective, permitted and inheritable sets, then the ambient set, which the kernel
/// keeps within permitted and inheritable.
public func apply(_ capabilities: Capabilities) throws(KernelError) {
  let (e, p, i) = (
    capabilities.effective.bits, capabilities.permitted.bits, capabilities.inheritable.bits
  )
  func low(_ bits: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: bits) }
  func high(_ bits: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: bits >> 32) }
  try check("capset") { apus_capset(low(e), high(e), low(p), high(p), low(i), high(i)) }
  try check("prctl PR_CAP_AMBIENT_CLEAR_ALL") { apus_prctl(47, 4, 0, 0, 0) }
  for number in 0..<64 where capabilities.ambient.bits & (1 << UInt64(number)) != 0 {
    // Like runc: one that can't be raised (not permitted and inheritable) is left out.
    _ = apus_prctl(47, 2, UInt(number), 0, 0)
  }
}
