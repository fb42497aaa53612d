import Cgroups
import LinuxKernel
import OCISpec

/// Everything that is done to make one container, or to run one process in it, in order: a pure
/// function of config.json and of a few facts about the host.
public struct Plan: Equatable, Sendable {
  /// The acts, in order.
  public internal(set) var steps: [Step] = []
  /// Why it can't be made: all reasons, where making it doesn't throw the first.
  public private(set) var refusals: [PlanError] = []
  /// Where it is noted what each step takes; nil: nowhere.
  public var times: StepTimes?

  /// What a plan depends on besides config.json.
  public struct Facts: Sendable {
    /// The container's name.
    public var id: String
    /// The bundle's folder, absolute.
    public var bundle: String
    /// How the host's cgroups are mounted.
    public var cgroups: CgroupLayout
    /// The cgroup of v2 that a container's is below, unless `cgroupsPath` is absolute.
    public var cgroupAbove = "/"
    /// Leaves the process in the caller's session keyring (`--no-new-keyring`).
    public var noNewKeyring = false
    /// Moves the root instead of pivot_root, for a host that runs from a ramfs (`--no-pivot`).
    public var noPivot = false
    /// Who the runtime is, if not root.
    public var ordinaryUser: (uid: UInt32, gid: UInt32)?
    /// The unit that systemd is to make for the container, or has made.
    public var systemdUnit: SystemdUnit?
    /// False: this user may make no cgroup, and the container goes without.
    public var managesCgroups = true
    /// False: in a user namespace, or as a user who is not root, the kernel takes no rules on devices.
    /// Who may open them is up to the host's permissions there.
    public var restrictsDevices = true
    /// Those that label processes and files here.
    public var securityModules: Set<SecurityModule> = []
    /// Where the links lead that mounts ask to have in the container, too ("copy-symlink").
    public var links: [String: String] = [:]
    /// The host's resctrl; nil: not mounted, or nobody asks.
    public var resctrl: Resctrl?
    /// How many descriptors from 3 on the program inherits.
    public var preservedDescriptors = 0
    /// Additions of the runtime to the program's environment, such as LISTEN_FDS.
    public var environment: [String] = []
    /// Additions of the runtime to the mounts, such as the folder of sd_notify's socket.
    public var mounts: [Spec.Mount] = []

    /// What the seccomp profile comes to, where that is known from before; nil: it is compiled.
    public var seccompProgram: SeccompProgram?

    /// The facts for one container.
    public init(id: String, bundle: String, cgroups: CgroupLayout) {
      self.id = id
      self.bundle = bundle
      self.cgroups = cgroups
    }
  }

  /// Compiles config.json, which has to be valid (`Spec.validate()`).
  public init(for spec: Spec, facts: Facts) throws(PlanError) {
    self.init(drafting: spec, facts: facts)
    if let refusal = refusals.first { throw refusal }
  }

  /// Compiles what can be compiled, and keeps all ``refusals``.
  public init(drafting spec: Spec, facts: Facts) {
    if spec.process == nil {
      refusals.append(PlanError("/process", "required to make a container, but missing"))
    }
    if facts.systemdUnit == nil {
      collect { plan throws(PlanError) in
        try plan.refuseForeignCgroup(spec.linux?.cgroupsPath ?? "")
      }
    }
    collect { plan throws(PlanError) in try plan.requireUserNamespace(spec.linux, facts) }
    let cgroup =
      facts.managesCgroups
      ? facts.systemdUnit.map { CgroupPaths(unit: $0) }
        ?? CgroupPaths(
          layout: facts.cgroups, cgroupsPath: spec.linux?.cgroupsPath, id: facts.id,
          above: facts.cgroupAbove)
      : CgroupPaths(directories: [])
    if !facts.managesCgroups {
      collect { plan throws(PlanError) in try plan.refuseLimits(spec, facts) }
    } else if facts.systemdUnit == nil, let birthplace = cgroup[""] {
      planCgroup([birthplace], spec)
      if cgroup.isUnified {
        collect { plan throws(PlanError) in try plan.planLimits(spec, cgroup, facts) }
      }
    }
    collect { plan throws(PlanError) in try plan.planIntelRdt(spec.linux?.intelRdt, facts) }
    planStandardStreams(spec)
    collect { plan throws(PlanError) in try plan.planNamespaces(spec, facts, cgroup) }
    if spec.linux?.has(.mount) == true {
      planRootfs(spec, facts, cgroup)
    } else {
      collect { plan throws(PlanError) in try plan.planRootfsInPlace(spec, facts, cgroup) }
    }
    planNames(spec)
    planRootfsPropagation(spec)
    if let process = spec.process {
      for (index, limit) in (process.rlimits ?? []).enumerated() {
        guard let kind = ResourceLimit(name: limit.type) else { continue }
        add(.setLimit(kind, soft: limit.soft, hard: limit.hard), "/process/rlimits/\(index)")
      }
    }
    add(.recordState)
    if let process = spec.process { planProcess(process, spec, facts, exec: false) }
  }

  /// Compiles a process that joins a container; `spec` is the container's.
  /// - Parameter kinds: the namespaces that the container doesn't share with the host.
  public init(
    entering kinds: [NamespaceKind], _ process: Spec.Process, spec: Spec, cgroup: CgroupPaths,
    resctrl: ResctrlGroups? = nil, facts: Facts
  ) throws(PlanError) {
    if kinds.contains(.user) { handOverStandardStreams(process, spec.linux) }
    try planInitialAffinity(process)
    add(.clone([]))
    if let unit = facts.systemdUnit { add(.joinUnit(unit)) }
    planJoin(resctrl)
    if let score = process.oomScoreAdj { add(.setOOMScore(score), "/process/oomScoreAdj") }
    if facts.systemdUnit == nil { planJoin(cgroup) }
    try planFinalAffinity(process)
    add(.enterContainer(kinds), "/linux/namespaces")
    if kinds.contains(.user) { planRoot(spec.linux, facts) }
    if !facts.noNewKeyring { add(.joinSessionKeyring("_ses.\(facts.id)")) }
    for (index, limit) in (process.rlimits ?? []).enumerated() {
      guard let kind = ResourceLimit(name: limit.type) else { continue }
      add(.setLimit(kind, soft: limit.soft, hard: limit.hard), "/process/rlimits/\(index)")
    }
    planProcess(process, spec, facts, exec: true)
    if let refusal = refusals.first { throw refusal }
  }

  /// What the seccomp profile has come to.
  public var seccompProgram: SeccompProgram? {
    for step in steps { if case .loadSeccomp(let filter) = step.action { return filter.program } }
    return nil
  }

  /// Whether the process gets a terminal of its own.
  public var opensTerminal: Bool {
    steps.contains { if case .openTerminal = $0.action { true } else { false } }
  }

  /// Goes on with the next part where one can't be had.
  mutating func collect(_ part: (inout Plan) throws(PlanError) -> Void) {
    do throws(PlanError) {
      try part(&self)
    } catch {
      if !refusals.contains(error) { refusals.append(error) }
    }
  }

  mutating func add(_ action: Action, _ pointer: String = "") {
    steps.append(Step(action, pointer))
  }

  /// A container's cgroup is emptied of all processes, and removed, when the container is deleted.
  private func refuseForeignCgroup(_ path: String) throws(PlanError) {
    if !path.isEmpty, CgroupPaths.clean(path).isEmpty {
      throw PlanError(
        "/linux/cgroupsPath",
        "\"\(path)\" is the cgroup of processes of the host; name one below it, like \"/name\"")
    }
  }

  private mutating func planCgroup(_ paths: [String], _ spec: Spec) {
    add(
      .createCgroup(paths), (spec.linux?.cgroupsPath ?? "").isEmpty ? "" : "/linux/cgroupsPath")
  }

  /// The cgroups of v1, into which no process can be born.
  mutating func planCgroups(_ spec: Spec, _ cgroup: CgroupPaths, _ facts: Facts) throws(PlanError) {
    planCgroup(cgroup.distinct.filter { $0 != cgroup[""] }, spec)
    try planLimits(spec, cgroup, facts)
  }

  mutating func planJoin(_ cgroup: CgroupPaths) {
    if !cgroup.directories.isEmpty { add(.joinCgroup(cgroup)) }
  }

  /// The unit of systemd that the process is born into, and what systemd can't set there. A scope
  /// can't be made before there is a process for it.
  mutating func planUnit(_ unit: SystemdUnit, _ spec: Spec, _ cgroup: CgroupPaths, _ facts: Facts)
    throws(PlanError)
  {
    var properties: [SystemdProperty]
    do throws(LimitError) {
      properties = SystemdProperty.properties(
        saying: try cgroup.writes(for: spec.linux?.resources))
    } catch {
      throw PlanError(error.pointer, error.problem)
    }
    do throws(SystemdAnnotationError) {
      properties += try SystemdProperty.properties(in: spec.annotations ?? [:])
    } catch {
      throw PlanError(entry(error.key, of: "/annotations"), error.reason)
    }
    add(
      .startUnit(unit, properties),
      (spec.linux?.cgroupsPath ?? "").isEmpty ? "" : "/linux/cgroupsPath")
    try planLimits(spec, cgroup, facts, bySystemd: true)
  }

  private mutating func planLimits(
    _ spec: Spec, _ cgroup: CgroupPaths, _ facts: Facts, bySystemd: Bool = false
  ) throws(PlanError) {
    let resources = spec.linux?.resources
    do throws(LimitError) {
      for write in try cgroup.writes(for: resources, bySystemd: bySystemd) {
        add(.writeCgroup(write), write.pointer)
      }
    } catch {
      throw PlanError(error.pointer, error.problem)
    }
    if !mountsBlockDevice(spec) { try planDeviceRules(resources, cgroup, facts) }
  }

  /// Which devices the container may use. The rules are for this process, too: where it mounts one,
  /// they come after the mounts, as in runc.
  mutating func planDeviceRules(
    _ resources: Spec.Linux.Resources?, _ cgroup: CgroupPaths, _ facts: Facts
  ) throws(PlanError) {
    guard facts.managesCgroups, facts.restrictsDevices else { return }
    for write in cgroup.deviceWrites(for: resources) { add(.writeCgroup(write), write.pointer) }
    do throws(TooManyDevices) {
      guard let filter = try cgroup.deviceFilter(for: resources) else { return }
      add(.attachDeviceFilter(filter), filter.pointer)
    } catch {
      throw PlanError(
        "/linux/resources/devices",
        "the \(error.count) block devices with rules of their own are too many; leave out the minor "
          + "number where one rule can be for all of them")
    }
  }

  private mutating func planNames(_ spec: Spec) {
    if let name = spec.hostname, !name.isEmpty { add(.setHostname(name), "/hostname") }
    if let name = spec.domainname, !name.isEmpty { add(.setDomainname(name), "/domainname") }
    if let parameters = spec.linux?.sysctl, !parameters.isEmpty {
      for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
        add(.writeSysctl(key: key, value: value), entry(key, of: "/linux/sysctl"))
      }
    }
    addOnceEach(spec.linux?.readonlyPaths, "/linux/readonlyPaths") { .makeReadonly($0) }
    addOnceEach(spec.linux?.maskedPaths, "/linux/maskedPaths") { .mask($0) }
  }

  private mutating func addOnceEach(
    _ paths: [String]?, _ pointer: String, _ action: (String) -> Action
  ) {
    guard let paths else { return }
    var seen = Set<ExactText>(minimumCapacity: paths.count)
    for (index, path) in paths.enumerated()
    where seen.insert(ExactText(clean(path)[...])).inserted {
      add(action(path), "\(pointer)/\(index)")
    }
  }
}

extension Spec.Linux {
  /// Whether the container has a namespace of this kind, made or joined.
  public func has(_ kind: NamespaceKind) -> Bool {
    namespaces?.contains { $0.type == kind.rawValue } ?? false
  }
}
