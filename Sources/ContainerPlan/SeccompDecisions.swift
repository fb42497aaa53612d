/// What the rules of a profile say about every number of one ABI.
struct SeccompDecisions {
  /// What is decided for a run of numbers, which ends where the next one begins.
  struct Run: Equatable {
    let first: UInt32
    let decision: Decision
  }

  /// What is answered to a system call.
  enum Decision: Equatable {
    case always(UInt32)
    /// By the first case whose conditions all hold; else as if no rule named the call.
    case byArguments([Case], otherwise: UInt32)
  }

  /// An answer, and when it is given.
  struct Case: Equatable {
    let conditions: [SeccompCondition]
    let answer: UInt32
    /// The index of the rule that asks for it.
    let rule: Int
  }

  /// The runs in the order of their numbers; together they cover the ABI's.
  private(set) var runs: [Run] = []
  /// The first number about which nothing is decided yet.
  private var position: UInt64

  /// Applies rules to an ABI.
  /// - Parameters:
  ///   - byDefault: the answer to calls that no rule is about.
  ///   - newer: the answer to calls with larger numbers than any that the profile names. Such a call
  ///     is newer than the profile, whose author can't have meant to deny it.
  init(_ rules: [SeccompRule], for abi: SeccompABI, byDefault: UInt32, newer: UInt32)
    throws(SeccompError)
  {
    var named = NamedCalls()
    var largest = abi.numbers.lowerBound
    for (index, rule) in rules.enumerated() {
      for name in rule.names {
        // A name that isn't known is passed over, as in runc: the kernel will lack the call too.
        guard let call = abi.call(named: name) else { continue }
        if let number = call.direct, number <= abi.lastOrdinary { largest = max(largest, number) }
        // As in runc: a rule that says what is said anyway does not count.
        if rule.answer == byDefault { continue }
        for conditions in rule.alternatives {
          if let number = call.direct {
            let conditions = abi.judgeable(conditions)
            named.add(number, Case(conditions: conditions, answer: rule.answer, rule: index))
          }
          if let (number, selector) = call.multiplexed {
            // The first argument selects, and the call's own lie in memory, which no filter can
            // read. As in libseccomp the condition on the first is given up.
            let selected = SeccompCondition(argument: 0, .equal, selector)
            let conditions = abi.judgeable([selected] + conditions.filter { $0.argument != 0 })
            named.add(number, Case(conditions: conditions, answer: rule.answer, rule: index))
          }
        }
      }
    }

    // As in runc: a profile that names nothing here, or 0 alone, has no age.
    let newer = largest > abi.numbers.lowerBound ? newer : byDefault
    position = UInt64(abi.numbers.lowerBound)
    func extendUnnamed(to end: UInt64) {
      extend(.always(byDefault), to: min(end, UInt64(largest) + 1))
      extend(.always(newer), to: min(end, UInt64(abi.lastOrdinary) + 1))
      extend(.always(byDefault), to: end)
    }
    try named.forEach { (number, cases) throws(SeccompError) in
      extendUnnamed(to: UInt64(number))
      extend(try Decision(cases, otherwise: byDefault), to: UInt64(number) + 1)
    }
    extendUnnamed(to: UInt64(abi.numbers.upperBound) + 1)
  }

  /// Decides about the numbers up to `end`, unless that is done.
  private mutating func extend(_ decision: Decision, to end: UInt64) {
    guard position < end else { return }
    if runs.last?.decision != decision {
      runs.append(Run(first: UInt32(position), decision: decision))
    }
    position = end
  }
}

/// The cases of calls, collected in any order.
private struct NamedCalls {
  private var cases: [SeccompDecisions.Case] = []
  /// A call's number, and in the low half the index of its case: quick to sort.
  private var keys: [UInt64] = []

  mutating func add(_ number: UInt32, _ one: SeccompDecisions.Case) {
    keys.append(UInt64(number) << 32 | UInt64(cases.count))
    cases.append(one)
  }

  /// Calls `body` for each call by number, with its cases in the order in which they were added.
  func forEach(
    _ body: (UInt32, ArraySlice<SeccompDecisions.Case>) throws(SeccompError) -> Void
  ) throws(SeccompError) {
    let keys = keys.sorted()
    let cases = keys.map { self.cases[Int($0 & 0xffff_ffff)] }
    var start = 0
    while start < keys.count {
      let number = keys[start] >> 32
      var end = start + 1
      while end < keys.count, keys[end] >> 32 == number { end += 1 }
      try body(UInt32(number), cases[start..<end])
      start = end
    }
  }
}

extension SeccompDecisions.Decision {
  /// Orders the cases of one call as libseccomp does, whatever their order in the profile: a rule
  /// without conditions before all others, and of two with conditions the one that is more specific.
  fileprivate init(_ cases: ArraySlice<SeccompDecisions.Case>, otherwise: UInt32)
    throws(SeccompError)
  {
    if let always = cases.first(where: { $0.conditions.isEmpty }) {
      self = .always(always.answer)
      return
    }
    let sorted = cases.sorted { precedes($0.conditions, $1.conditions) ?? ($0.rule < $1.rule) }
    var distinct: [SeccompDecisions.Case] = []
    for next in sorted {
      guard let last = distinct.last, last.conditions == next.conditions else {
        distinct.append(next)
        continue
      }
      if last.answer != next.answer {
        throw SeccompError(
          "/syscalls/\(next.rule)",
          "contradicts /linux/seccomp/syscalls/\(last.rule), which has another action for the same "
            + "system call and arguments")
      }
    }
    self = .byArguments(distinct, otherwise: otherwise)
  }
}

/// Whether a case with the conditions `a` is looked at before one with `b`; nil when they are equal.
private func precedes(_ a: [SeccompCondition], _ b: [SeccompCondition]) -> Bool? {
  for (a, b) in zip(a, b) {
    if a.argument != b.argument { return a.argument > b.argument }
    if a.specificity != b.specificity { return a.specificity > b.specificity }
    if a.value != b.value { return a.isUpperBound ? a.value < b.value : a.value > b.value }
    if a.mask != b.mask { return a.mask > b.mask }
    if a.comparison != b.comparison { return a.comparison.rawValue < b.comparison.rawValue }
  }
  return a.count == b.count ? nil : a.count < b.count
}

extension SeccompCondition {
  fileprivate var isUpperBound: Bool { comparison == .less || comparison == .lessOrEqual }

  fileprivate var specificity: Int {
    switch comparison {
    case .equal, .notEqual: 3
    case .less, .lessOrEqual: 2
    case .greater, .greaterOrEqual: 1
    }
  }
}

extension SeccompABI {
  /// Conditions as a filter can judge them here: of 32 bits where arguments have no more, and
  /// without those that always hold.
  fileprivate func judgeable(_ conditions: [SeccompCondition]) -> [SeccompCondition] {
    if conditions.isEmpty { return [] }
    let judged = hasWideArguments ? conditions : conditions.map { $0.narrowed }
    return judged.filter { !$0.isTautology }
  }
}
