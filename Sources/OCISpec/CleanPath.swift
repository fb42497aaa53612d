/// A path from the root on, without "." and with ".." resolved as far as the root; by bytes, as the
/// kernel takes it apart: to a `Character` a slash with an accent is none.
package func clean(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.utf8.split(separator: UInt8(ascii: "/")).map({ Substring($0) }) {
    switch part {
    case ".": continue
    case "..": _ = parts.popLast()
    default: parts.append(part)
    }
  }
  return "/" + parts.joined(separator: "/")
}

/// Whether a path begins at the root.
func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }
