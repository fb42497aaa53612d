import JSON
import OCISpec

// A seccomp profile in libcontainer's words: numbers for what config.json has names for, and a rule
// for each system call.
extension Spec.Linux.Seccomp {
  /// Whether it is no filter at all.
  var isEmpty: Bool { defaultAction.isEmpty && syscalls?.isEmpty != false }

  /// Writes the members of the profile.
  func write(members json: JSONMembers) {
    json.member("default_action", number(ofAction: defaultAction))
    json.member("default_errno_ret", defaultErrnoRet)
    json.member("architectures", architectures.map { $0.map(processor(ofArchitecture:)) })
    json.member("flags", flags ?? ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"])
    json.member("listener_path", nonEmpty(listenerPath))
    json.member("listener_metadata", nonEmpty(listenerMetadata))
    json.list("syscalls") {
      for rule in syscalls ?? [] {
        let action = number(ofAction: rule.action)
        for name in rule.names { $0.object { rule.write(members: $0, name, action) } }
      }
    }
  }
}

extension Spec.Linux.Seccomp.Rule {
  fileprivate func write(members json: JSONMembers, _ name: String, _ action: Int) {
    json.member("name", name)
    json.member("action", action)
    json.member("errnoRet", errnoRet)
    guard let args = nonEmpty(args) else { return }
    json.list("args") {
      for argument in args {
        $0.object {
          $0.member("index", argument.index)
          $0.member("value", argument.value)
          $0.member("value_two", argument.valueTwo ?? 0)
          $0.member("op", number(ofComparison: argument.op))
        }
      }
    }
  }
}

private func number(ofAction name: String) -> Int {
  switch name {
  case "SCMP_ACT_KILL": 1
  case "SCMP_ACT_ERRNO": 2
  case "SCMP_ACT_TRAP": 3
  case "SCMP_ACT_ALLOW": 4
  case "SCMP_ACT_TRACE": 5
  case "SCMP_ACT_LOG": 6
  case "SCMP_ACT_NOTIFY": 7
  case "SCMP_ACT_KILL_THREAD": 8
  case "SCMP_ACT_KILL_PROCESS": 9
  default: 0
  }
}

private func number(ofComparison name: String) -> Int {
  switch name {
  case "SCMP_CMP_EQ": 1
  case "SCMP_CMP_NE": 2
  case "SCMP_CMP_GT": 3
  case "SCMP_CMP_GE": 4
  case "SCMP_CMP_LT": 5
  case "SCMP_CMP_LE": 6
  case "SCMP_CMP_MASKED_EQ": 7
  default: 0
  }
}

/// Go's name of a processor: "amd64" for `SCMP_ARCH_X86_64`.
private func processor(ofArchitecture name: String) -> String {
  switch name {
  case "SCMP_ARCH_X86_64": "amd64"
  case "SCMP_ARCH_AARCH64": "arm64"
  case "SCMP_ARCH_LOONGARCH64": "loong64"
  default: name.hasPrefix("SCMP_ARCH_") ? name.dropFirst(10).lowercased() : name
  }
}
