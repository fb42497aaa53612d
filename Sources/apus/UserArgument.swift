import ApusRuntime

/// The value of `exec --user`: UID[:GID], numbers only.
///
/// Names would have to be looked up in the container's files, which its users write; and what is no
/// number must never count as 0, which is root (CVE-2026-30892).
struct UserArgument {
  let uid: UInt32
  /// Nil: the one of config.json stays.
  let gid: UInt32?

  init(_ text: String) throws(RuntimeError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let uid = id(parts[0]) else { throw refusal(text) }
    self.uid = uid
    guard parts.count > 1 else {
      gid = nil
      return
    }
    guard let gid = id(parts[1]) else { throw refusal(text) }
    self.gid = gid
  }
}

/// The highest number is -1 to the kernel, which then changes nothing: the program would stay root.
private func id(_ text: Substring) -> UInt32? {
  UInt32(decimal: text).flatMap { $0 < .max ? $0 : nil }
}

private func refusal(_ text: String) -> RuntimeError {
  RuntimeError(
    "invalid user \"\(text)\": give UID or UID:GID, numbers from 0 to \(UInt32.max - 1)")
}
