/// What device rules come to: what may be done with the devices of one type.
///
/// Of the rules, the last about a device and a kind of access counts. So for any one device they
/// come to what may be done with it, and all in all to a table of the devices that they name.
struct DeviceTable: Equatable {
  /// Devices, and what may be done with them.
  struct Entry: Equatable {
    let devices: Devices
    let access: DeviceAccess
  }

  /// A device, or those of which a number is nil.
  struct Devices: Hashable {
    let major: UInt32?
    let minor: UInt32?
  }

  /// The devices that differ from the rest. The first entry that matches counts.
  let entries: [Entry]
  /// What may be done with all others.
  let rest: DeviceAccess

  /// Works out what rules, in their order, mean for a type of devices.
  init(_ type: DeviceType, _ rules: [DeviceRule]) {
    let rules = rules.filter { $0.type == type || $0.type == .all }.compactMap { rule in
      rule.devices.map { (devices: $0, access: rule.access, allow: rule.allow) }
    }
    let all = Devices(major: nil, minor: nil)
    var table: [Devices: DeviceAccess] = [all: []]
    for rule in rules { table[rule.devices] = [] }
    // Where two rules of which each is about one number meet.
    for major in table.keys where major.isMajor {
      for minor in table.keys where minor.isMinor {
        table[Devices(major: major.major, minor: minor.minor)] = []
      }
    }
    for (devices, access, allow) in rules {
      let met = devices.isOne ? [devices] : table.keys.filter(devices.include)
      for one in met {
        let before = table[one] ?? []
        table[one] = allow ? before.union(access) : before.subtracting(access)
      }
    }

    // What would be found anyway is left out.
    let rest = table[all] ?? []
    let minors = table.filter { $0.key.isMinor && $0.value != rest }
    let majors = table.filter { $0.key.isMajor && $0.value != rest }
    let ones = table.filter { one, access in
      one.isOne
        && access != majors[Devices(major: one.major, minor: nil)]
          ?? minors[Devices(major: nil, minor: one.minor)] ?? rest
    }
    entries = [ones, majors, minors].flatMap { part in
      part.map(Entry.init).sorted { $0.devices < $1.devices }
    }
    self.rest = rest
  }
}

extension DeviceTable.Devices: Comparable {
  fileprivate var isOne: Bool { major != nil && minor != nil }
  fileprivate var isMajor: Bool { major != nil && minor == nil }
  fileprivate var isMinor: Bool { major == nil && minor != nil }

  /// Whether all of some devices are among these.
  fileprivate func include(_ others: Self) -> Bool {
    (major == nil || major == others.major) && (minor == nil || minor == others.minor)
  }

  static func < (a: Self, b: Self) -> Bool {
    (a.major ?? 0, a.minor ?? 0) < (b.major ?? 0, b.minor ?? 0)
  }
}

extension DeviceRule {
  /// What it is about; nil when it has a number of more than 32 bits, which no device has.
  fileprivate var devices: DeviceTable.Devices? {
    let numbers = (major.map { UInt32(exactly: $0) }, minor.map { UInt32(exactly: $0) })
    if numbers.0 == .some(nil) || numbers.1 == .some(nil) { return nil }
    return DeviceTable.Devices(major: numbers.0 ?? nil, minor: numbers.1 ?? nil)
  }
}
