extension Spec.Process {
  /// Checks a process by itself, as `exec --process` gets one; see ``Spec/validate()``.
  ///
  /// - Returns: what is wrong, with pointers into the process.
  public func validate() -> [Violation] {
    var report = Report()
    check(&report, at: "")
    return report.violations
  }

  func check(_ report: inout Report, at pointer: String) {
    if (args ?? []).isEmpty {
      report.add(
        "\(pointer)/args", "must name a program", hint: "write it like \"args\": [\"sh\"]")
    }
    report.rejectNUL(in: args, at: "\(pointer)/args")
    if args?.first == "" { report.add("\(pointer)/args/0", "the program's name is empty") }
    report.checkEnvironment(env, at: "\(pointer)/env")
    if cwd.isEmpty {
      report.add("\(pointer)/cwd", "required, but missing or empty", hint: "write \"cwd\": \"/\"")
    } else {
      report.requireAbsolute(cwd, at: "\(pointer)/cwd")
    }
    checkLimits(&report, at: "\(pointer)/rlimits")
    if let oomScoreAdj, !(-1000...1000).contains(oomScoreAdj) {
      report.add("\(pointer)/oomScoreAdj", "\(oomScoreAdj) is not within -1000 to 1000")
    }
    report.rejectNUL(in: apparmorProfile, at: "\(pointer)/apparmorProfile")
    report.rejectNUL(in: selinuxLabel, at: "\(pointer)/selinuxLabel")
    user.check(&report, at: "\(pointer)/user")
    // NGROUPS_MAX of the kernel.
    if let count = user.additionalGids?.count, count > 65536 {
      report.add("\(pointer)/user/additionalGids", "more than 65536 groups")
    }
    scheduler?.check(&report, at: "\(pointer)/scheduler")
    ioPriority?.check(&report, at: "\(pointer)/ioPriority")
    if let execCPUAffinity {
      report.checkList(
        execCPUAffinity.initial, of: "CPUs", at: "\(pointer)/execCPUAffinity/initial")
      report.checkList(execCPUAffinity.final, of: "CPUs", at: "\(pointer)/execCPUAffinity/final")
    }
  }

  private func checkLimits(_ report: inout Report, at pointer: String) {
    var seen: [String] = []
    for (index, limit) in (rlimits ?? []).enumerated() {
      let here = "\(pointer)/\(index)"
      report.require(
        limit.type, among: Vocabulary.rlimits, "resource limit", at: "\(here)/type")
      if seen.contains(limit.type) {
        report.add("\(here)/type", "\(quoted(limit.type)) is limited twice")
      } else if seen.count < Vocabulary.rlimits.count {
        seen.append(limit.type)
      }
      if limit.soft > limit.hard {
        report.add(
          "\(here)/soft", "\(limit.soft) is above the hard limit of \(limit.type), \(limit.hard)")
      }
    }
  }
}

extension Spec.Process.Capabilities {
  /// Unknown names are passed over with a warning. (config.md, Linux Process)
  func warn(_ report: inout Report, at pointer: String) {
    func warn(_ names: [String]?, of set: String) {
      for (index, name) in (names ?? []).enumerated()
      where !Vocabulary.capabilities.contains(name) {
        report.add("\(pointer)/\(set)/\(index)", "ignored: unknown capability \(quoted(name))")
      }
    }
    warn(bounding, of: "bounding")
    warn(effective, of: "effective")
    warn(inheritable, of: "inheritable")
    warn(permitted, of: "permitted")
    warn(ambient, of: "ambient")
    let ungranted = (ambient ?? []).filter { name in
      Vocabulary.capabilities.contains(name)
        && !(permitted?.contains(name) == true && inheritable?.contains(name) == true)
    }
    if !ungranted.isEmpty {
      report.add(
        "\(pointer)/ambient",
        "can't raise ambient capability \(ungranted.joined(separator: ", ")): "
          + "not both permitted and inheritable")
    }
  }
}

extension Spec.Process.Scheduler {
  func check(_ report: inout Report, at pointer: String) {
    report.require(
      policy, among: Vocabulary.schedulerPolicies, "scheduling policy", at: "\(pointer)/policy")
    for (index, flag) in (flags ?? []).enumerated() {
      report.require(
        flag, among: Vocabulary.schedulerFlags, "scheduling flag", at: "\(pointer)/flags/\(index)")
    }
    if let nice, policy == "SCHED_OTHER" || policy == "SCHED_BATCH", !(-20...19).contains(nice) {
      report.add("\(pointer)/nice", "\(nice) is not within -20 to 19")
    }
    if let priority, priority != 0, policy != "SCHED_FIFO", policy != "SCHED_RR" {
      report.add("\(pointer)/priority", "only SCHED_FIFO and SCHED_RR have a priority")
    }
    let deadline = [(runtime, "runtime"), (deadline, "deadline"), (period, "period")]
    for (value, key) in deadline where (value ?? 0) != 0 && policy != "SCHED_DEADLINE" {
      report.add("\(pointer)/\(key)", "only SCHED_DEADLINE has a \(key)")
    }
  }
}

extension Spec.Process.IOPriority {
  func check(_ report: inout Report, at pointer: String) {
    report.require(
      `class`, among: Vocabulary.ioPriorityClasses, "class of I/O priority",
      at: "\(pointer)/class")
    if !(0...7).contains(priority) {
      report.add("\(pointer)/priority", "\(priority) is not within 0 to 7")
    }
  }
}

extension Spec.Process.User {
  /// To the kernel (uid_t)-1 means "as it is", which would be root.
  func check(_ report: inout Report, at pointer: String) {
    func check(_ id: UInt32, at pointer: String) {
      if id == .max {
        report.add(pointer, "\(id) is nobody's", hint: "setresuid(2) takes it for no change")
      }
    }
    check(uid, at: "\(pointer)/uid")
    check(gid, at: "\(pointer)/gid")
    for (index, id) in (additionalGids ?? []).enumerated() {
      check(id, at: "\(pointer)/additionalGids/\(index)")
    }
  }

  /// In a new user namespace only IDs that are mapped exist; the kernel answers EINVAL to others.
  func checkMapped(_ report: inout Report, by linux: Spec.Linux) {
    guard let namespace = linux.namespace("user"), (namespace.path ?? "").isEmpty else { return }
    func check(_ id: UInt32, _ mappings: [Spec.Linux.IDMapping]?, _ pointer: String) {
      guard let mappings, !mappings.isEmpty else { return }
      if !mappings.contains(where: { id >= $0.containerID && id - $0.containerID < $0.size }) {
        report.add(pointer, "\(id) is not mapped in the container's user namespace")
      }
    }
    check(uid, linux.uidMappings, "/process/user/uid")
    check(gid, linux.gidMappings, "/process/user/gid")
    for (index, id) in (additionalGids ?? []).enumerated() {
      check(id, linux.gidMappings, "/process/user/additionalGids/\(index)")
    }
  }
}
