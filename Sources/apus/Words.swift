import ApusRuntime

/// The words of a command line that aren't read yet.
struct Words {
  private var words: [String]

  init(_ words: [String]) { self.words = words }

  /// Takes an option without a value.
  mutating func flag(_ name: String) -> Bool {
    guard let index = words.firstIndex(of: name) else { return false }
    words.remove(at: index)
    return true
  }

  /// Takes an option's value, written "--name value" or "--name=value".
  mutating func value(_ name: String) -> String? {
    if let index = words.firstIndex(of: name), index + 1 < words.count {
      let value = words[index + 1]
      words.removeSubrange(index...index + 1)
      return value
    }
    guard let index = words.firstIndex(where: { $0.hasPrefix(name + "=") }) else { return nil }
    return String(words.remove(at: index).dropFirst(name.count + 1))
  }

  /// Takes the next word.
  mutating func next() -> String? { words.isEmpty ? nil : words.removeFirst() }

  /// Takes the container's name.
  mutating func id() throws(RuntimeError) -> String {
    guard let word = next() else { throw RuntimeError("a container id is missing; see apus --help") }
    guard !word.hasPrefix("-") else { throw RuntimeError("unknown option \(word); see apus --help") }
    return word
  }
}
