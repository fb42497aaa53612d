/// The home directory of a user in a passwd(5) file; nil when it has none.
package func home(of uid: UInt32, inPasswd bytes: [UInt8]) -> String? {
  field(5, of: uid, inPasswd: bytes) { !$0.isEmpty }
}

/// The name of a user in a passwd(5) file; nil when it has none.
package func userName(of uid: UInt32, inPasswd bytes: [UInt8]) -> String? {
  field(0, of: uid, inPasswd: bytes) { _ in true }
}

/// A field of the user's first line that is whole, and has one that will do.
private func field(
  _ index: Int, of uid: UInt32, inPasswd bytes: [UInt8],
  where willDo: (ArraySlice<UInt8>) -> Bool
) -> String? {
  for line in bytes.split(separator: UInt8(ascii: "\n")) {
    let fields = line.split(
      separator: UInt8(ascii: ":"), maxSplits: 6, omittingEmptySubsequences: false)
    guard fields.count == 7, UInt32(String(decoding: fields[2], as: UTF8.self)) == uid,
      // The kernel would read a variable as far as its first NUL.
      !fields[index].contains(0), willDo(fields[index])
    else { continue }
    return String(decoding: fields[index], as: UTF8.self)
  }
  return nil
}
