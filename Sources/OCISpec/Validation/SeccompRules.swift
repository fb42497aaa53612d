extension Spec.Linux.Seccomp {
  func check(_ report: inout Report, at pointer: String) {
    let rules = syscalls ?? []
    // As in runc: neither a default action nor rules means no filter.
    if defaultAction.isEmpty, rules.isEmpty { return }
    report.require(
      defaultAction, among: Vocabulary.seccompActions, "action", at: "\(pointer)/defaultAction")
    checkErrno(defaultErrnoRet, of: defaultAction, &report, at: "\(pointer)/defaultErrnoRet")
    for (index, architecture) in (architectures ?? []).enumerated() {
      report.require(
        architecture, among: Vocabulary.seccompArchitectures, "architecture",
        at: "\(pointer)/architectures/\(index)")
    }
    for (index, flag) in (flags ?? []).enumerated() {
      report.require(
        flag, among: Vocabulary.seccompFlags, "flag", at: "\(pointer)/flags/\(index)")
    }
    for (index, rule) in rules.enumerated() {
      rule.check(&report, at: "\(pointer)/syscalls/\(index)")
    }
    checkListener(&report, at: pointer)
  }

  private func checkListener(_ report: inout Report, at pointer: String) {
    report.rejectNUL(in: listenerPath, at: "\(pointer)/listenerPath")
    let hasListener = listenerPath?.isEmpty == false
    if !hasListener, listenerMetadata?.isEmpty == false {
      report.add("\(pointer)/listenerMetadata", "means nothing without a listenerPath")
    }
    // Nobody would be there yet to answer for the calls that hand the descriptor over.
    if defaultAction == "SCMP_ACT_NOTIFY" {
      report.add("\(pointer)/defaultAction", "SCMP_ACT_NOTIFY can't be the default")
    }
    for (index, rule) in (syscalls ?? []).enumerated() where rule.action == "SCMP_ACT_NOTIFY" {
      let here = "\(pointer)/syscalls/\(index)"
      if !hasListener {
        report.add("\(here)/action", "SCMP_ACT_NOTIFY needs a listenerPath")
      }
      if rule.names.contains("write") {
        report.add(
          "\(here)/names", "SCMP_ACT_NOTIFY cannot be used for the write syscall",
          hint: "init needs it to hand over the listener")
      }
    }
  }
}

extension Spec.Linux.Seccomp.Rule {
  fileprivate func check(_ report: inout Report, at pointer: String) {
    if names.isEmpty { report.add("\(pointer)/names", "must name at least one system call") }
    report.rejectNUL(in: names, at: "\(pointer)/names")
    report.require(action, among: Vocabulary.seccompActions, "action", at: "\(pointer)/action")
    checkErrno(errnoRet, of: action, &report, at: "\(pointer)/errnoRet")
    for (index, argument) in (args ?? []).enumerated() {
      let here = "\(pointer)/args/\(index)"
      report.require(
        argument.op, among: Vocabulary.seccompOperators, "comparison", at: "\(here)/op")
      if argument.index > 5 {
        report.add("\(here)/index", "a system call has arguments 0 to 5, not \(argument.index)")
      }
    }
  }
}

private func checkErrno(
  _ errno: UInt?, of action: String, _ report: inout Report, at pointer: @autoclosure () -> String
) {
  guard let errno, Vocabulary.seccompActions.contains(action) else { return }
  switch action {
  case "SCMP_ACT_ERRNO":
    // MAX_ERRNO of the kernel.
    if errno > 4095 { report.add(pointer(), "\(errno) is not an errno: the largest is 4095") }
  case "SCMP_ACT_TRACE":
    if errno > 65535 { report.add(pointer(), "\(errno) does not fit into the 16 bits of a trace") }
  default:
    report.add(pointer(), "\(action) takes no errno")
  }
}
