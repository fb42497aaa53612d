import CSeccomp
import LinuxKernel
import OCISpec

/// A seccomp profile as the kernel takes it: made before any process is, so that the container's
/// child only has to load it.
public struct SeccompProgram: Equatable, Sendable {
  /// The filter, for `loadSeccompFilter`.
  public let instructions: [FilterInstruction]
  /// SECCOMP_FILTER_FLAG_*, or'ed.
  public let flags: UInt32

  /// Compiles a profile for this processor.
  ///
  /// libseccomp tells the numbers of the system calls. It does not generate the filter: for a usual
  /// profile that takes it longer than all the rest of making a container.
  /// - Returns: nil when there is neither a default action nor a rule, which means no filter.
  public static func compile(_ profile: Spec.Linux.Seccomp) throws(SeccompError) -> SeccompProgram?
  {
    try compile(profile, for: SeccompABI.runnable)
  }

  /// Compiles for a processor that can run these ABIs, the native one first.
  static func compile(_ profile: Spec.Linux.Seccomp, for runnable: [SeccompABI])
    throws(SeccompError) -> SeccompProgram?
  {
    let asked = profile.syscalls ?? []
    if profile.defaultAction.isEmpty, asked.isEmpty { return nil }
    let byDefault = try seccompAnswer(
      profile.defaultAction, profile.defaultErrnoRet, at: "/defaultAction")
    var rules: [SeccompRule] = []
    for (index, rule) in asked.enumerated() {
      rules.append(try SeccompRule(rule, at: "/syscalls/\(index)"))
    }
    let flags = try profile.kernelFlags()
    let abis = try profile.abis(among: runnable)

    let newer =
      profile.deniesByDefault ? SeccompAction.errno.rawValue | 38 /* ENOSYS */ : byDefault
    // As in libseccomp, and whatever the default: calls of an ABI that the profile does not list.
    let foreign = SeccompAction.killThread.rawValue
    var architectures: [(audit: UInt32, runs: [SeccompDecisions.Run])] = []
    for abi in runnable {
      let last = architectures.indices.last { architectures[$0].audit == abi.auditArchitecture }
      let runs: [SeccompDecisions.Run]
      if abis.contains(abi) {
        runs = try SeccompDecisions(rules, for: abi, byDefault: byDefault, newer: newer).runs
      } else if last == nil {
        continue
      } else {
        // A tracer skips a call by making -1 of its number: that is of no ABI.
        runs = [
          .init(first: abi.numbers.lowerBound, decision: .always(foreign)),
          .init(first: abi.numbers.upperBound, decision: .always(byDefault)),
        ]
      }
      if let last {
        architectures[last].runs += runs
      } else {
        architectures.append((abi.auditArchitecture, runs))
      }
    }

    let assembly = SeccompAssembly(architectures, foreign: foreign)
    guard assembly.instructions.count <= 4096 else {
      throw SeccompError(
        "",
        "the filter has \(assembly.instructions.count) instructions, and the kernel takes 4096 "
          + "(BPF_MAXINSNS): use fewer rules with args")
    }
    return SeccompProgram(instructions: assembly.instructions, flags: flags)
  }
}

extension Spec.Linux.Seccomp {
  /// Whether a call that no rule names is kept from the kernel. A tracer counts as letting it pass:
  /// it answers to calls that it doesn't know by itself.
  fileprivate var deniesByDefault: Bool {
    switch SeccompAction(name: defaultAction) {
    case .allow, .log, .trace: false
    default: defaultErrnoRet != 38  // ENOSYS
    }
  }

  /// Whether somebody outside answers for some of the calls.
  var hasListener: Bool { syscalls?.contains { $0.action == "SCMP_ACT_NOTIFY" } ?? false }

  fileprivate func kernelFlags() throws(SeccompError) -> UInt32 {
    let listener = hasListener ? newSeccompListener : 0
    guard let flags else { return SeccompFlag.allowSpeculation.rawValue | listener }  // as in runc
    var value = listener
    for (index, name) in flags.enumerated() {
      switch SeccompFlag(name: name) {
      case .synchronizeThreads?: break  // there is but one thread
      case .allowSpeculation?, .log?: value |= SeccompFlag(name: name)?.rawValue ?? 0
      case .waitKillable?:
        guard hasListener else {
          throw SeccompError("/flags/\(index)", "\(name) means nothing without SCMP_ACT_NOTIFY")
        }
        value |= SeccompFlag.waitKillable.rawValue
      case nil: throw SeccompError("/flags/\(index)", "\"\(name)\" is not a flag")
      }
    }
    return value
  }

  /// The native ABI, asked for or not, and those that the profile lists, if the processor can run
  /// them: calls of any other can't happen.
  fileprivate func abis(among runnable: [SeccompABI]) throws(SeccompError) -> [SeccompABI] {
    var abis = Array(runnable.prefix(1))
    for (index, name) in (architectures ?? []).enumerated() {
      if let abi = runnable.first(where: { $0.name == name }) {
        abis.append(abi)
        continue
      }
      let token =
        name.hasPrefix("SCMP_ARCH_")
        ? seccomp_arch_resolve_name(name.dropFirst(10).lowercased()) : 0
      if token == 0 {
        throw SeccompError(
          "/architectures/\(index)", "libseccomp \(libseccompVersion) does not know \"\(name)\"")
      }
      if token & APUS_AUDIT_ARCH_LE == 0 {
        throw SeccompError(
          "/architectures/\(index)",
          "\(name) is big-endian, and this processor is not: remove it from the profile")
      }
    }
    return abis
  }
}

/// The architectures that a profile may list: those that libseccomp knows, and of this processor's
/// order of bytes.
public var seccompArchitectures: [String] {
  Vocabulary.seccompArchitectures.filter { name in
    let profile = Spec.Linux.Seccomp(defaultAction: "SCMP_ACT_ALLOW", architectures: [name])
    return (try? profile.abis(among: SeccompABI.runnable)) != nil
  }
}

/// The version of libseccomp that is built in, such as "2.5.4".
public var libseccompVersion: String {
  guard let version = seccomp_version()?.pointee else { return "0.0.0" }
  return "\(version.major).\(version.minor).\(version.micro)"
}
