import ApusRuntime

extension Command {
  static let plan = Command(
    "plan", "show what create would do, without doing it", count: 0...0,
    description: """
      Compiles config.json of the bundle and prints each step, in order, with the
      place in config.json that asks for it.
      """,
    options: [.bundle, .planFormat]
  ) { invocation throws(RuntimeError) in
    let name = invocation.arguments[.planFormat] ?? "text"
    guard name == "text" || name == "json" else {
      throw RuntimeError("invalid format \"\(name)\": give text or json")
    }
    let bundle = try bundlePath(invocation.arguments)
    // Any name will do; the bundle's says the most.
    let id = bundle.split(separator: "/").last.map { String($0) } ?? "container"
    try output(try planText(bundle: bundle, id: id, json: name == "json", for: invocation.store))
    return 0
  }
}

extension Option {
  static let planFormat = Option(
    "format", short: "f", .text("FORMAT"), help: "text or json (default: text)")
}
