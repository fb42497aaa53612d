import LinuxKernel

/// Device rules as the kernel takes them on v2: an eBPF program that is asked for every open and
/// mknod of a device in a cgroup, and answers 1 to allow it and 0 to deny it.
///
/// It looks the device up in the table that the rules come to. Each entry is one comparison and an
/// end: what the kernel's verifier learns from a comparison goes no further, so that its time grows
/// with the number of entries only. (Of numbers compared one by one it would carry on every major
/// number that it has met.)
///
/// | register | holds                                                |
/// |----------|------------------------------------------------------|
/// | r0       | the answer, 1 unless it is denied                    |
/// | r1       | the request, `struct bpf_cgroup_dev_ctx`             |
/// | r2       | the type of the device                               |
/// | r3       | the access that is asked for                         |
/// | r4       | the major number                                     |
/// | r5       | the minor number                                     |
/// | r6       | both, the major number in the upper half             |
/// | r7       | what r6 is compared with                             |
public struct DeviceProgram: Equatable, Sendable {
  /// The program, for `loadDeviceProgram`.
  public let instructions: [BPFInstruction]

  /// Compiles rules, in their order.
  /// - Returns: nil when they deny nothing.
  public init?(_ rules: [DeviceRule]) throws(TooManyDevices) {
    let block = DeviceTable(.block, rules)
    let character = DeviceTable(.character, rules)
    if block.deniesNothing && character.deniesNothing { return nil }
    let forBlock = block.instructions
    // The only jump over more than an entry.
    guard let distance = Int16(exactly: forBlock.count) else {
      throw TooManyDevices(count: block.entries.count)
    }
    instructions =
      Self.beginning
      + [BPFInstruction(.jumpIfNotEqual, 2, offset: distance, constant: 1 /* _DEV_BLOCK */)]
      + forBlock + character.instructions
  }

  private static let beginning: [BPFInstruction] = [
    BPFInstruction(.loadWord, 3, 1, offset: 0),  // access << 16 | type
    BPFInstruction(.move, 2, 3),
    BPFInstruction(.andConstant, 2, constant: 0xffff),
    BPFInstruction(.shiftRightByConstant, 3, constant: 16),
    BPFInstruction(.loadWord, 4, 1, offset: 4),
    BPFInstruction(.loadWord, 5, 1, offset: 8),
    BPFInstruction(.move, 6, 4),
    BPFInstruction(.shiftLeftByConstant64, 6, constant: 32),
    BPFInstruction(.or64, 6, 5),
    BPFInstruction(.moveConstant, 0, constant: 1),
  ]
}

/// A program would be too long for its jumps, whose distance has 16 bits.
public struct TooManyDevices: Error, Equatable, Sendable {
  /// How many block devices the rules tell apart.
  public let count: Int
}

extension DeviceTable {
  fileprivate var deniesNothing: Bool { entries.isEmpty && rest == .all }

  fileprivate var instructions: [BPFInstruction] {
    entries.flatMap(\.instructions) + rest.answer
  }
}

extension DeviceTable.Entry {
  fileprivate var instructions: [BPFInstruction] {
    let answer = access.answer
    let distance = Int16(answer.count)
    func jumpUnless(_ register: UInt8, is number: UInt32) -> BPFInstruction {
      BPFInstruction(
        .jumpIfNotEqual, register, offset: distance, constant: Int32(bitPattern: number))
    }
    return switch (devices.major, devices.minor) {
    case (let major?, let minor?):
      BPFInstruction.load(7, UInt64(major) << 32 | UInt64(minor))
        + [BPFInstruction(.jumpIfDifferent64, 6, 7, offset: distance)] + answer
    case (let major?, nil): [jumpUnless(4, is: major)] + answer
    case (nil, let minor?): [jumpUnless(5, is: minor)] + answer
    case (nil, nil): answer
    }
  }
}

extension DeviceAccess {
  /// Answers a request for a device with which this may be done.
  fileprivate var answer: [BPFInstruction] {
    let exit = BPFInstruction(.exit)
    let deny = [BPFInstruction(.moveConstant, 0, constant: 0), exit]
    if self == .all { return [exit] }
    if isEmpty { return deny }
    let others = DeviceAccess.all.subtracting(self)
    return [BPFInstruction(.jumpIfAnySet, 3, offset: 1, constant: Int32(others.rawValue)), exit]
      + deny
  }
}
