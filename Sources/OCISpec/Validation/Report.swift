/// Collects what is wrong, and the rules that many parts share.
struct Report {
  private(set) var violations: [Violation] = []

  mutating func add(_ pointer: String, _ problem: String, hint: String? = nil) {
    violations.append(Violation(pointer: pointer, problem: problem, hint: hint))
  }

  /// The kernel reads strings as far as their first NUL: what follows would be lost without a word.
  mutating func rejectNUL(in text: String?, at pointer: @autoclosure () -> String) {
    guard var text, text.withUTF8({ $0.contains(0) }) else { return }
    add(pointer(), "contains a NUL byte", hint: "the kernel would see only what is before it")
  }

  mutating func rejectNUL(in texts: [String]?, at pointer: String) {
    for (index, text) in (texts ?? []).enumerated() {
      rejectNUL(in: text, at: "\(pointer)/\(index)")
    }
  }

  /// An absolute path without NUL; the empty string isn't one.
  mutating func requireAbsolute(
    _ path: String, at pointer: @autoclosure () -> String, hint: String? = nil
  ) {
    if path.isEmpty {
      add(pointer(), "must not be empty", hint: hint)
    } else if path.utf8.first != UInt8(ascii: "/") {
      add(pointer(), "\(quoted(path)) must be an absolute path", hint: hint)
    } else {
      rejectNUL(in: path, at: pointer())
    }
  }

  mutating func require(
    _ word: String, among words: [String], _ what: String, at pointer: @autoclosure () -> String,
    isCalled verdict: String = "unknown"
  ) {
    guard !words.contains(word) else { return }
    let hint = words.count <= 12 ? "known: " + words.joined(separator: ", ") : nil
    add(pointer(), "\(verdict) \(what) \(quoted(word))", hint: hint)
  }

  /// `NAME=value`, as environ(7) has it.
  mutating func checkEnvironment(_ environment: [String]?, at pointer: String) {
    for (index, entry) in (environment ?? []).enumerated() {
      let here = "\(pointer)/\(index)"
      switch entry.utf8.firstIndex(of: UInt8(ascii: "=")) {
      case nil: add(here, "\(quoted(entry)) has no '='", hint: "write NAME=value")
      case entry.utf8.startIndex:
        add(here, "\(quoted(entry)) has no name", hint: "write NAME=value")
      default: rejectNUL(in: entry, at: here)
      }
    }
  }

  /// A list like `0-3,7`.
  mutating func checkList(_ list: String?, of what: String, at pointer: String) {
    guard let list, !list.isEmpty, numbers(in: list) == nil else { return }
    add(pointer, "\(quoted(list)) is not a list of \(what)", hint: "write it like 0-3,7")
  }
}

/// The ranges of a list like `0-3,7`; nil if it isn't one, or names a number beyond 65536.
package func numbers(in list: String) -> [ClosedRange<Int>]? {
  func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text).flatMap { $0 <= 65536 ? $0 : nil }
  }
  var ranges: [ClosedRange<Int>] = []
  for part in list.split(separator: ",") {
    let bare = part.drop { $0 == " " }
    let ends = bare.prefix { $0 != " " }.split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard bare.drop(while: { $0 != " " }).allSatisfy({ $0 == " " }),
      let first = ends.first.flatMap(number), let last = ends.last.flatMap(number), first <= last
    else { return nil }
    ranges.append(first...last)
  }
  return ranges.isEmpty ? nil : ranges
}

/// A string for an error message: in quotes, control characters escaped, shortened.
func quoted(_ text: String) -> String {
  let shown = text.unicodeScalars.prefix(80)
  let isWhole = shown.endIndex == text.unicodeScalars.endIndex
  return String(shown).debugDescription + (isWhole ? "" : "…")
}

/// A pointer to a dictionary's entry. (RFC 6901, section 3)
package func entry(_ key: String, of pointer: String) -> String {
  var escaped = ""
  for scalar in key.unicodeScalars {
    switch scalar {
    case "~": escaped += "~0"
    case "/": escaped += "~1"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return pointer + "/" + escaped
}
