import ApusRuntime
import Glibc
import LinuxKernel

extension Command {
  static let trace = Command(
    "trace", "show what a command spent its time on", operands: "FILE [FILE]", count: 1...2,
    description: """
      Prints what the global option --trace has written, or the environment variable
      APUS_TRACE: the phases of a command and the steps of its plan, the slowest
      first. Of what was done more than once it shows the median. With two files, how
      they differ. Perfetto (ui.perfetto.dev) opens the same files.
      """
  ) { invocation throws(RuntimeError) in
    let paths = invocation.arguments.operands
    let before = durations(try TraceEvent.load(paths[0]))
    if paths.count == 2 {
      try output(comparison(before, durations(try TraceEvent.load(paths[1]))))
    } else {
      try output(table(before))
    }
    return 0
  }
}

/// What was done, and how long it took each time, in microseconds.
private struct Work {
  let place: String
  let name: String
  var durations: [Double]

  var median: Double {
    let sorted = durations.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// The same work, of whichever process, in one place.
private func durations(_ events: [TraceEvent]) -> [Work] {
  var names: [Int32: String] = [:]
  var places: [String: Int] = [:]
  var all: [Work] = []
  for event in events {
    if event.cat == .process { names[event.pid] = event.args?.name }
    guard event.ph == "X" else { continue }
    // "apus run x", "apus run x (container)": the container's name differs from file to file.
    let words = (names[event.pid] ?? "").split(separator: " ")
    let command = words.dropFirst().first.map(String.init) ?? ""
    let place = words.last == "(container)" ? "container" : command
    let key = place + "\n" + event.name
    if let known = places[key] {
      all[known].durations.append(event.dur)
    } else {
      places[key] = all.count
      all.append(Work(place: place, name: event.name, durations: [event.dur]))
    }
  }
  return all
}

private func table(_ work: [Work]) -> String {
  let work = work.sorted { $0.median > $1.median }
  let most = max(1, work.first?.median ?? 1)
  let repeats = work.contains { $0.durations.count > 1 }
  var text = right("µs", 10) + (repeats ? right("times", 7) : "") + "  "
  text += left("", barWidth) + "  " + left("where", placeWidth(work)) + "  what\n"
  for entry in work {
    text += right(microseconds(entry.median), 10)
    if repeats { text += right("\(entry.durations.count)", 7) }
    text += "  " + left(bar(entry.median / most), barWidth)
    text += "  " + left(entry.place, placeWidth(work)) + "  " + oneLine(entry.name) + "\n"
  }
  return text
}

private func comparison(_ before: [Work], _ after: [Work]) -> String {
  struct Change {
    let place: String
    let name: String
    let before: Double?
    let after: Double?
    var difference: Double { (after ?? 0) - (before ?? 0) }
  }
  var changes = before.map { old in
    let new = after.first { $0.place == old.place && $0.name == old.name }
    return Change(place: old.place, name: old.name, before: old.median, after: new?.median)
  }
  for new in after where !before.contains(where: { $0.place == new.place && $0.name == new.name }) {
    changes.append(Change(place: new.place, name: new.name, before: nil, after: new.median))
  }
  changes.sort { abs($0.difference) > abs($1.difference) }
  let most = max(1, changes.first.map { abs($0.difference) } ?? 1)
  let width = placeWidth(before + after)
  var text = right("before", 10) + right("after", 10) + right("change", 11) + "  "
  text += left("", barWidth) + "  " + left("where", width) + "  what\n"
  for change in changes {
    text += right(change.before.map(microseconds) ?? "-", 10)
    text += right(change.after.map(microseconds) ?? "-", 10)
    text += right((change.difference > 0 ? "+" : "") + microseconds(change.difference), 11)
    text += "  " + left(bar(abs(change.difference) / most), barWidth)
    text += "  " + left(change.place, width) + "  " + oneLine(change.name) + "\n"
  }
  return text
}

private let barWidth = 20

/// A bar in eighths of a character.
private func bar(_ part: Double) -> String {
  let eighths = Int((part * Double(barWidth) * 8).rounded())
  let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
  return String(repeating: "█", count: eighths / 8) + rest
}

private func placeWidth(_ work: [Work]) -> Int {
  max("where".count, work.map(\.place.count).max() ?? 0)
}

/// "1234.5": microseconds, to a tenth.
private func microseconds(_ value: Double) -> String {
  let tenths = Int((abs(value) * 10).rounded())
  return (value < 0 && tenths > 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"
}

/// A description can be as long as a command line, and hold anything.
private func oneLine(_ text: String) -> String {
  let line = escaped(text)
  return line.count > 100 ? line.prefix(99) + "…" : line
}

private func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

private func left(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
