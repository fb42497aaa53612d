import ApusRuntime
import JSON
import LinuxKernel

/// Prints a text, which ends its own lines, on the standard output.
func output(_ text: String) throws(RuntimeError) { try output(Array(text.utf8)) }

/// Prints a value as JSON, and a line break.
func output(json value: some JSONWritable, style: JSONStyle) throws(RuntimeError) {
  try output(encodeJSON(value, style: style) + [UInt8(ascii: "\n")])
}

/// Prints a list as JSON; `null` if it is empty, which is what Go makes of no list.
func output(json list: [some JSONWritable]) throws(RuntimeError) {
  if list.isEmpty { return try output("null\n") }
  try output(json: list, style: .compact)
}

/// Prints bytes on the standard output.
func output(_ bytes: [UInt8]) throws(RuntimeError) {
  do throws(KernelError) {
    try write(bytes, to: 1)
  } catch {
    throw RuntimeError("print the result on standard output", error)
  }
}

/// How a result is printed.
enum OutputFormat {
  /// For people.
  case plain
  case json

  /// - Parameter plain: what the option calls the form for people.
  init(_ arguments: Arguments, plain: String) throws(RuntimeError) {
    switch arguments[.format] ?? plain {
    case plain: self = .plain
    case "json": self = .json
    case let name: throw RuntimeError("invalid format \"\(name)\": give \(plain) or json")
    }
  }
}

extension Option {
  static let textFormat = Option(
    "format", short: "f", .text("FORMAT"), help: "text or json (default: text)")
  static let format = Option(
    "format", short: "f", .text("FORMAT"), help: "table or json (default: table)")
}
