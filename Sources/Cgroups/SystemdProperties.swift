import DBus

/// A property of a unit (`org.freedesktop.systemd1(5)`).
public struct SystemdProperty: Equatable, Sendable {
  /// "MemoryMax".
  public let name: String
  /// Of the type that systemd wants.
  public let value: DBus.Value

  /// Gives a property a value.
  public init(_ name: String, _ value: DBus.Value) {
    self.name = name
    self.value = value
  }
}

extension [SystemdProperty] {
  /// "MemoryMax, TasksMax".
  public var words: String { map(\.name).joined(separator: ", ") }
}

extension SystemdProperty {
  /// The properties that say the same as values for files of the cgroup.
  ///
  /// The files are written besides, so what systemd can't say is not lost. But systemd may write
  /// the files it knows again at any time, from what it was told (`systemctl daemon-reload`).
  public static func properties(saying writes: [CgroupWrite]) -> [SystemdProperty] {
    writes.flatMap { properties(saying: $0.file, $0.value) }
  }

  private static func properties(saying file: String, _ value: String) -> [SystemdProperty] {
    switch file {
    case "memory.max": amount("MemoryMax", value)
    case "memory.high": amount("MemoryHigh", value)
    case "memory.low": amount("MemoryLow", value)
    case "memory.min": amount("MemoryMin", value)
    case "memory.swap.max": amount("MemorySwapMax", value)
    // systemd takes no 0; what is in the scope is one process at the least.
    case "pids.max": amount("TasksMax", value == "0" ? "1" : value)
    case "cpu.weight": amount("CPUWeight", value)
    // What is not idle has the default weight, unless another is said later.
    case "cpu.idle": [SystemdProperty("CPUWeight", .uint64(value == "1" ? 0 : .max))]
    case "cpu.max": processorTime(value)
    case "cpuset.cpus": numbers("AllowedCPUs", value)
    case "cpuset.mems": numbers("AllowedMemoryNodes", value)
    default: []
    }
  }

  private static func amount(_ name: String, _ value: String) -> [SystemdProperty] {
    guard let number = value == "max" ? UInt64.max : UInt64(value) else { return [] }
    return [SystemdProperty(name, .uint64(number))]
  }

  private static func processorTime(_ value: String) -> [SystemdProperty] {
    guard let time = ProcessorTime(value) else { return [] }
    return [
      SystemdProperty("CPUQuotaPeriodUSec", .uint64(time.period)),
      SystemdProperty("CPUQuotaPerSecUSec", .uint64(time.share ?? .max)),
    ]
  }

  /// "0-2,5" as bits, the lowest in the first byte.
  private static func numbers(_ name: String, _ value: String) -> [SystemdProperty] {
    var bytes: [UInt8] = []
    for part in value.split(separator: ",") {
      let ends = part.split(separator: "-", maxSplits: 1).compactMap { Int($0) }
      // The kernel knows no more than 8192 processors.
      guard let first = ends.first, let last = ends.last, first >= 0, first <= last, last < 8192
      else { return [] }
      while bytes.count <= last / 8 { bytes.append(0) }
      for number in first...last { bytes[number / 8] |= 1 << (number % 8) }
    }
    return bytes.isEmpty ? [] : [SystemdProperty(name, .bytes(bytes))]
  }
}
