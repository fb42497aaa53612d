import CLinux
import Glibc
import SystemPackage

/// One instruction of an eBPF program, laid out as the kernel's `struct bpf_insn`.
public struct BPFInstruction: Equatable, Sendable {
  /// What is done.
  public let code: UInt8
  /// The register that is written or compared, in the low half; one that is read, in the high half.
  public let registers: UInt8
  /// How many instructions a jump passes over, or where memory is read.
  public let offset: Int16
  /// The constant that it works with.
  public let constant: Int32

  /// Makes an instruction from its fields.
  public init(
    _ operation: BPFOperation, _ destination: UInt8 = 0, _ source: UInt8 = 0, offset: Int16 = 0,
    constant: Int32 = 0
  ) {
    code = operation.rawValue
    registers = source << 4 | destination
    self.offset = offset
    self.constant = constant
  }

  /// Sets a register to 64 bits, which takes the place of two instructions.
  public static func load(_ register: UInt8, _ value: UInt64) -> [BPFInstruction] {
    func half(_ operation: BPFOperation, _ register: UInt8, _ shift: UInt64) -> BPFInstruction {
      BPFInstruction(operation, register, constant: Int32(truncatingIfNeeded: value >> shift))
    }
    return [half(.loadConstant64, register, 0), half(.upperHalf, 0, 32)]
  }
}

/// What an instruction does, with 32 bits unless its name says 64.
public enum BPFOperation: UInt8, Sendable {
  /// BPF_LDX|BPF_MEM|BPF_W: reads from memory.
  case loadWord = 0x61
  /// BPF_ALU|BPF_MOV|BPF_X: copies a register.
  case move = 0xbc
  /// BPF_ALU|BPF_MOV|BPF_K: sets a register.
  case moveConstant = 0xb4
  /// BPF_ALU|BPF_AND|BPF_K: keeps the bits of a mask.
  case andConstant = 0x54
  /// BPF_ALU|BPF_RSH|BPF_K: shifts a register.
  case shiftRightByConstant = 0x74
  /// BPF_LD|BPF_IMM|BPF_DW: sets a register; the upper half of the value is in the next place.
  case loadConstant64 = 0x18
  /// That next place.
  case upperHalf = 0x00
  /// BPF_ALU64|BPF_LSH|BPF_K: shifts a register.
  case shiftLeftByConstant64 = 0x67
  /// BPF_ALU64|BPF_OR|BPF_X: adds the bits of another register.
  case or64 = 0x4f
  /// BPF_JMP|BPF_JNE|BPF_X: jumps unless two registers have the same value.
  case jumpIfDifferent64 = 0x5d
  /// BPF_JMP32|BPF_JNE|BPF_K: jumps unless a register has the value.
  case jumpIfNotEqual = 0x56
  /// BPF_JMP32|BPF_JSET|BPF_K: jumps if a register has any bit of a mask.
  case jumpIfAnySet = 0x46
  /// BPF_JMP|BPF_EXIT: returns r0.
  case exit = 0x95
}

/// Loads a program that decides on devices (`bpf(2)`, BPF_PROG_TYPE_CGROUP_DEVICE).
/// - Throws: for a program that the kernel finds fault with, its verifier's words as well.
public func loadDeviceProgram(_ instructions: [BPFInstruction]) throws(KernelError) -> Descriptor {
  func load(_ log: UnsafeMutableRawBufferPointer?) -> Int32 {
    instructions.withUnsafeBufferPointer {
      apus_bpf_load_device_program(
        $0.baseAddress, UInt32($0.count), log?.baseAddress, UInt32(log?.count ?? 0))
    }
  }
  var number = load(nil)
  // A signal makes the verifier give up.
  for _ in 0..<5 where number < 0 && Errno.last == .resourceTemporarilyUnavailable {
    number = load(nil)
  }
  if number >= 0 { return Descriptor(owning: number) }
  let errno = Errno.last
  var subject = "of \(instructions.count) instructions"
  let log = verifierLog(load)
  if !log.isEmpty { subject += ", of which the verifier says \"\(log)\"" }
  throw KernelError(call: "bpf BPF_PROG_LOAD", subject: subject, errno: errno)
}

/// The last lines of the log that the verifier writes when it is asked to, the fault among them.
private func verifierLog(_ load: (UnsafeMutableRawBufferPointer?) -> Int32) -> String {
  let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
    buffer.initialize(repeating: 0)
    let number = load(UnsafeMutableRawBufferPointer(buffer))
    if number >= 0 { close(number) }
    count = buffer.firstIndex(of: 0) ?? 0
  }
  return bytes.split(separator: UInt8(ascii: "\n")).suffix(4)
    .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "; ")
}

/// Attaches a program to a cgroup of v2, beside those of the cgroups above (`bpf(2)`,
/// BPF_PROG_ATTACH with BPF_F_ALLOW_MULTI). The cgroup keeps it from then on.
public func attachDeviceProgram(_ program: borrowing Descriptor, to cgroup: String)
  throws(KernelError)
{
  let directory = try open(cgroup, [.readOnly, .directory])
  let numbers = (directory.number, program.number)
  try check("bpf BPF_PROG_ATTACH to", cgroup) {
    apus_bpf_attach_device_program(numbers.0, numbers.1)
  }
}

/// Replaces the program that ``attachDeviceProgram(_:to:)`` has attached to a cgroup, at once: there
/// is no moment without one. Programs of others stay.
/// - Parameter program: nil takes ours away.
public func replaceDeviceProgram(of cgroup: String, with program: consuming Descriptor?)
  throws(KernelError)
{
  let directory = try open(cgroup, [.readOnly, .directory])
  var ours = try ownDevicePrograms(of: directory.number, path: cgroup)
  let target = directory.number
  let first = ours.isEmpty ? -1 : ours.removeFirst()
  defer { if first >= 0 { close(first) } }
  if let new = program {
    let number = new.number
    try check("bpf BPF_PROG_ATTACH to", cgroup) {
      first >= 0
        ? apus_bpf_replace_device_program(target, number, first)
        : apus_bpf_attach_device_program(target, number)
    }
  } else if first >= 0 {
    ours.append(dup(first))
  }
  for old in ours {
    defer { close(old) }
    try check("bpf BPF_PROG_DETACH from", cgroup) { apus_bpf_detach_device_program(target, old) }
  }
}

/// The descriptors of those programs that decide on devices in a cgroup and have our name.
private func ownDevicePrograms(of cgroup: Int32, path: String) throws(KernelError) -> [Int32] {
  var ids = [UInt32](repeating: 0, count: 64)
  var count = UInt32(ids.count)
  try check("bpf BPF_PROG_QUERY of", path) {
    apus_bpf_query_device_programs(cgroup, &ids, &count)
  }
  var programs: [Int32] = []
  for id in ids.prefix(Int(count)) {
    let program = apus_bpf_open_program(id)
    guard program >= 0 else { continue }  // it has gone meanwhile
    if apus_bpf_is_device_program_of_ours(program) == 1 {
      programs.append(program)
    } else {
      close(program)
    }
  }
  return programs
}
