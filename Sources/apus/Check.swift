import ApusRuntime

extension Command {
  static let check = Command(
    "check", "tell all that is wrong or risky in a bundle's config.json", count: 0...0,
    description: """
      Checks config.json of the bundle and makes nothing. Each finding has a level,
      its place in config.json as a JSON pointer, and what to do:
        error    no container can be made of it, or not on this host by this user
        warning  likely a mistake, or a way out of the container
        note     good to know
      As JSON it is an object with file, errors, warnings and notes (their numbers),
      and findings: objects with level, subject (syntax, specification, unknown-key,
      host or isolation), pointer, message and, where there is one, advice; errors
      of syntax have line and column, too.
      The exit status is 1 if there are errors, else 0.
      """,
    options: [.bundle, .textFormat]
  ) { invocation throws(RuntimeError) in
    let format = try OutputFormat(invocation.arguments, plain: "text")
    let report = try CheckReport(bundle: try bundlePath(invocation.arguments))
    switch format {
    case .plain: try output("\(report)")
    case .json: try output(json: report, style: .pretty(indent: "  "))
    }
    return report.count(.error) == 0 ? 0 : 1
  }
}
