import ApusRuntime

extension Command {
  static let plan = Command(
    "plan", "show what create would do, without doing it", count: 0...0,
    description: """
      Compiles config.json of the bundle and prints each step, in order, with the
      place in config.json that asks for it.
      """,
    options: [.bundle, .textFormat]
  ) { invocation throws(RuntimeError) in
    let format = try OutputFormat(invocation.arguments, plain: "text")
    let bundle = try bundlePath(invocation.arguments)
    // Any name will do; the bundle's says the most.
    let id = bundle.split(separator: "/").last.map { String($0) } ?? "container"
    try output(
      try planText(bundle: bundle, id: id, json: format == .json, for: invocation.store))
    return 0
  }
}
