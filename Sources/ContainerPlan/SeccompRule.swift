import LinuxKernel
import OCISpec

/// A rule of a profile, understood but not yet of any ABI.
struct SeccompRule {
  /// The system calls.
  let names: [String]
  /// The kernel's word for what happens, its data included.
  let answer: UInt32
  /// When: one of these must hold, and of that one every condition. Sorted by argument.
  let alternatives: [[SeccompCondition]]
}

/// A condition on an argument of a system call.
struct SeccompCondition: Equatable {
  /// A comparison without sign.
  enum Comparison: Int { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }

  let argument: UInt32
  let comparison: Comparison
  /// The bits of the argument that are compared.
  let mask: UInt64
  let value: UInt64

  /// Only those bits of the value that are compared count, as in libseccomp.
  init(argument: UInt32, _ comparison: Comparison, _ value: UInt64, mask: UInt64 = .max) {
    self.argument = argument
    self.comparison = comparison
    self.mask = mask
    self.value = value & mask
  }

  /// The condition as a filter for 32-bit arguments can judge it.
  var narrowed: SeccompCondition {
    SeccompCondition(argument: argument, comparison, value, mask: mask & 0xffff_ffff)
  }

  /// Whether it holds for every argument.
  var isTautology: Bool { mask == 0 }
}

extension SeccompRule {
  /// Understands a rule; `pointer` is its place below `/linux/seccomp`.
  init(_ rule: Spec.Linux.Seccomp.Rule, at pointer: String) throws(SeccompError) {
    names = rule.names
    answer = try seccompAnswer(rule.action, rule.errnoRet, at: "\(pointer)/action")
    var conditions: [SeccompCondition] = []
    for (index, argument) in (rule.args ?? []).enumerated() {
      conditions.append(try SeccompCondition(argument, at: "\(pointer)/args/\(index)"))
    }
    conditions.sort { $0.argument < $1.argument }
    // As in runc: two conditions on one argument make each condition a rule of its own.
    if zip(conditions, conditions.dropFirst()).contains(where: { $0.argument == $1.argument }) {
      alternatives = conditions.map { [$0] }
    } else {
      alternatives = [conditions]
    }
  }
}

extension SeccompCondition {
  fileprivate init(_ argument: Spec.Linux.Seccomp.Argument, at pointer: String)
    throws(SeccompError)
  {
    guard argument.index < 6 else {
      throw SeccompError(
        "\(pointer)/index", "a system call has arguments 0 to 5, not \(argument.index)")
    }
    let index = UInt32(argument.index)
    if argument.op == "SCMP_CMP_MASKED_EQ" {
      self.init(argument: index, .equal, argument.valueTwo ?? 0, mask: argument.value)
      return
    }
    let comparison: Comparison =
      switch argument.op {
      case "SCMP_CMP_EQ": .equal
      case "SCMP_CMP_NE": .notEqual
      case "SCMP_CMP_LT": .less
      case "SCMP_CMP_LE": .lessOrEqual
      case "SCMP_CMP_GT": .greater
      case "SCMP_CMP_GE": .greaterOrEqual
      default:
        throw SeccompError("\(pointer)/op", "\"\(argument.op)\" is not a comparison")
      }
    self.init(argument: index, comparison, argument.value)
  }
}

/// The kernel's word for an action, with the errno or the trace message in its low bits.
func seccompAnswer(_ name: String, _ errno: UInt?, at pointer: String) throws(SeccompError)
  -> UInt32
{
  guard let action = SeccompAction(name: name) else {
    throw SeccompError(pointer, "\"\(name)\" is not an action")
  }
  switch action {
  case .errno, .trace: return action.rawValue | UInt32((errno ?? 1 /* EPERM */) & 0xffff)
  default: return action.rawValue
  }
}
