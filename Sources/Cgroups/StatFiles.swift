import LinuxKernel

/// The files of a cgroup, as they are read for statistics: what is missing, for the kernel is older
/// or the controller is not there, is nil.
struct StatFiles {
  let directory: String

  func text(_ file: String) -> String? {
    guard let bytes = try? readFile("\(directory)/\(file)") else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  func lines(_ file: String) -> [Substring]? { text(file)?.split(separator: "\n") }

  /// The one number of a file; "max" is the greatest one.
  func number(_ file: String) -> UInt64? {
    guard let line = lines(file)?.first else { return nil }
    return line == "max" ? .max : UInt64(line)
  }

  /// The numbers of a file, by the names before them.
  func numbers(_ file: String) -> [String: UInt64]? {
    guard let lines = lines(file) else { return nil }
    var numbers: [String: UInt64] = [:]
    for line in lines {
      let words = line.split(separator: " ")
      if words.count == 2, let number = UInt64(words[1]) { numbers[String(words[0])] = number }
    }
    return numbers
  }

  /// A list like "0-3,7".
  func list(_ file: String) -> [UInt16]? {
    guard let line = lines(file)?.first else { return nil }
    return line.split(separator: ",").flatMap { part -> [UInt16] in
      let ends = part.split(separator: "-").compactMap { UInt16($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }

  /// cpu.pressure and the like.
  func pressure(_ file: String) -> CgroupStats.Pressure? {
    guard let lines = lines(file) else { return nil }
    var pressure = CgroupStats.Pressure()
    for line in lines {
      var averages = CgroupStats.Pressure.Averages()
      for word in line.split(separator: " ").dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2 else { continue }
        switch parts[0] {
        case "avg10": averages.avg10 = Double(String(parts[1])) ?? 0
        case "avg60": averages.avg60 = Double(String(parts[1])) ?? 0
        case "avg300": averages.avg300 = Double(String(parts[1])) ?? 0
        default: averages.total = UInt64(parts[1]) ?? 0
        }
      }
      if line.hasPrefix("some") { pressure.some = averages } else { pressure.full = averages }
    }
    return pressure
  }
}
