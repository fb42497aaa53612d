import LinuxKernel

extension CgroupPaths {
  /// What the container has used so far.
  public func stats() -> CgroupStats {
    var stats = CgroupStats()
    if isUnified, let directory = self[""] {
      stats.readUnified(StatFiles(directory: directory))
    } else {
      for (controller, path) in directories {
        stats.readLegacy(controller, StatFiles(directory: path))
      }
    }
    readHugepages(&stats)
    return stats
  }

  private func readHugepages(_ stats: inout CgroupStats) {
    let legacy = self["hugetlb"]
    guard let directory = legacy ?? self[""] else { return }
    let files = StatFiles(directory: directory)
    for size in hugepageSizes() {
      let name = "hugetlb.\(size)"
      // What is reserved counts, where the kernel counts it.
      func number(_ what: String) -> UInt64? {
        files.number("\(name).rsvd.\(what)") ?? files.number("\(name).\(what)")
      }
      if legacy == nil {
        guard let usage = number("current") else { continue }
        stats.hugetlb[size] = .init(
          usage: given(usage), max: nil, failcnt: files.numbers("\(name).events")?["max"] ?? 0)
      } else {
        guard let usage = number("usage_in_bytes") else { continue }
        stats.hugetlb[size] = .init(
          usage: given(usage), max: given(number("max_usage_in_bytes")),
          failcnt: number("failcnt") ?? 0)
      }
    }
  }

  /// As the kernel names them in the files: "2MB", of its folders' "hugepages-2048kB".
  private func hugepageSizes() -> [String] {
    let path = "/sys/kernel/mm/hugepages"
    guard let folder = try? open(path, [.readOnly, .directory]),
      let names = try? names(in: folder.number, path: path)
    else { return [] }
    return names.compactMap { name in
      guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"),
        let kilobytes = Int(name.dropFirst(10).dropLast(2))
      else { return nil }
      if kilobytes >= 1 << 20 { return "\(kilobytes >> 20)GB" }
      return kilobytes >= 1 << 10 ? "\(kilobytes >> 10)MB" : "\(kilobytes)KB"
    }
  }
}

/// A list; nil if it is empty.
private func some<Element>(_ list: [Element]?) -> [Element]? { list?.isEmpty == true ? nil : list }

// One tree for each controller.
extension CgroupStats {
  mutating func readLegacy(_ controller: String, _ files: StatFiles) {
    switch controller {
    case "cpu": readThrottling(files.numbers("cpu.stat"), "throttled_time", factor: 1)
    case "cpuacct": readUsage(files)
    case "cpuset": readCPUSet(files)
    case "memory": readMemory(files)
    case "pids": readPids(files)
    case "blkio": readBlockIO(files)
    default: return
    }
  }

  private mutating func readThrottling(
    _ numbers: [String: UInt64]?, _ time: String, factor: UInt64
  ) {
    guard let numbers else { return }
    let periods = given(numbers["nr_periods"])
    let throttled = given(numbers["nr_throttled"])
    let time = given(numbers[time]).map { $0 * factor }
    if periods != nil || throttled != nil || time != nil {
      cpu.throttling = .init(periods: periods, throttledPeriods: throttled, throttledTime: time)
    }
  }

  private mutating func readUsage(_ files: StatFiles) {
    var usage = CPU.Usage()
    usage.total = given(files.number("cpuacct.usage"))
    usage.percpu = some(
      files.text("cpuacct.usage_percpu")?.split { $0 == " " || $0 == "\n" }.compactMap {
        UInt64($0)
      })
    let columns = (files.lines("cpuacct.usage_all") ?? []).dropFirst().map { line in
      line.split(separator: " ").compactMap { UInt64($0) }
    }.filter { $0.count > 2 }
    usage.percpuUser = some(columns.map { $0[1] })
    usage.percpuKernel = some(columns.map { $0[2] })
    // In ticks, of which the kernel shows a hundred in a second, whatever it has itself.
    let ticks = files.numbers("cpuacct.stat")
    usage.user = (ticks?["user"] ?? 0) * 10_000_000
    usage.kernel = (ticks?["system"] ?? 0) * 10_000_000
    cpu.usage = usage
  }

  private mutating func readCPUSet(_ files: StatFiles) {
    func number(_ name: String) -> UInt64 { files.number("cpuset.\(name)") ?? 0 }
    cpuset = CPUSet(
      cpus: some(files.list("cpuset.cpus")), cpuExclusive: number("cpu_exclusive"),
      mems: some(files.list("cpuset.mems")), memHardwall: number("mem_hardwall"),
      memExclusive: number("mem_exclusive"), memoryMigrate: number("memory_migrate"),
      memorySpreadPage: number("memory_spread_page"),
      memorySpreadSlab: number("memory_spread_slab"), memoryPressure: number("memory_pressure"),
      schedLoadBalance: number("sched_load_balance"),
      schedRelaxDomainLevel: files.lines("cpuset.sched_relax_domain_level")?.first
        .flatMap { Int64($0) } ?? 0)
  }

  private mutating func readMemory(_ files: StatFiles) {
    func entry(_ name: String) -> Memory.Entry? {
      guard let usage = files.number("\(name).usage_in_bytes") else { return nil }
      let entry = Memory.Entry(
        limit: files.number("\(name).limit_in_bytes") ?? 0, usage: given(usage),
        max: given(files.number("\(name).max_usage_in_bytes")),
        failcnt: files.number("\(name).failcnt") ?? 0)
      return entry == Memory.Entry() ? nil : entry
    }
    let raw = files.numbers("memory.stat")
    memory = Memory(
      cache: given(raw?["cache"]), usage: entry("memory"), swap: entry("memory.memsw"),
      kernel: entry("memory.kmem"), kernelTCP: entry("memory.kmem.tcp"), raw: raw)
  }

  private mutating func readPids(_ files: StatFiles) {
    guard let current = files.number("pids.current") else { return }
    let limit = files.number("pids.max")
    pids = Pids(current: given(current), limit: limit == .max ? nil : given(limit))
  }

  /// The first of the kernel's schedulers that counts.
  private mutating func readBlockIO(_ files: StatFiles) {
    func entries(_ name: String) -> [BlockIO.Entry]? {
      files.lines("blkio.\(name)").map { lines in
        lines.compactMap { BlockIO.Entry(line: $0) }
      }
    }
    func first(_ name: String) -> [BlockIO.Entry]? {
      for scheduler in ["bfq.", "", "throttle."] {
        if let found = entries("\(scheduler)\(name)_recursive"), !found.isEmpty { return found }
      }
      return some(entries("throttle.\(name)"))
    }
    blkio = BlockIO(
      ioServiceBytesRecursive: first("io_service_bytes"),
      ioServicedRecursive: first("io_serviced"), ioQueueRecursive: first("io_queued"),
      ioServiceTimeRecursive: first("io_service_time"), ioWaitTimeRecursive: first("io_wait_time"),
      ioMergedRecursive: first("io_merged"), ioTimeRecursive: first("time"),
      sectorsRecursive: first("sectors"))
  }
}

extension CgroupStats.BlockIO.Entry {
  /// "8:0 Read 1024", or without the operation; nil for the sum of all devices.
  fileprivate init?(line: Substring) {
    let words = line.split { $0 == " " || $0 == ":" }
    guard words.count > 2, let major = UInt64(words[0]), let minor = UInt64(words[1]),
      let value = words.last.flatMap({ UInt64($0) })
    else { return nil }
    self.init(
      major: given(major), minor: given(minor), op: words.count > 3 ? String(words[2]) : nil,
      value: given(value))
  }
}

// One tree for all.
extension CgroupStats {
  mutating func readUnified(_ files: StatFiles) {
    readPids(files)
    if pids.current == nil {
      pids.current = given(files.lines("cgroup.procs").map { UInt64($0.count) })
    }
    readUnifiedMemory(files)
    readUnifiedBlockIO(files)
    if let numbers = files.numbers("cpu.stat") {
      func time(_ name: String) -> UInt64 { (numbers[name] ?? 0) * 1000 }
      var usage = CPU.Usage()
      usage.total = given(time("usage_usec"))
      usage.user = time("user_usec")
      usage.kernel = time("system_usec")
      if usage.total != nil { cpu.usage = usage }
      readThrottling(numbers, "throttled_usec", factor: 1000)
    }
    cpu.psi = files.pressure("cpu.pressure")
    memory.psi = files.pressure("memory.pressure")
    blkio.psi = files.pressure("io.pressure")
  }

  private mutating func readUnifiedMemory(_ files: StatFiles) {
    guard let raw = files.numbers("memory.stat"), let current = files.number("memory.current")
    else { return }
    let limit = files.number("memory.max") ?? .max
    memory = Memory(
      cache: given(raw["file"]),
      usage: .init(
        limit: limit, usage: given(current), max: given(files.number("memory.peak"))),
      raw: raw)
    // v1, and so runc, counts the memory with it.
    var both = Memory.Entry(usage: given(current))
    if let swap = files.number("memory.swap.current"),
      let most = files.number("memory.swap.max")
    {
      both.usage = given(current + swap)
      let (sum, isTooMuch) = most.addingReportingOverflow(limit)
      both.limit = isTooMuch ? .max : sum
    }
    if both != Memory.Entry() { memory.swap = both }
  }

  private mutating func readUnifiedBlockIO(_ files: StatFiles) {
    var (bytes, operations): ([BlockIO.Entry], [BlockIO.Entry]) = ([], [])
    for line in files.lines("io.stat") ?? [] {
      let words = line.split(separator: " ")
      let numbers = (words.first ?? "").split(separator: ":").compactMap { UInt64($0) }
      guard numbers.count == 2 else { continue }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=")
        guard parts.count == 2, let value = UInt64(parts[1]) else { continue }
        let isRead = parts[0].hasPrefix("r")
        let entry = BlockIO.Entry(
          major: given(numbers[0]), minor: given(numbers[1]), op: isRead ? "Read" : "Write",
          value: given(value))
        switch parts[0] {
        case "rbytes", "wbytes": bytes.append(entry)
        case "rios", "wios": operations.append(entry)
        default: continue
        }
      }
    }
    blkio.ioServiceBytesRecursive = some(bytes)
    blkio.ioServicedRecursive = some(operations)
  }
}
