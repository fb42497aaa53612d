// How Go's encoding/json writes strings and floating-point numbers. Output is compared with runc's.

/// Appends a string in quotes.
func appendQuoted(_ string: String, to output: inout [UInt8]) {
  var string = string
  output.append(UInt8(ascii: "\""))
  string.withUTF8 { bytes in
    var copied = 0
    var index = 0
    func copyAndEscape(_ length: Int, _ escape: String) {
      output.append(contentsOf: bytes[copied..<index])
      output.append(contentsOf: escape.utf8)
      index += length
      copied = index
    }
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): copyAndEscape(1, "\\\"")
      case UInt8(ascii: "\\"): copyAndEscape(1, "\\\\")
      case 0x08: copyAndEscape(1, "\\b")
      case 0x09: copyAndEscape(1, "\\t")
      case 0x0A: copyAndEscape(1, "\\n")
      case 0x0C: copyAndEscape(1, "\\f")
      case 0x0D: copyAndEscape(1, "\\r")
      case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
        let digits = String(bytes[index], radix: 16)
        copyAndEscape(1, (digits.utf8.count == 1 ? "\\u000" : "\\u00") + digits)
      // U+2028 and U+2029, which end lines in JavaScript, are E2 80 A8 and E2 80 A9.
      case 0xE2
      where bytes[index + 1] == 0x80 && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9):
        copyAndEscape(3, bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029")
      default: index += 1
      }
    }
    output.append(contentsOf: bytes[copied..<bytes.count])
  }
  output.append(UInt8(ascii: "\""))
}

/// A finite number in as few digits as tell it from its neighbours, with an exponent below 1e-6 and
/// from 1e21 on.
func goDescription(_ number: Double) -> String {
  // Swift's digits are the shortest too; only point and exponent stand elsewhere.
  let parts = "\(number.magnitude)".split(separator: "e")
  let point = parts[0].utf8.firstIndex(of: UInt8(ascii: ".")) ?? parts[0].endIndex
  var digits = parts[0].filter { $0 != "." }
  let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  // The number is 0.DIGITS times ten to the power of this.
  var power = parts[0].utf8.distance(from: parts[0].startIndex, to: point) + exponent
  let leadingZeros = digits.utf8.prefix { $0 == UInt8(ascii: "0") }.count
  digits.removeFirst(leadingZeros)
  power -= leadingZeros
  while digits.last == "0" { digits.removeLast() }
  let sign = number.sign == .minus ? "-" : ""
  guard !digits.isEmpty else { return sign + "0" }
  if number.magnitude < 1e-6 || number.magnitude >= 1e21 {
    let fraction = digits.dropFirst()
    let mantissa = String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
    return sign + mantissa + "e" + (power > 0 ? "+" : "-") + String((power - 1).magnitude)
  }
  if power <= 0 { return sign + "0." + String(repeating: "0", count: -power) + digits }
  if digits.utf8.count <= power {
    return sign + digits + String(repeating: "0", count: power - digits.utf8.count)
  }
  return sign + digits.prefix(power) + "." + digits.dropFirst(power)
}
