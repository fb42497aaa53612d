import CSeccomp
import Glibc
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// The filter that libseccomp generates for a profile, used as runc uses it.
func generatedByLibseccomp(_ profile: Spec.Linux.Seccomp, for runnable: [SeccompABI]) throws
  -> [FilterInstruction]
{
  func answer(_ name: String, _ errno: UInt?) throws -> UInt32 {
    let action = try #require(SeccompAction(name: name))
    return action == .errno || action == .trace
      ? action.rawValue | UInt32(errno ?? 1) : action.rawValue
  }
  let byDefault = try answer(profile.defaultAction, profile.defaultErrnoRet)
  let context = try #require(seccomp_init(byDefault))
  defer { seccomp_release(context) }
  let listed = profile.architectures ?? []
  for (index, abi) in runnable.enumerated() where index == 0 || listed.contains(abi.name) {
    let status = seccomp_arch_add(context, abi.token)
    try #require(status == 0 || status == -EEXIST)
  }
  if seccomp_arch_native() != runnable[0].token {
    try #require(seccomp_arch_remove(context, seccomp_arch_native()) == 0)
  }
  for rule in profile.syscalls ?? [] {
    let action = try answer(rule.action, rule.errnoRet)
    if action == byDefault { continue }
    let arguments = (rule.args ?? []).map { argument in
      scmp_arg_cmp(
        arg: UInt32(argument.index), op: comparison(argument.op), datum_a: argument.value,
        datum_b: argument.valueTwo ?? 0)
    }
    let repeats = Set(arguments.map(\.arg)).count < arguments.count
    for name in rule.names {
      let number = seccomp_syscall_resolve_name(name)
      if number == -1 { continue }
      for conditions in repeats ? arguments.map({ [$0] }) : [arguments] {
        let status = seccomp_rule_add_array(
          context, action, number, UInt32(conditions.count), conditions)
        try #require(status == 0, "\(name): \(status)")
      }
    }
  }
  let file = try #require(tmpfile())
  defer { fclose(file) }
  try #require(seccomp_export_bpf(context, fileno(file)) == 0)
  let size = Int(lseek(fileno(file), 0, SEEK_END))
  return [FilterInstruction](unsafeUninitializedCapacity: size / 8) { buffer, count in
    count = pread(fileno(file), buffer.baseAddress, size, 0) / 8
  }
}

private func comparison(_ name: String) -> scmp_compare {
  switch name {
  case "SCMP_CMP_NE": SCMP_CMP_NE
  case "SCMP_CMP_LT": SCMP_CMP_LT
  case "SCMP_CMP_LE": SCMP_CMP_LE
  case "SCMP_CMP_EQ": SCMP_CMP_EQ
  case "SCMP_CMP_GE": SCMP_CMP_GE
  case "SCMP_CMP_GT": SCMP_CMP_GT
  default: SCMP_CMP_MASKED_EQ
  }
}
