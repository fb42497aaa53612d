import LinuxKernel

/// Device rules as the kernel takes them on v2: an eBPF program that is asked for every open and
/// mknod of a device in a cgroup, and answers 1 to allow it and 0 to deny it.
///
/// It goes through the rules from the last to the first, for the last that matches counts, and takes
/// away from the request what a rule allows; so to open for reading and writing may be allowed by
/// two rules, and either may be denied by one. No jump leaves its rule: none can be too far for its
/// 16 bits, however many rules there are.
///
/// | register | holds                                                                     |
/// |----------|---------------------------------------------------------------------------|
/// | r0       | the answer: 1 from the beginning, 0 once something is denied              |
/// | r1       | the request, `struct bpf_cgroup_dev_ctx`                                  |
/// | r2       | the type of the device                                                    |
/// | r3       | the access asked for, less what has been allowed so far                   |
/// | r4       | the major number                                                          |
/// | r5       | the minor number                                                          |
public struct DeviceProgram: Equatable, Sendable {
  /// The program, for `loadDeviceProgram`.
  public private(set) var instructions: [BPFInstruction]

  /// Compiles rules, in their order.
  /// - Returns: nil when they deny nothing.
  public init?(_ rules: [DeviceRule]) {
    // A rule for all devices overrides those before it.
    let base = rules.lastIndex { $0.type == .all }
    let byDefault = base.map { rules[$0].allow } ?? false
    let exceptions = rules[(base.map { $0 + 1 } ?? 0)...]
    if byDefault, exceptions.allSatisfy(\.allow) { return nil }
    instructions = Self.beginning
    for (index, rule) in exceptions.enumerated().reversed() {
      // Engines list the default devices, too: the last rule of several about the same is enough.
      if !exceptions.dropFirst(index + 1).contains(where: { $0.overrides(rule) }) { add(rule) }
    }
    instructions += byDefault ? [.exit] : [.deny, .exit]
  }

  private static let beginning: [BPFInstruction] = [
    BPFInstruction(.loadWord, 2, 1, offset: 0),  // access << 16 | type
    BPFInstruction(.move, 3, 2),
    BPFInstruction(.andConstant, 2, constant: 0xffff),
    BPFInstruction(.shiftRightByConstant, 3, constant: 16),
    BPFInstruction(.loadWord, 4, 1, offset: 4),
    BPFInstruction(.loadWord, 5, 1, offset: 8),
    BPFInstruction(.moveConstant, 0, constant: 1),
  ]

  private mutating func add(_ rule: DeviceRule) {
    var conditions: [(register: UInt8, value: UInt32)] = []
    // BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR
    conditions.append((2, rule.type == .block ? 1 : 2))
    for (register, number) in [(UInt8(4), rule.major), (5, rule.minor)] {
      guard let number else { continue }
      guard let value = UInt32(exactly: number) else { return }  // no device has such a number
      conditions.append((register, value))
    }
    let effect = rule.effect
    var left = conditions.count + effect.count
    for (register, value) in conditions {
      left -= 1
      instructions.append(
        BPFInstruction(
          .jumpIfNotEqual, register, offset: Int16(left), constant: Int32(bitPattern: value)))
    }
    instructions += effect
  }
}

extension DeviceRule {
  /// Whether nothing is left of a rule that comes before this one.
  fileprivate func overrides(_ other: DeviceRule) -> Bool {
    type == other.type && major == other.major && minor == other.minor
      && access.isSuperset(of: other.access)
  }

  /// What is done about a request for a device that the rule is about.
  fileprivate var effect: [BPFInstruction] {
    let bits = Int32(access.rawValue)
    return switch (allow, access) {
    case (true, .all): [.exit]
    case (true, _):
      [
        BPFInstruction(.andConstant, 3, constant: ~bits),
        BPFInstruction(.jumpIfNotEqual, 3, offset: 1, constant: 0),
        .exit,
      ]
    case (false, .all): [.deny, .exit]
    case (false, _):
      [
        BPFInstruction(.jumpIfAnySet, 3, offset: 1, constant: bits),
        BPFInstruction(.jump, offset: 2),
        .deny, .exit,
      ]
    }
  }
}

extension BPFInstruction {
  fileprivate static let deny = BPFInstruction(.moveConstant, 0, constant: 0)
  fileprivate static let exit = BPFInstruction(.exit)
}
