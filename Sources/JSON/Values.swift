// Scalars, read from their nodes.
extension JSONText {
  func readString(_ node: Int) throws(JSONError) -> String {
    guard nodes[node].kind == .string else { throw mismatch("a string", node) }
    return string(node)
  }

  func readBool(_ node: Int) throws(JSONError) -> Bool {
    switch nodes[node].kind {
    case .yes: true
    case .no: false
    default: throw mismatch("true or false", node)
    }
  }

  /// A whole number, exactly. Fractions and exponents are refused even where they come out whole,
  /// as in Go.
  func readInteger<I: FixedWidthInteger>(_ node: Int, as type: I.Type) throws(JSONError) -> I {
    let number = nodes[node]
    guard number.kind == .number else { throw mismatch("a whole number", node) }
    guard !number.isIntricate else {
      throw error("expected a whole number, found \(source(node))", node)
    }
    var index = Int(number.start)
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    var magnitude: UInt64 = 0
    while index < Int(number.end) {
      let (tens, tooBig) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, tooBigNow) = tens.addingReportingOverflow(
        UInt64(bytes[index] &- UInt8(ascii: "0")))
      guard !tooBig, !tooBigNow else { throw outOfRange(node, type) }
      magnitude = sum
      index += 1
    }
    if isNegative {
      guard magnitude <= Int64.min.magnitude,
        let value = I(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
      else { throw outOfRange(node, type) }
      return value
    }
    guard let value = I(exactly: magnitude) else { throw outOfRange(node, type) }
    return value
  }

  func readFloat<F: BinaryFloatingPoint & LosslessStringConvertible>(
    _ node: Int, as type: F.Type
  ) throws(JSONError) -> F {
    guard nodes[node].kind == .number else { throw mismatch("a number", node) }
    guard let value = F(source(node)), value.isFinite else {
      throw error("\(source(node)) is out of range", node)
    }
    return value
  }

  /// The text of a node.
  private func source(_ node: Int) -> String {
    String(decoding: bytes[Int(nodes[node].start)..<Int(nodes[node].end)], as: UTF8.self)
  }

  private func outOfRange<I: FixedWidthInteger>(_ node: Int, _ type: I.Type) -> JSONError {
    error("\(source(node)) is out of range (\(I.min) to \(I.max))", node)
  }

  func mismatch(_ expected: String, _ node: Int) -> JSONError {
    let found =
      switch nodes[node].kind {
      case .null: "null"
      case .yes: "true"
      case .no: "false"
      case .number: "a number"
      case .string: "a string"
      case .array: "an array"
      case .object: "an object"
      }
    return error("expected \(expected), found \(found)", node)
  }

  func error(_ reason: String, _ node: Int) -> JSONError {
    JSONError(pointer: pointer(to: node), reason: reason)
  }

  func missing(_ key: String, in object: Int) -> JSONError {
    JSONError(
      pointer: pointer(to: object) + "/" + escapedForPointer(key), reason: "required, but missing")
  }
}
