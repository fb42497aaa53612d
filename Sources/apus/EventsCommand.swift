import ApusRuntime
import JSON

extension Command {
  static let events = Command(
    "events", "show what a container uses, and when its memory runs out", operands: "ID",
    count: 1...1,
    description: """
      Prints a line of JSON with what the container uses at each interval, and one as
      soon as the kernel runs out of memory for it; until the container ends.
      """,
    options: [.interval, .stats]
  ) { invocation throws(RuntimeError) in
    let container = try invocation.container()
    let interval = try milliseconds(invocation.arguments[.interval] ?? "5s")
    guard container.isAlive else {
      throw RuntimeError("container with id \(container.id) is not running")
    }
    func print(_ event: ContainerEvent) throws(RuntimeError) {
      try output(String(decoding: encodeJSON(event, style: .compact), as: UTF8.self) + "\n")
    }
    if invocation.arguments.has(.stats) {
      try print(try container.stats())
    } else {
      try container.watch(everyMilliseconds: interval, print)
    }
    return 0
  }
}

extension Option {
  static let interval = Option(
    "interval", .text("TIME"), help: "how often to look, like 500ms or 1m30s (default: 5s)")
  static let stats = Option("stats", help: "look once, and end")
}

/// A length of time as Go writes it: "1h30m", "1.5s", "100ms".
private func milliseconds(_ text: String) throws(RuntimeError) -> Int64 {
  let units = [("ms", 1.0), ("us", 1e-3), ("ns", 1e-6), ("h", 3.6e6), ("m", 6e4), ("s", 1e3)]
  var rest = Substring(text)
  var sum = 0.0
  while !rest.isEmpty {
    let number = rest.prefix { $0.isNumber || $0 == "." }
    rest = rest.dropFirst(number.count)
    guard let amount = Double(String(number)),
      let unit = units.first(where: { rest.hasPrefix($0.0) })
    else {
      throw RuntimeError(
        "invalid value \"\(text)\" for option --interval: give a time, like 500ms or 1m30s")
    }
    rest = rest.dropFirst(unit.0.count)
    sum += amount * unit.1
  }
  guard sum > 0, sum < 1e15 else { throw RuntimeError("duration interval must be greater than 0") }
  return max(1, Int64(sum))
}
