import DBus

extension SystemdProperty {
  /// The properties that annotations ask for, "org.systemd.property.NAME" with a value as
  /// `gvariant-text` has it. A NAME that ends in "Sec" is given in seconds, and systemd wants
  /// microseconds.
  public static func properties(
    in annotations: [String: String]
  ) throws(SystemdAnnotationError) -> [SystemdProperty] {
    var properties: [SystemdProperty] = []
    for (key, text) in annotations.sorted(by: { $0.key < $1.key }) where key.hasPrefix(prefix) {
      properties.append(try property(key, text))
    }
    return properties
  }

  private static let prefix = "org.systemd.property."

  /// Who and where the container is, is not up to its annotations (CVE-2024-3154).
  private static let reserved = ["PIDs", "Slice", "Delegate", "Description", "Controller"]

  private static func property(_ key: String, _ text: String) throws(SystemdAnnotationError)
    -> SystemdProperty
  {
    var name = String(key.dropFirst(prefix.count))
    let isName = name.utf8.allSatisfy {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
    }
    guard isName, name.utf8.count >= 3 else {
      throw SystemdAnnotationError(key, "a property has a name of at least three letters")
    }
    guard !reserved.contains(name) else {
      throw SystemdAnnotationError(key, "\(name) is set by apus itself")
    }
    guard var value = parseVariant(text) else {
      throw SystemdAnnotationError(
        key, "\"\(text.prefix(64))\" is no value; write 'text', true, 5, uint64 5 or ['a', 'b']")
    }
    if name.hasSuffix("Sec"), !name.hasSuffix("USec") {
      name = name.dropLast(3) + "USec"
      guard let microseconds = value.seconds.map({ $0.multipliedReportingOverflow(by: 1_000_000) }),
        !microseconds.overflow
      else { throw SystemdAnnotationError(key, "\"\(text.prefix(64))\" is no number of seconds") }
      value = .uint64(microseconds.partialValue)
    }
    return SystemdProperty(name, value)
  }
}

/// An annotation that asks systemd for what it can't.
public struct SystemdAnnotationError: Error, Equatable, Sendable {
  /// The annotation's name.
  public let key: String
  /// Half a sentence.
  public let reason: String

  init(_ key: String, _ reason: String) {
    self.key = key
    self.reason = reason
  }
}

extension DBus.Value {
  fileprivate var seconds: UInt64? {
    switch self {
    case .byte(let number): UInt64(number)
    case .int32(let number): UInt64(exactly: number)
    case .uint32(let number): UInt64(number)
    case .int64(let number): UInt64(exactly: number)
    case .uint64(let number): number
    default: nil
    }
  }
}
