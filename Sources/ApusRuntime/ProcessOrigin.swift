/// Where a container's process, or exec's, was described: what an error names as its place.
public enum ProcessOrigin: Sendable, Equatable {
  /// In config.json, but for what the command line says: by JSON pointers into config.json, the
  /// names of options, or nothing for what needs no name.
  case configuration(options: [String: String])
  /// In a file of its own; or in none, where the program has made it itself.
  case document(String?)

  /// The place of a JSON pointer into config.json, in the words of who wrote it.
  func place(_ pointer: String) -> String {
    guard !pointer.isEmpty else { return "" }
    switch self {
    case .configuration(let options):
      for (given, option) in options where pointer == given || pointer.hasPrefix(given + "/") {
        return option
      }
      return "config.json \(pointer)"
    case .document(let file):
      // All else is the container's.
      guard pointer.hasPrefix("/process/") else { return "config.json \(pointer)" }
      let pointer = pointer.dropFirst("/process".utf8.count)
      return file.map { "\($0) \(pointer)" } ?? String(pointer)
    }
  }

  /// The beginning of a sentence about what is there.
  public func prefix(_ pointer: String) -> String {
    let place = place(pointer)
    return place.isEmpty ? "" : "\(place): "
  }
}
