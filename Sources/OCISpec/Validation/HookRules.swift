extension Spec.Hooks {
  func check(_ report: inout Report, at pointer: String) {
    let lists = [
      prestart, createRuntime, createContainer, startContainer, poststart, poststop,
    ]
    for (hooks, kind) in zip(lists, Vocabulary.hooks) {
      for (index, hook) in (hooks ?? []).enumerated() {
        hook.check(&report, at: "\(pointer)/\(kind)/\(index)")
      }
    }
  }
}

extension Spec.Hook {
  fileprivate func check(_ report: inout Report, at pointer: String) {
    report.requireAbsolute(path, at: "\(pointer)/path")
    report.rejectNUL(in: args, at: "\(pointer)/args")
    report.rejectNUL(in: env, at: "\(pointer)/env")
    if let timeout, timeout <= 0 {
      report.add(
        "\(pointer)/timeout", "\(timeout) is not greater than 0",
        hint: "leave it out for no limit")
    }
  }
}
