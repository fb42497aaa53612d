/// A key of a text that nobody asked for.
public struct UnknownKey: Equatable, Sendable {
  /// Where it is: its JSON pointer.
  public let pointer: String
  /// The key that is likely meant: the nearest of those that were asked for in the same object and
  /// are not there.
  public let likely: String?
  /// Whether it was taken for that one, from which it differs in upper and lower case only.
  public let isTaken: Bool
}

extension JSONText {
  /// The keys that nobody asked for, in objects that were read key by key.
  func unknownKeys() -> [UnknownKey] {
    var unknown: [UnknownKey] = []
    collectUnknownKeys(in: 0, at: "", into: &unknown)
    return unknown
  }

  private func collectUnknownKeys(
    in node: Int, at pointer: String, into unknown: inout [UnknownKey]
  ) {
    switch nodes[node].kind {
    case .array:
      var child = node + 1
      var index = 0
      while child < after(node) {
        if nodes[child].kind == .object || nodes[child].kind == .array {
          collectUnknownKeys(in: child, at: "\(pointer)/\(index)", into: &unknown)
        }
        child = after(child)
        index += 1
      }
    case .object where asked[node]:
      forEachKey(of: node) { key in
        let isContainer = nodes[key + 1].kind == .object || nodes[key + 1].kind == .array
        guard isContainer || !asked[key] else { return }
        let name = string(key)
        let here = pointer + "/" + escapedForPointer(name)
        if !asked[key] {
          let likely = nearest(to: name, among: missed[node] ?? [])
          unknown.append(
            UnknownKey(
              pointer: here, likely: likely, isTaken: likely?.lowercased() == name.lowercased()))
        } else {
          collectUnknownKeys(in: key + 1, at: here, into: &unknown)
        }
      }
    default: break
    }
  }
}

/// The word that may have been meant: at most a third of its letters are wrong, missing or too much.
package func nearest(to word: String, among words: [String]) -> String? {
  let wrong = Array(word.lowercased().utf8.prefix(64))
  let distances = words.map { distance(wrong, Array($0.lowercased().utf8)) }
  guard let least = distances.min(), let index = distances.firstIndex(of: least) else { return nil }
  return least <= max(1, words[index].utf8.count / 3) ? words[index] : nil
}

/// How many letters have to be inserted, removed or replaced. (Levenshtein)
private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (letter == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
