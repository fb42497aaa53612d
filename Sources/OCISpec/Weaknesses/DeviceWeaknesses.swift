extension Spec.Linux {
  func weighDevices(_ report: inout WeaknessReport) {
    weighDeviceRules(&report)
    for (index, device) in (devices ?? []).enumerated() {
      let pointer = "/linux/devices/\(index)"
      switch (device.type, device.major, device.minor) {
      case ("c", 1, 1), ("c", 1, 2), ("c", 1, 4), ("u", 1, 1), ("u", 1, 2), ("u", 1, 4):
        report.warn(pointer, "the host's memory or ports, as a device", advice: "leave it out")
      case ("b", _, _):
        report.add(
          .note, pointer, "a block device of the host: who can write to it can change its files")
      default: break
      }
    }
  }

  private func weighDeviceRules(_ report: inout WeaknessReport) {
    let rules = resources?.devices ?? []
    // What comes before a rule for all devices is void.
    let start = rules.lastIndex { $0.isForAll } ?? 0
    for (index, rule) in rules.enumerated() where index >= start && rule.allow {
      let pointer = "/linux/resources/devices/\(index)"
      if rule.isForAll {
        report.warn(
          pointer, "allows every device of the host",
          advice: "begin with {\"allow\": false, \"access\": \"rwm\"}, then allow those needed")
      } else if rule.type == "b", (rule.major ?? -1) < 0,
        rule.access?.contains(where: { $0 == "r" || $0 == "w" }) == true
      {
        report.warn(
          pointer, "allows every disk of the host", advice: "give major and minor numbers")
      }
    }
  }
}

extension Spec.Linux.Resources.DeviceRule {
  fileprivate var isForAll: Bool { type == nil || type == "" || type == "a" }
}
