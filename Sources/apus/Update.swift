import ApusRuntime
import JSON
import LinuxKernel
import OCISpec

extension Command {
  static let update = Command(
    "update", "change the limits of a container", operands: "ID", count: 1...1,
    description: """
      Changes the limits that are given, and leaves all others as they are. -1 takes
      a limit of memory, processes or CPU time away; 0 says nothing, but of processes.

      FILE of --resources has the form of config.json's /linux/resources, and may have
      all that may stand there: also device rules, which then replace those there are.
      With it the other options count for nothing.
      """,
    options: [
      .resources, .blkioWeight, .cpuPeriod, .cpuQuota, .cpuBurst, .cpuShare, .cpuRtPeriod,
      .cpuRtRuntime, .cpuIdle, .cpusetCpus, .cpusetMems, .memory, .memoryReservation, .memorySwap,
      .pidsLimit, .kernelMemory, .kernelMemoryTCP, .l3CacheSchema, .memBwSchema,
    ]
  ) { invocation throws(RuntimeError) in
    let container = try invocation.container()
    let arguments = invocation.arguments
    let schemata = [arguments[.l3CacheSchema], arguments[.memBwSchema]].compactMap { $0 }.filter {
      !$0.isEmpty
    }
    if !schemata.isEmpty { try container.requireResctrlGroup() }
    let resources =
      if let path = arguments[.resources], !path.isEmpty { try readResources(path) } else {
        try Spec.Linux.Resources(arguments)
      }
    try container.update(resources)
    if !schemata.isEmpty { try container.update(schemata: schemata) }
    return 0
  }
}

extension Option {
  static let resources = Option(
    "resources", short: "r", .text("FILE"), help: "take the limits from this JSON file; - is stdin")
  static let blkioWeight = Option(
    "blkio-weight", .text("WEIGHT"), help: "weight on block devices, 10 to 1000")
  static let cpuPeriod = Option(
    "cpu-period", .text("US"), help: "the period that --cpu-quota is about, in microseconds")
  static let cpuQuota = Option(
    "cpu-quota", .text("US"), help: "CPU time in each period, in microseconds")
  static let cpuBurst = Option(
    "cpu-burst", .text("US"), help: "CPU time that may be saved up, in microseconds")
  static let cpuShare = Option("cpu-share", .text("SHARES"), help: "weight, 2 to 262144")
  static let cpuRtPeriod = Option(
    "cpu-rt-period", .text("US"), help: "the period of realtime tasks, in microseconds")
  static let cpuRtRuntime = Option(
    "cpu-rt-runtime", .text("US"), help: "CPU time of realtime tasks in each of their periods")
  static let cpuIdle = Option(
    "cpu-idle", .text("0|1"), help: "1: run only when nobody else wants to (SCHED_IDLE)")
  static let cpusetCpus = Option("cpuset-cpus", .text("LIST"), help: "CPUs to run on, like 0-3,7")
  static let cpusetMems = Option(
    "cpuset-mems", .text("LIST"), help: "memory nodes to use, like 0-3,7")
  static let memory = Option("memory", .text("BYTES"), help: "the most memory, like 512M")
  static let memoryReservation = Option(
    "memory-reservation", .text("BYTES"), help: "memory that is taken from others first")
  static let memorySwap = Option(
    "memory-swap", .text("BYTES"), help: "the most memory and swap together")
  static let pidsLimit = Option("pids-limit", .text("N"), help: "the most processes and threads")
  static let kernelMemory = Option(
    "kernel-memory", .text("BYTES"), isHidden: true, help: "obsolete; says nothing")
  static let kernelMemoryTCP = Option(
    "kernel-memory-tcp", .text("BYTES"), isHidden: true, help: "obsolete; says nothing")
  static let l3CacheSchema = Option(
    "l3-cache-schema", .text("SCHEMA"),
    help: "its part of the L3 caches, for Intel RDT, like L3:0=7f0;1=1f")
  static let memBwSchema = Option(
    "mem-bw-schema", .text("SCHEMA"),
    help: "its part of the memory bandwidth, for Intel RDT, like MB:0=20;1=70")
}

extension Spec.Linux.Resources {
  /// What the options give.
  fileprivate init(_ arguments: Arguments) throws(RuntimeError) {
    func text(_ option: Option) -> String? { arguments[option].flatMap { $0.isEmpty ? nil : $0 } }
    func number<Number: FixedWidthInteger>(_ option: Option) throws(RuntimeError) -> Number? {
      guard let text = text(option) else { return nil }
      guard let number = Number(text) else {
        throw RuntimeError(
          "invalid value for \(option.name): \"\(text)\": give a number from \(Number.min) to "
            + "\(Number.max)")
      }
      return number
    }
    func bytes(_ option: Option) throws(RuntimeError) -> Int64? {
      guard let text = text(option) else { return nil }
      return try byteCount(text, of: option)
    }
    // One warning is enough for both.
    var kernel = try bytes(.kernelMemory)
    if kernel == nil { kernel = try bytes(.kernelMemoryTCP) }
    self.init(
      memory: Memory(
        limit: try bytes(.memory), reservation: try bytes(.memoryReservation),
        swap: try bytes(.memorySwap), kernel: kernel),
      cpu: CPU(
        shares: try number(.cpuShare), quota: try number(.cpuQuota), burst: try number(.cpuBurst),
        period: try number(.cpuPeriod), realtimeRuntime: try number(.cpuRtRuntime),
        realtimePeriod: try number(.cpuRtPeriod), cpus: text(.cpusetCpus), mems: text(.cpusetMems),
        idle: try number(.cpuIdle)),
      pids: Pids(limit: try number(.pidsLimit)),
      blockIO: BlockIO(weight: try number(.blkioWeight)))
  }
}

private func readResources(_ path: String) throws(RuntimeError) -> Spec.Linux.Resources {
  let bytes: [UInt8]
  do throws(KernelError) {
    bytes = path == "-" ? try readAll(0, path: "standard input") : try readFile(path)
  } catch {
    throw RuntimeError("read the limits of --resources", error)
  }
  do throws(JSONError) {
    return try decodeJSON(Spec.Linux.Resources.self, from: bytes)
  } catch {
    throw RuntimeError("\(path == "-" ? "standard input" : path): \(error)")
  }
}
