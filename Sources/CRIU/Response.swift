/// What CRIU answers, or tells unasked (CRIU's images/rpc.proto, `criu_resp`).
public struct CRIUResponse: Equatable, Sendable {
  /// What it is an answer to; nil: of a kind that is not known.
  public private(set) var kind: CRIURequest.Kind?
  /// Whether it could be done.
  public private(set) var isSuccess = false
  /// What happens, by the name of CRIU's script: "post-restore".
  public private(set) var event = ""
  /// The process that it happens to, as the host numbers it; 0: not said.
  public private(set) var pid: Int32 = 0
  /// Why it could not be done, if CRIU says that.
  public private(set) var errno: Int32 = 0
  /// CRIU's version.
  public private(set) var version: CRIUVersion?
  /// What it can do of what was asked after.
  public private(set) var features: Set<CRIURequest.Feature> = []

  /// Reads what was received; nil: that is no answer.
  public init?(_ bytes: [UInt8]) {
    var reader = ProtobufReader(bytes)
    var hasKind = false
    while let (field, value) = reader.next() {
      switch field {
      case 1:
        kind = CRIURequest.Kind(rawValue: value.int32)
        hasKind = true
      case 2: isSuccess = value.isTrue
      case 5: readEvent(value.bytes)
      case 7: errno = value.int32
      case 8: readFeatures(value.bytes)
      case 10: version = CRIUVersion(value.bytes)
      default: continue
      }
    }
    if !hasKind { return nil }
  }

  private mutating func readEvent(_ bytes: ArraySlice<UInt8>) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = reader.next() {
      switch field {
      case 1: event = value.text
      case 2: pid = value.int32
      default: continue
      }
    }
  }

  private mutating func readFeatures(_ bytes: ArraySlice<UInt8>) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = reader.next() {
      if value.isTrue, let feature = CRIURequest.Feature(rawValue: field) {
        features.insert(feature)
      }
    }
  }
}

/// A version of CRIU.
public struct CRIUVersion: Comparable, Sendable, CustomStringConvertible {
  /// The three numbers in one: 3.17.1 is 31701.
  public let number: Int32

  /// From its parts.
  public init(_ major: Int32, _ minor: Int32, _ sublevel: Int32 = 0) {
    number = major &* 10000 &+ minor &* 100 &+ sublevel
  }

  init(_ bytes: ArraySlice<UInt8>) {
    var reader = ProtobufReader(bytes)
    var (major, minor, sublevel): (Int32, Int32, Int32) = (0, 0, 0)
    var isDevelopment = false
    while let (field, value) = reader.next() {
      switch field {
      case 1: major = value.int32
      case 2: minor = value.int32
      case 3: isDevelopment = true
      case 4: sublevel = value.int32
      default: continue
      }
    }
    // What is built between two versions has all of the next one, and says where it was built from.
    self = isDevelopment ? CRIUVersion(major, minor &+ 1) : CRIUVersion(major, minor, sublevel)
  }

  /// Which one is older.
  public static func < (a: CRIUVersion, b: CRIUVersion) -> Bool { a.number < b.number }

  /// "3.17.1".
  public var description: String {
    let sublevel = number % 100
    return "\(number / 10000).\(number / 100 % 100)" + (sublevel == 0 ? "" : ".\(sublevel)")
  }
}
