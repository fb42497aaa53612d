import JSON

extension Plan: CustomStringConvertible {
  /// A line for each step: its number, who performs it, what, and where config.json asks for it.
  public var description: String {
    let width = String(steps.count).utf8.count
    return steps.enumerated().map { index, step in
      let number = String(index + 1)
      let pad = String(repeating: " ", count: width - number.utf8.count)
      let who = step.action.performer == .runtime ? "host     " : "container"
      return "\(pad)\(number)  \(who)  \(step)"
    }.joined(separator: "\n")
  }
}

extension Step: CustomStringConvertible {
  /// "mount proc at /proc  (/mounts/0)".
  public var description: String { pointer.isEmpty ? "\(action)" : "\(action)  (\(pointer))" }
}

extension Plan: JSONWritable {
  /// `{"steps": [{"performer": …, "action": …, "pointer": …}]}`.
  public func write(to json: JSONWriter) {
    json.object { $0.member("steps", steps) }
  }
}

extension Step: JSONWritable {
  /// One step; `pointer` is absent for what every container gets.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("performer", action.performer.rawValue)
      $0.member("action", action.description)
      $0.member("pointer", pointer.isEmpty ? nil : pointer)
    }
  }
}
