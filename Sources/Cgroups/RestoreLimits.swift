import LinuxKernel

extension CgroupWrite {
  /// The write that undoes this one: what its file says now about the same. Nil where there is no
  /// such file.
  public var restoring: CgroupWrite? {
    if let now = value(now: file, value) { return restoring(file, now) }
    guard case .write(let file, let value) = ifMissing, let now = self.value(now: file, value)
    else {
      return nil
    }
    return restoring(file, now)
  }

  private func restoring(_ file: String, _ now: String) -> CgroupWrite {
    CgroupWrite(directory, file, now, pointer)
  }

  private func value(now file: String, _ value: String) -> String? {
    guard let bytes = try? readFile("\(directory)/\(file)") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    if file == "memory.oom_control" {
      return lines.first.map { String($0.drop { $0 != " " }.dropFirst()) }
    }
    guard let key = key(file, value) else {
      // Nothing would be written of an empty text.
      return lines.first.map(String.init) ?? "\n"
    }
    let line = lines.first { $0.hasPrefix("\(key) ") }
    return line.map(String.init) ?? "\(key) \(unset(file))"
  }

  /// What a file with a line for each device is about: "8:0" of "8:0 rbps=1".
  private func key(_ file: String, _ value: String) -> Substring? {
    let words = value.split(separator: " ")
    guard words.count > 1, let first = words.first else { return nil }
    let isDevice = first.contains(":") || file == "rdma.max" || file == "net_prio.ifpriomap"
    return isDevice ? first : nil
  }

  private func unset(_ file: String) -> String {
    switch file {
    case "io.max": "rbps=max wbps=max riops=max wiops=max"
    case "io.weight": "default"
    case "rdma.max": "hca_handle=max hca_object=max"
    default: "0"
    }
  }
}

extension [CgroupWrite] {
  /// The same writes as one group, in which any may have to wait for any.
  public var tied: [CgroupWrite] {
    var writes = self
    for index in writes.indices.dropLast() { writes[index].isTiedToNext = true }
    if let last = writes.indices.last { writes[last].isTiedToNext = false }
    return writes
  }
}

extension CgroupPaths {
  /// How much memory is in use, in bytes, on v2.
  public var memoryUsage: UInt64? {
    guard self["memory"] == nil, let directory = self[""],
      let bytes = try? readFile("\(directory)/memory.current")
    else { return nil }
    return UInt64(String(decoding: bytes.dropLast(), as: UTF8.self))
  }
}
