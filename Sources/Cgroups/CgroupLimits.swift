import OCISpec

extension CgroupPaths {
  /// What config.json's limits come to, file by file, in the order of writing. docs/cgroups.md has
  /// the table. As in runc, 0 leaves a number as it is: engines write it for what nobody asked for.
  /// - Parameters:
  ///   - isUpdate: whether there may be other values already.
  ///   - bySystemd: whether systemd is told of them, and so writes them again as it counts.
  public func writes(
    for resources: Spec.Linux.Resources?, isUpdate: Bool = false, bySystemd: Bool = false
  ) throws(LimitError) -> [CgroupWrite] {
    guard let resources else { return [] }
    var files = LimitFiles(self)
    if let memory = resources.memory { try files.add(memory, isUpdate: isUpdate) }
    if let cpu = resources.cpu { try files.add(cpu) }
    if let pids = resources.pids { try files.add(pids) }
    if let blockIO = resources.blockIO { try files.add(blockIO) }
    if let limits = resources.hugepageLimits { try files.add(limits) }
    if let network = resources.network { try files.add(network) }
    if let rdma = resources.rdma { try files.add(rdma) }
    if let unified = resources.unified { try files.add(unified) }
    return bySystemd ? files.writes.map(\.inWholePercents) : files.writes
  }

  /// The device rules of config.json, and those of every container, where v1 has a controller for
  /// them.
  public func deviceWrites(for resources: Spec.Linux.Resources?) -> [CgroupWrite] {
    guard let directory = self["devices"] else { return [] }
    return (DeviceRule.given(by: resources) + DeviceRule.always(resources)).map { rule, pointer in
      CgroupWrite(
        directory, rule.allow ? "devices.allow" : "devices.deny", rule.description, pointer)
    }
  }
}

/// Limits on their way to become writes.
struct LimitFiles {
  let paths: CgroupPaths
  private(set) var writes: [CgroupWrite] = []

  init(_ paths: CgroupPaths) { self.paths = paths }

  /// A value for a file.
  struct Value {
    let file: String
    let value: String
    var ifMissing = CgroupWrite.IfMissing.fail

    init(_ file: String, _ value: String, ifMissing: CgroupWrite.IfMissing = .fail) {
      self.file = file
      self.value = value
      self.ifMissing = ifMissing
    }
  }

  /// Adds a limit, as the version has it that the host has its controller in; nil where that has no
  /// such limit.
  mutating func add(_ controller: String, _ pointer: String, v1: Value?, v2: Value?)
    throws(LimitError)
  {
    let pointer = "/linux/resources\(pointer)"
    let value: Value?
    let place: String
    if let directory = paths[controller] {
      (value, place) = (v1, directory)
    } else if let directory = paths[""] {
      (value, place) = (v2, directory)
    } else {
      throw LimitError(
        pointer: pointer, problem: "this host has no cgroup controller \(controller)")
    }
    if let value {
      writes.append(
        CgroupWrite(place, value.file, value.value, pointer, ifMissing: value.ifMissing))
    }
  }

  /// Adds a limit that has the same file in both versions.
  mutating func add(_ controller: String, _ pointer: String, _ value: Value) throws(LimitError) {
    try add(controller, pointer, v1: value, v2: value)
  }

  /// Refuses what only v1 has, on a host that has the one tree of v2.
  func require(v1 controller: String, _ what: String, _ pointer: String) throws(LimitError) {
    guard paths[controller] == nil else { return }
    throw LimitError(
      pointer: "/linux/resources\(pointer)",
      problem: paths.isUnified
        ? "cgroup v2 has no \(what); leave it out"
        : "this host has no cgroup controller \(controller)")
  }

  /// Ties the writes that were added since to each other.
  mutating func tie(since first: Int) {
    for index in writes.indices.dropFirst(first).dropLast() { writes[index].isTiedToNext = true }
  }
}

/// A number that config.json has, other than the 0 for none.
public func given<Number: BinaryInteger>(_ value: Number?) -> Number? { value == 0 ? nil : value }

/// A limit in the words of v2.
func unlimited(_ value: Int64) -> String { value < 0 ? "max" : String(value) }

extension LimitFiles {
  fileprivate mutating func add(_ pids: Spec.Linux.Resources.Pids) throws(LimitError) {
    guard let limit = pids.limit else { return }
    // Here 0 is a limit like others: none may be added to what is there, which is one at the least.
    // (config-linux.md, PIDs) So 1 says the same, as systemd, which takes no 0, has it too.
    try add("pids", "/pids/limit", Value("pids.max", unlimited(limit == 0 ? 1 : limit)))
  }

  fileprivate mutating func add(_ limits: [Spec.Linux.Resources.HugepageLimit]) throws(LimitError) {
    for (index, limit) in limits.enumerated() {
      // Kubernetes asks for 0 of every size that a pod has not asked for.
      let isAsked = limit.limit > 0
      if !isAsked, paths["hugetlb"] == nil, paths[""] == nil { continue }
      func value(_ suffix: String, _ ifMissing: CgroupWrite.IfMissing) -> Value {
        Value("hugetlb.\(limit.pageSize).\(suffix)", String(limit.limit), ifMissing: ifMissing)
      }
      let pointer = "/hugepageLimits/\(index)"
      let otherwise = isAsked ? CgroupWrite.IfMissing.fail : .skip
      try add(
        "hugetlb", pointer, v1: value("limit_in_bytes", otherwise), v2: value("max", otherwise))
      // What is reserved, and not touched yet, counts too.
      try add(
        "hugetlb", pointer, v1: value("rsvd.limit_in_bytes", .skip), v2: value("rsvd.max", .skip))
    }
  }

  fileprivate mutating func add(_ network: Spec.Linux.Resources.Network) throws(LimitError) {
    if let classID = given(network.classID) {
      try require(v1: "net_cls", "classes of packets", "/network/classID")
      try add("net_cls", "/network/classID", Value("net_cls.classid", String(classID)))
    }
    for (index, priority) in (network.priorities ?? []).enumerated() {
      try require(v1: "net_prio", "priorities of packets", "/network/priorities")
      try add(
        "net_prio", "/network/priorities/\(index)",
        Value("net_prio.ifpriomap", "\(priority.name) \(priority.priority)"))
    }
  }

  fileprivate mutating func add(_ rdma: [String: Spec.Linux.Resources.RDMA]) throws(LimitError) {
    guard !rdma.isEmpty else { return }
    for (device, limits) in rdma.sorted(by: { $0.key < $1.key }) {
      var words = device
      if let handles = limits.hcaHandles { words += " hca_handle=\(handles)" }
      if let objects = limits.hcaObjects { words += " hca_object=\(objects)" }
      try add("rdma", entry(device, of: "/rdma"), Value("rdma.max", words))
    }
  }

  fileprivate mutating func add(_ unified: [String: String]) throws(LimitError) {
    guard !unified.isEmpty else { return }
    guard paths.isUnified, let directory = paths[""] else {
      throw LimitError(
        pointer: "/linux/resources/unified",
        problem: "invalid configuration: these are files of cgroup v2, and this host has v1; leave "
          + "them out")
    }
    let isIdle = isIdle(unified)
    for (file, value) in unified.sorted(by: { $0.key < $1.key }) {
      if isIdle, file == "cpu.weight" { continue }
      // Files such as io.max take one line in a write.
      let lines = value.split(separator: "\n")
      for line in lines.isEmpty ? [""] : lines {
        writes.append(
          CgroupWrite(directory, file, String(line), entry(file, of: "/linux/resources/unified")))
      }
    }
  }
}
