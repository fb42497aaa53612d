import LinuxKernel

/// A filter in the making, written from its end: the target of every jump is there before the jump
/// is, and its distance is known.
struct SeccompAssembly {
  /// A place that can be jumped to: the instruction that was written last when it was taken.
  typealias Label = Int

  private var reversed: [FilterInstruction] = []
  /// Where each answer was written last.
  private var answers: [UInt32: Label] = [:]

  /// The instruction written last: where the next one goes on to unless it jumps.
  private var next: Label { reversed.count }

  /// The filter from its beginning.
  var instructions: [FilterInstruction] { reversed.reversed() }

  /// A place at which the filter ends with an answer.
  mutating func answer(_ answer: UInt32) -> Label {
    if let label = answers[answer], next - label < Self.reach { return label }
    reversed.append(FilterInstruction(0x06 /* BPF_RET|BPF_K */, answer))
    answers[answer] = next
    return next
  }

  /// Goes on at a place.
  mutating func goOn(at label: Label) {
    guard label != next else { return }
    reversed.append(FilterInstruction(0x05 /* BPF_JMP|BPF_JA */, UInt32(next - label)))
  }

  /// Loads 32 bits of `struct seccomp_data`.
  mutating func load(_ offset: UInt32) {
    reversed.append(FilterInstruction(0x20 /* BPF_LD|BPF_W|BPF_ABS */, offset))
  }

  /// A comparison of what was loaded.
  enum Comparison: UInt16 {
    case equal = 0x15  // BPF_JMP|BPF_JEQ|BPF_K
    case greater = 0x25  // BPF_JMP|BPF_JGT|BPF_K
    case greaterOrEqual = 0x35  // BPF_JMP|BPF_JGE|BPF_K
  }

  /// Compares what was loaded, and goes on at one of two places.
  mutating func jump(_ comparison: Comparison, _ value: UInt32, _ yes: Label, else no: Label) {
    let yes = inReach(yes)
    let no = inReach(no)
    reversed.append(
      FilterInstruction(
        comparison.rawValue, then: UInt8(next - yes), otherwise: UInt8(next - no), value))
  }

  /// How far a conditional jump gets: its distance is a byte. One is kept for the far jump that the
  /// other place may need.
  private static let reach = 255

  /// A place that leads to `label` and is in reach.
  private mutating func inReach(_ label: Label) -> Label {
    if next - label < Self.reach { return label }
    goOn(at: label)
    return next
  }
}

/// Offsets in `struct seccomp_data` (`seccomp(2)`).
private enum CallData {
  static let number: UInt32 = 0
  static let architecture: UInt32 = 4
  static func low(_ argument: UInt32) -> UInt32 { 16 + 8 * argument }
  static func high(_ argument: UInt32) -> UInt32 { 20 + 8 * argument }
}

extension SeccompAssembly {
  /// Writes a whole filter.
  /// - Parameters:
  ///   - runs: for each AUDIT_ARCH_* what is decided, by number from 0 on.
  ///   - foreign: the answer to any other architecture's calls.
  init(_ architectures: [(audit: UInt32, runs: [SeccompDecisions.Run])], foreign: UInt32) {
    var other = answer(foreign)
    for (audit, runs) in architectures.reversed() {
      let start = search(runs[...])
      goOn(at: start)
      load(CallData.number)
      jump(.equal, audit, next, else: other)
      other = next
    }
    load(CallData.architecture)
  }

  /// Finds the run of the loaded number by halving, and decides.
  private mutating func search(_ runs: ArraySlice<SeccompDecisions.Run>) -> Label {
    guard runs.count > 1 else {
      switch runs.first?.decision {
      case .always(let value)?: return answer(value)
      case .byArguments(let cases, let otherwise)?: return decide(cases, otherwise)
      case nil: return next
      }
    }
    let middle = runs.startIndex + runs.count / 2
    let upper = search(runs[middle...])
    let lower = search(runs[..<middle])
    jump(.greaterOrEqual, runs[middle].first, upper, else: lower)
    return next
  }

  private mutating func decide(_ cases: [SeccompDecisions.Case], _ otherwise: UInt32) -> Label {
    var start = answer(otherwise)
    for one in cases.reversed() {
      var hold = answer(one.answer)
      for condition in one.conditions.reversed() { hold = test(condition, hold, else: start) }
      start = hold
    }
    return start
  }

  /// Tests a condition, by halves: a filter loads 32 bits at a time.
  private mutating func test(_ condition: SeccompCondition, _ yes: Label, else no: Label) -> Label {
    switch condition.comparison {
    case .equal: compare(condition, .equal, yes, else: no)
    case .notEqual: compare(condition, .equal, no, else: yes)
    case .greater: compare(condition, .greater, yes, else: no)
    case .lessOrEqual: compare(condition, .greater, no, else: yes)
    case .greaterOrEqual: compare(condition, .greaterOrEqual, yes, else: no)
    case .less: compare(condition, .greaterOrEqual, no, else: yes)
    }
    return next
  }

  private mutating func compare(
    _ condition: SeccompCondition, _ comparison: Comparison, _ yes: Label, else no: Label
  ) {
    let low = (
      mask: UInt32(truncatingIfNeeded: condition.mask),
      value: UInt32(truncatingIfNeeded: condition.value)
    )
    let high = (mask: UInt32(condition.mask >> 32), value: UInt32(condition.value >> 32))
    var undecided = yes
    if low.mask != 0 {
      jump(comparison, low.value, yes, else: no)
      load(CallData.low(condition.argument), mask: low.mask)
      undecided = next
    }
    if high.mask != 0 {
      jump(.equal, high.value, undecided, else: no)
      if comparison != .equal { jump(.greater, high.value, yes, else: next) }
      load(CallData.high(condition.argument), mask: high.mask)
    }
  }

  private mutating func load(_ offset: UInt32, mask: UInt32) {
    if mask != .max {
      reversed.append(FilterInstruction(0x54 /* BPF_ALU|BPF_AND|BPF_K */, mask))
    }
    load(offset)
  }
}
