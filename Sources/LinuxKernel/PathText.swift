// A path as the kernel reads it: bytes between slashes. To Swift a slash and a combining character
// behind it are one character, which is no slash: a name would keep its slash, and the kernel would
// follow an image's link in front of it to wherever that leads.

private let slash = UInt8(ascii: "/")

/// Whether a path begins at the root.
public func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

/// The names between the slashes of a path.
public func components(of path: String) -> [Substring] {
  path.utf8.split(separator: slash).map { Substring($0) }
}

/// Whether a path is another one or leads to a place below it.
public func isPath(_ path: String, atOrBelow folder: String) -> Bool {
  guard path.utf8.starts(with: folder.utf8) else { return false }
  let next = path.utf8.dropFirst(folder.utf8.count).first
  return next == nil || next == slash || folder.utf8.last == slash
}

/// The directory above the last component of a path, and that component.
public func split(_ path: String) -> (above: String, name: String) {
  var trimmed = path.utf8[...]
  while trimmed.count > 1, trimmed.last == slash { trimmed.removeLast() }
  guard let last = trimmed.lastIndex(of: slash) else { return (".", String(Substring(trimmed))) }
  let above = trimmed[..<last]
  return (
    above.isEmpty ? "/" : String(Substring(above)),
    String(Substring(trimmed[trimmed.index(after: last)...]))
  )
}
