/// The value of a hexadecimal digit.
func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
  default: nil
  }
}

/// The index of the first byte that isn't part of well-formed UTF-8 (Unicode 16, table 3-7).
func firstInvalidUTF8(in bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
  var index = bytes.startIndex
  func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
    index + offset < bytes.endIndex && range.contains(bytes[index + offset])
  }
  while index < bytes.endIndex {
    switch bytes[index] {
    case 0..<0x80: index += 1
    case 0xC2...0xDF where continues(1): index += 2
    case 0xE0 where continues(1, 0xA0...0xBF) && continues(2): index += 3
    // ED A0..BF would be surrogates.
    case 0xED where continues(1, 0x80...0x9F) && continues(2): index += 3
    case 0xE1...0xEC where continues(1) && continues(2),
      0xEE...0xEF where continues(1) && continues(2):
      index += 3
    case 0xF0 where continues(1, 0x90...0xBF) && continues(2) && continues(3): index += 4
    case 0xF1...0xF3 where continues(1) && continues(2) && continues(3): index += 4
    case 0xF4 where continues(1, 0x80...0x8F) && continues(2) && continues(3): index += 4
    default: return index
    }
  }
  return nil
}

extension JSONText {
  /// The string of a string's node, escapes resolved.
  func string(_ node: Int) -> String {
    let string = nodes[node]
    return bytes.withUnsafeBufferPointer { bytes in
      let content = UnsafeBufferPointer(rebasing: bytes[Int(string.start)..<Int(string.end)])
      guard string.isIntricate else { return String(decoding: content, as: UTF8.self) }
      // What an escape stands for is never longer in UTF-8 than the escape.
      return String(unsafeUninitializedCapacity: content.count) { unescape(content, into: $0) }
    }
  }
}

/// Resolves the escapes of a string that the parser has found to be well-formed.
private func unescape(
  _ content: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
) -> Int {
  var read = 0
  var written = 0
  func write(_ byte: UInt8) {
    output[written] = byte
    written += 1
  }
  func readUnit() -> UInt32 {
    defer { read += 4 }
    return content[read..<read + 4].reduce(0) { $0 << 4 | (hexadecimalDigit($1) ?? 0) }
  }
  while read < content.count {
    let byte = content[read]
    read += 1
    guard byte == UInt8(ascii: "\\") else {
      write(byte)
      continue
    }
    let escape = content[read]
    read += 1
    switch escape {
    case UInt8(ascii: "b"): write(0x08)
    case UInt8(ascii: "f"): write(0x0C)
    case UInt8(ascii: "n"): write(0x0A)
    case UInt8(ascii: "r"): write(0x0D)
    case UInt8(ascii: "t"): write(0x09)
    case UInt8(ascii: "u"):
      var value = readUnit()
      if value & 0xFC00 == 0xD800 {
        read += 2
        value = 0x10000 + (value & 0x3FF) << 10 + readUnit() & 0x3FF
      }
      let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { write(byte) }
    default: write(escape)
    }
  }
  return written
}
