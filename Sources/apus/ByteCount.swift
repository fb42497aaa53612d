import ApusRuntime

/// A number of bytes as a person writes it: "512M", "1.5g", "64 MiB", "-1" for no limit. All units
/// are powers of 1024, as in runc.
func byteCount(_ text: String, of option: Option) throws(RuntimeError) -> Int64 {
  if text == "-1" { return -1 }
  let number = text.utf8.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
  var unit = text.dropFirst(number.count).lowercased()
  if unit.hasPrefix(" ") { unit.removeFirst() }
  if unit.hasSuffix("ib"), unit.count > 2 { unit.removeLast(2) }
  if unit.hasSuffix("b") { unit.removeLast() }
  let units = ["", "k", "m", "g", "t", "p"]
  guard let amount = Double(String(Substring(number))), let power = units.firstIndex(of: unit),
    case let bytes = amount * Double(1 << (10 * power)), bytes < 0x1p63
  else {
    throw RuntimeError(
      "invalid value for \(option.name): \"\(text)\": give a number of bytes, like 512M, or -1 for "
        + "no limit")
  }
  return Int64(bytes)
}
