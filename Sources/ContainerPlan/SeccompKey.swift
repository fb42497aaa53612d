import OCISpec

/// What a compiled profile depends on: two profiles with the same key come to the same program.
public struct SeccompKey: Equatable, Sendable {
  let digest: ContentDigest

  /// The key that stands in an entry.
  init(digest: ContentDigest) { self.digest = digest }

  /// Raised whenever the same profile comes to another program: what an older apus has kept is then
  /// not used.
  static let generation = 1

  /// The key of a profile on this processor; nil for one that is compiled faster than it is found.
  public init?(_ profile: Spec.Linux.Seccomp) {
    let rules = profile.syscalls ?? []
    guard rules.reduce(0, { $0 + $1.names.count }) >= 64 else { return nil }
    self.init(profile, rules, libseccomp: libseccompVersion)
  }

  init(_ profile: Spec.Linux.Seccomp, _ rules: [Spec.Linux.Seccomp.Rule], libseccomp: String) {
    var text = KeyText()
    text.add(UInt64(Self.generation))
    text.add(libseccomp)
    text.add(SeccompABI.runnable[0].name)
    text.add(profile.defaultAction)
    text.add(profile.defaultErrnoRet.map { UInt64($0) })
    text.add(profile.architectures)
    text.add(profile.flags)
    text.add(UInt64(rules.count))
    for rule in rules {
      text.add(rule.names)
      text.add(rule.action)
      text.add(rule.errnoRet.map { UInt64($0) })
      text.add(UInt64(rule.args?.count ?? 0))
      for argument in rule.args ?? [] {
        text.add(UInt64(argument.index))
        text.add(argument.value)
        text.add(argument.valueTwo)
        text.add(argument.op)
      }
    }
    digest = text.bytes.withUnsafeBytes { ContentDigest(of: $0) }
  }

  /// The two places where it may be kept, of ``places``.
  public var places: (Int, Int) {
    let count = UInt64(Self.places)
    let first = digest.words[0] % count
    return (Int(first), Int((first + 1 + digest.words[1] % (count - 1)) % count))
  }

  /// How many places there are: a host has few profiles.
  public static let places = 64
}

/// The parts of a key in a row, each with its length, so that no two rows are the same by chance.
private struct KeyText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(16384) }

  mutating func add(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ number: UInt64?) {
    add(number == nil ? 0 : 1 as UInt64)
    add(number ?? 0)
  }

  mutating func add(_ text: String) {
    // A length in one byte would be enough for any name that means something.
    let length = text.utf8.count
    bytes.append(UInt8(min(length, 255)))
    if length > 254 { add(UInt64(length)) }
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ texts: [String]?) {
    add(texts.map { UInt64($0.count) })
    for text in texts ?? [] { add(text) }
  }
}
