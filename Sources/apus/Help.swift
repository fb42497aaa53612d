import ApusRuntime

/// The help of the whole program.
func programHelp() -> String {
  var text = """
    NAME:
       apus - run containers as the Open Container Initiative specifies them

    USAGE:
       apus [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]

    VERSION:
       \(apusVersion)

    COMMANDS:

    """
  text += columns(
    CommandName.allCases.map { ($0.rawValue, $0.command.summary) } + [
      ("help", "show this help, or a command's")
    ])
  text += "\nGLOBAL OPTIONS:\n" + help(of: globalOptions)
  return text
}

extension Command {
  /// The help of one command.
  var help: String {
    let operands = "\(self.operands)"
    return """
      NAME:
         apus \(name) - \(summary)

      USAGE:
         apus \(name) [OPTIONS]\(operands.isEmpty ? "" : " ")\(operands)

      DESCRIPTION:
      \(indented("\(description)"))

      OPTIONS:
      \(apus.help(of: options))
      """
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "   \($0)" }.joined(separator: "\n")
  }
}

private func help(of options: [Option]) -> String {
  columns(
    options.filter { !$0.isHidden }.map { option in
      let short = option.short.map { "-\($0), " } ?? "    "
      let value =
        switch option.value {
        case .none: ""
        case .text(let word), .number(let word): " \(word)"
        }
      return ("\(short)--\(option.name)\(value)", option.help)
    })
}

private func columns(_ rows: [(String, StaticString)]) -> String {
  let width = rows.map { $0.0.utf8.count }.max() ?? 0
  return rows.map { left, right in
    "   \(left)\(String(repeating: " ", count: width - left.utf8.count))  \(right)\n"
  }.joined()
}
