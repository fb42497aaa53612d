import OCISpec

/// A rule of which devices a container may use.
public struct DeviceRule: Equatable, Sendable {
  /// Whether it allows or denies.
  public let allow: Bool
  /// What kind of device it is about.
  public let type: DeviceType
  /// The major number; nil for every one.
  public let major: Int64?
  /// The minor number; nil for every one.
  public let minor: Int64?
  /// What it allows or denies.
  public let access: DeviceAccess

  /// Describes a rule. One about all devices is about every number and access, as in the kernel's
  /// v1, whatever else it says.
  public init(
    allow: Bool, _ type: DeviceType, _ major: Int64? = nil, _ minor: Int64? = nil,
    _ access: DeviceAccess = .all
  ) {
    self.allow = allow
    self.type = type
    self.major = type == .all ? nil : major
    self.minor = type == .all ? nil : minor
    self.access = type == .all ? .all : access
  }

  /// A rule of config.json.
  init(_ rule: Spec.Linux.Resources.DeviceRule) {
    func number(_ value: Int64?) -> Int64? { value.flatMap { $0 < 0 ? nil : $0 } }
    self.init(
      allow: rule.allow, rule.type.flatMap(DeviceType.init(rawValue:)) ?? .all,
      number(rule.major), number(rule.minor), rule.access.map(DeviceAccess.init) ?? .all)
  }
}

/// The kinds of devices that rules tell apart.
public enum DeviceType: String, Sendable {
  /// Every device, block and character.
  case all = "a"
  /// Block devices.
  case block = "b"
  /// Character devices.
  case character = "c"
}

/// What can be done with a device: BPF_DEVCG_ACC_* of linux/bpf.h.
public struct DeviceAccess: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// From its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// To make a node of it.
  public static let mknod = DeviceAccess(rawValue: 1)
  /// To open it for reading.
  public static let read = DeviceAccess(rawValue: 2)
  /// To open it for writing.
  public static let write = DeviceAccess(rawValue: 4)
  /// All of them.
  public static let all: DeviceAccess = [.read, .write, .mknod]

  /// By letters, like "rwm".
  init(_ letters: String) {
    self = []
    for (letter, access) in Self.letters where letters.utf8.contains(letter) { insert(access) }
  }

  fileprivate static let letters: [(UInt8, DeviceAccess)] = [
    (UInt8(ascii: "r"), .read), (UInt8(ascii: "w"), .write), (UInt8(ascii: "m"), .mknod),
  ]
}

extension DeviceRule {
  /// A rule, and the JSON pointer of what asks for it.
  typealias Placed = (rule: DeviceRule, pointer: String)

  /// The rules of config.json, after a denial of all unless they begin with a rule for all: as in
  /// runc, nothing is allowed that nobody allows, whatever the cgroup above has.
  static func given(by resources: Spec.Linux.Resources?) -> [Placed] {
    let list = pointer(to: resources)
    let rules = (resources?.devices ?? []).enumerated().map { index, rule in
      (rule: DeviceRule(rule), pointer: "\(list)/\(index)")
    }
    let isBegun = rules.first?.rule.type == .all
    return isBegun ? rules : [(DeviceRule(allow: false, .all), list)] + rules
  }

  /// What every container may use, as in runc, with rules of its own or without: mknod of anything,
  /// the default devices, terminals and tun.
  static func always(_ resources: Spec.Linux.Resources?) -> [Placed] {
    let list = pointer(to: resources)
    return always.map { ($0, list) }
  }

  /// Where the rules are; nowhere, if there are none.
  private static func pointer(to resources: Spec.Linux.Resources?) -> String {
    resources?.devices?.isEmpty == false ? "/linux/resources/devices" : ""
  }

  private static let always: [DeviceRule] = [
    DeviceRule(allow: true, .character, nil, nil, .mknod),
    DeviceRule(allow: true, .block, nil, nil, .mknod),
    DeviceRule(allow: true, .character, 1, 3),
    DeviceRule(allow: true, .character, 1, 5),
    DeviceRule(allow: true, .character, 1, 7),
    DeviceRule(allow: true, .character, 1, 8),
    DeviceRule(allow: true, .character, 1, 9),
    DeviceRule(allow: true, .character, 5, 0),
    DeviceRule(allow: true, .character, 5, 2),
    DeviceRule(allow: true, .character, 136, nil),
    DeviceRule(allow: true, .character, 10, 200),
  ]
}

extension DeviceRule: CustomStringConvertible {
  /// What it is about, as it is written to the files of v1: "c 1:3 rwm", "b 8:* r", or "a".
  public var description: String {
    func number(_ value: Int64?) -> String { value.map { String($0) } ?? "*" }
    if type == .all { return type.rawValue }
    var words = "\(type.rawValue) \(number(major)):\(number(minor)) "
    for (letter, one) in DeviceAccess.letters where access.contains(one) {
      words.unicodeScalars.append(Unicode.Scalar(letter))
    }
    return words
  }
}
