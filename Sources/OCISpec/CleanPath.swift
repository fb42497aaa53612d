/// A path from the root on, without "." and with ".." resolved as far as the root; by bytes, as the
/// kernel takes it apart: to a `Character` a slash with an accent is none.
package func clean(_ path: String) -> String {
  guard isAbsolute(path) else { return clean("/" + path) }
  if isClean(path) { return path }
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

/// Whether there is nothing to be done to an absolute path, which is nearly always so: names that don't
/// begin with a dot, each behind one slash.
private func isClean(_ path: String) -> Bool {
  var beginsName = false
  for byte in path.utf8 {
    let isSlash = byte == UInt8(ascii: "/")
    if beginsName, isSlash || byte == UInt8(ascii: ".") { return false }
    beginsName = isSlash
  }
  return !beginsName || path.utf8.count == 1
}

/// Whether a path begins at the root.
func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }
