import Glibc

/// What is fuzzed: code that reads what somebody else wrote.
enum Target: String {
  /// config.json, as far as the plan.
  case config
  /// state.json, as far as the record.
  case state
  /// The file of `exec --process`, as far as the plan.
  case process
  /// Files of the container and of the kernel: /etc/passwd, /proc/PID/stat.
  case files
  /// JSON of any shape, mount options and paths.
  case text

  /// The one that the variable FUZZ names.
  static let chosen: Target = {
    let name = getenv("FUZZ").map { String(cString: $0) } ?? ""
    guard let target = Target(rawValue: name) else { fatalError("FUZZ is \"\(name)\"") }
    return target
  }()

  /// Tries one input. What ends the process is a find.
  func test(_ bytes: [UInt8]) {
    switch self {
    case .config: testConfig(bytes)
    case .state: testState(bytes)
    case .process: testProcess(bytes)
    case .files: testFiles(bytes)
    case .text: testText(bytes)
    }
  }
}

/// What must be so, whatever the input.
func require(_ holds: Bool, _ rule: @autoclosure () -> String) {
  guard holds else { fatalError(rule()) }
}

/// An error says something, and leaves the end of the line to who prints it.
func requireSentence(_ text: String) {
  require(!text.isEmpty, "an error says nothing")
  require(text.utf8.last != UInt8(ascii: "\n"), "an error ends with a line break: \(text)")
}
