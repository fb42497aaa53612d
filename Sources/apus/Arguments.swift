import CLinux
import Glibc

/// The words of a command line where the kernel put them, the program's or command's name first.
typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// A command line that breaks its own rules.
struct UsageError: Error {
  let description: String
}

extension UsageError {
  fileprivate init(_ option: Option, _ value: String, rule: String) {
    self.init(description: "invalid value \"\(value)\" for option --\(option.name): \(rule)")
  }
}

/// What a command line gives: options with their values, and operands.
struct Arguments {
  private let options: [Option]
  // The options that are given, by their places in `options`, and their values. A list of pairs
  // would cost each start 30 µs, in which the Swift runtime makes a type for it.
  private var places: [Int] = []
  private var values: [String] = []
  private(set) var operands: [String] = []
  /// Which word is the first operand.
  private(set) var firstOperand = 0

  /// Whether a switch is on.
  func has(_ option: Option) -> Bool { setting(option) ?? false }

  /// How a switch is set; nil if it is not there.
  func setting(_ option: Option) -> Bool? { self[option].map { $0 == "true" } }

  /// An option's value; of several the last one counts.
  subscript(option: Option) -> String? { indices(of: option).last.map { values[$0] } }

  /// All values of an option.
  func values(_ option: Option) -> [String] {
    indices(of: option).map { values[$0] }
  }

  /// The value of an option that takes a number.
  func number(_ option: Option) -> Int? { self[option].flatMap { Int($0) } }

  private func indices(of option: Option) -> [Int] {
    places.indices.filter { options[places[$0]] == option }
  }
}

// Parsing follows runc's, where one dash is as good as two, names are never abbreviated, and short
// ones never run together: to getopt all names are long ones.
extension Arguments {
  /// Parses the words of a command line.
  /// - Parameter endingAtOperand: leaves alone what follows the first operand.
  init(_ words: Words, count: Int32, options: [Option], endingAtOperand: Bool) throws(UsageError) {
    self.options = options
    let table = longOptions()
    defer { table.deallocate() }
    apus_getopt_begin()
    while case let code = apus_getopt_next(count, words, endingAtOperand ? "+:" : ":", table),
      code != -1
    {
      try take(code, words)
    }
    firstOperand = Int(apus_getopt_index())
    for index in firstOperand..<max(firstOperand, Int(count)) {
      operands.append(text(words[index]))
    }
  }

  /// The table of getopt_long(3), which ends with an entry of zeros.
  private func longOptions() -> UnsafeMutablePointer<LongOption> {
    let table = UnsafeMutablePointer<LongOption>.allocate(capacity: 2 * options.count + 1)
    var end = table
    func add(_ name: StaticString, _ place: Int) {
      end.initialize(to: LongOption(name, options[place].value, code: firstCode + Int32(place)))
      end += 1
    }
    for (place, option) in options.enumerated() {
      add(option.name, place)
      if let short = option.short { add(short, place) }
    }
    end.initialize(to: LongOption())
    return table
  }

  private mutating func take(_ code: Int32, _ words: Words) throws(UsageError) {
    let next = Int(apus_getopt_index())
    let isMissingValue = code == UInt8(ascii: ":")
    // With a long option that isn't known, the character is 0.
    let character = apus_getopt_character()
    if code == UInt8(ascii: "?"), character != 0 {
      throw UsageError(description: "unknown option -\(Character(UnicodeScalar(UInt8(character))))")
    }
    let place = Int((isMissingValue ? character : code) - firstCode)
    let value = isMissingValue ? nil : apus_getopt_value()
    // A value in a word of its own comes after the option's.
    let word = text(words[value != nil && value == words[next - 1] ? next - 2 : next - 1])
    let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
    guard place >= 0, options[place].isNamed(name.utf8) else {
      throw UsageError(description: "unknown option \(word.prefix { $0 != "=" })")
    }
    if isMissingValue {
      throw UsageError(description: "option --\(options[place].name) needs a value")
    }
    try add(place, value.map { text($0) } ?? "true")
  }

  private mutating func add(_ place: Int, _ text: String) throws(UsageError) {
    let option = options[place]
    var value = text
    switch option.value {
    case .text: break
    case .number:
      guard UInt32(decimal: value) != nil else {
        throw UsageError(option, value, rule: "give a number from 0 to \(UInt32.max)")
      }
    case .none:
      switch value {
      case "true", "TRUE", "True", "t", "T", "1": value = "true"
      case "false", "FALSE", "False", "f", "F", "0": value = "false"
      default: throw UsageError(option, value, rule: "give true or false")
      }
    }
    places.append(place)
    values.append(value)
  }
}

private typealias LongOption = option

// Beyond all characters that getopt returns.
private let firstCode: Int32 = 256

extension LongOption {
  fileprivate init(_ name: StaticString, _ value: Option.Value, code: Int32) {
    let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    // A switch has an optional value: --debug=false.
    let mode = if case .none = value { optional_argument } else { required_argument }
    self.init(name: name, has_arg: mode, flag: nil, val: code)
  }
}

private func text(_ word: UnsafeMutablePointer<CChar>?) -> String {
  word.map { String(cString: $0) } ?? ""
}

extension UInt32 {
  /// Reads digits and nothing but digits, not even a sign.
  init?(decimal text: some StringProtocol) {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    self.init(text)
  }
}
