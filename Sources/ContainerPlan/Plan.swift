import Cgroups
import LinuxKernel
import OCISpec

/// Everything that is done to make one container, in order: a pure function of config.json and of
/// a few facts about the host.
public struct Plan: Equatable, Sendable {
  public private(set) var steps: [Step] = []

  /// What a plan depends on besides config.json.
  public struct Facts: Sendable {
    public var id: String
    /// The bundle's folder, absolute.
    public var bundle: String
    public var cgroups: CgroupLayout
    public var noNewKeyring = false
    public var noPivot = false

    /// The facts for one container.
    public init(id: String, bundle: String, cgroups: CgroupLayout) {
      self.id = id
      self.bundle = bundle
      self.cgroups = cgroups
    }
  }

  /// Compiles config.json.
  public init(for spec: Spec, facts: Facts) {
    planCgroup(spec, facts)
    planNamespaces(spec, facts)
    planRootfs(spec, facts)
    planIdentity(spec)
    add(.recordState)
    planProcess(spec)
  }

  private mutating func add(_ action: Action, _ pointer: String = "") {
    steps.append(Step(action, pointer))
  }

  private mutating func planCgroup(_ spec: Spec, _ facts: Facts) {
    let paths = CgroupPaths(layout: facts.cgroups, cgroupsPath: spec.linux?.cgroupsPath, id: facts.id)
    add(.createCgroup(paths.distinct), spec.linux?.cgroupsPath == nil ? "" : "/linux/cgroupsPath")
    for write in paths.writes(for: spec.linux?.resources) { add(.writeCgroup(write), write.pointer) }
  }

  private mutating func planNamespaces(_ spec: Spec, _ facts: Facts) {
    let namespaces = spec.linux?.namespaces ?? []
    var made: [NamespaceKind] = []
    var joined: [(NamespaceKind, String, Int)] = []
    for (index, namespace) in namespaces.enumerated() {
      guard let kind = NamespaceKind(rawValue: namespace.type) else { continue }
      if let path = namespace.path, !path.isEmpty {
        joined.append((kind, path, index))
      } else if kind != .cgroup {
        made.append(kind)
      }
    }
    // A joined PID namespace takes in the children of who joins, so the runtime joins it first.
    for (kind, path, index) in joined where kind == .pid {
      add(.joinNamespace(kind, path: path), "/linux/namespaces/\(index)")
    }
    add(.clone(made), "/linux/namespaces")
    for (kind, path, index) in joined where kind != .pid {
      add(.joinNamespace(kind, path: path), "/linux/namespaces/\(index)")
    }
    if let score = spec.process?.oomScoreAdj {
      add(.setOOMScore(Int(score)), "/process/oomScoreAdj")
    }
    if !facts.noNewKeyring { add(.joinSessionKeyring("_ses.\(facts.id)")) }
    let paths = CgroupPaths(layout: facts.cgroups, cgroupsPath: spec.linux?.cgroupsPath, id: facts.id)
    add(.joinCgroup(paths.distinct))
    if namespaces.contains(where: { $0.type == "cgroup" && ($0.path ?? "").isEmpty }) {
      add(.unshareCgroupNamespace, "/linux/namespaces")
    }
    if made.contains(.network) { add(.bringUpLoopback, "/linux/namespaces") }
  }

  private mutating func planRootfs(_ spec: Spec, _ facts: Facts) {
    guard spec.linux?.namespaces?.contains(where: { $0.type == "mount" }) ?? false else { return }
    let wanted = spec.linux?.rootfsPropagation ?? ""
    let propagation = MountOptions([wanted]).propagation.first?.propagation
    add(.setRootPropagation(propagation ?? .slave), wanted.isEmpty ? "" : "/linux/rootfsPropagation")
    let path = spec.root?.path ?? "rootfs"
    add(.openRootfs(path.hasPrefix("/") ? path : "\(facts.bundle)/\(path)"), "/root/path")
    for (index, mount) in (spec.mounts ?? []).enumerated() {
      for planned in Self.mounts(for: mount, facts) { add(.mount(planned), "/mounts/\(index)") }
    }
    planDevices(spec)
    planHooks(spec)
    add(.pivotRoot)
    for (index, mount) in (spec.mounts ?? []).enumerated()
    where mount.destination == "/dev" && MountOptions(mount.options ?? []).set.contains(.readOnly) {
      add(.remount(path: "/dev", .readOnly), "/mounts/\(index)/options")
    }
    if spec.root?.readonly == true { add(.remount(path: "/", .readOnly), "/root/readonly") }
    if let propagation, propagation != .slave {
      add(.setPropagation(path: "/", propagation), "/linux/rootfsPropagation")
    }
  }

  private mutating func planHooks(_ spec: Spec) {
    let kinds: [(HookKind, [Spec.Hook]?)] = [
      (.prestart, spec.hooks?.prestart), (.createRuntime, spec.hooks?.createRuntime),
      (.createContainer, spec.hooks?.createContainer),
    ]
    for (kind, hooks) in kinds {
      if let hooks, !hooks.isEmpty { add(.runHooks(kind, hooks), "/hooks/\(kind.rawValue)") }
    }
  }

  private static func mounts(for mount: Spec.Mount, _ facts: Facts) -> [PlannedMount] {
    var options = MountOptions(mount.options ?? [])
    let type = mount.type ?? "none"
    if let recursive = options.bind ?? (type == "bind" ? false : nil) {
      let source = mount.source ?? ""
      let path = source.hasPrefix("/") ? source : "\(facts.bundle)/\(source)"
      return [
        PlannedMount(
          destination: mount.destination, source: .bind(path: path, recursive: recursive),
          options: options)
      ]
    }
    guard type == "cgroup" else {
      let parameters = options.parameters
      options.parameters = []
      if mount.destination == "/dev" { options.set.remove(.readOnly) }  // after the nodes are made
      return [
        PlannedMount(
          destination: mount.destination,
          source: .filesystem(type: type, source: mount.source, parameters: parameters),
          options: options)
      ]
    }
    switch facts.cgroups {
    case .unified:
      return [
        PlannedMount(
          destination: mount.destination,
          source: .filesystem(type: "cgroup2", source: "cgroup", parameters: []), options: options)
      ]
    case .legacy(let hierarchies):
      var folder = options
      folder.set.remove(.readOnly)
      let top = PlannedMount(
        destination: mount.destination,
        source: .filesystem(type: "tmpfs", source: "tmpfs", parameters: ["mode=755"]),
        options: folder)
      return [top]
        + hierarchies.map { hierarchy in
          let name = hierarchy.mountPoint.split(separator: "/").last.map(String.init) ?? ""
          let unified = hierarchy.controllers.isEmpty
          var parameters = hierarchy.controllers.split(separator: ",").map(String.init)
          if hierarchy.controllers.hasPrefix("name=") { parameters.insert("none", at: 0) }
          return PlannedMount(
            destination: "\(mount.destination)/\(name)",
            source: .filesystem(
              type: unified ? "cgroup2" : "cgroup", source: "cgroup", parameters: parameters),
            options: options)
        }
    }
  }

  private mutating func planDevices(_ spec: Spec) {
    let numbers: [(String, UInt32, UInt32)] = [
      ("null", 1, 3), ("random", 1, 8), ("full", 1, 7), ("tty", 5, 0), ("zero", 1, 5),
      ("urandom", 1, 9),
    ]
    let asked = spec.linux?.devices ?? []
    for (name, major, minor) in numbers where !asked.contains(where: { $0.path == "/dev/\(name)" }) {
      let device = PlannedDevice(
        path: "/dev/\(name)", type: "c", major: major, minor: minor, mode: 0o666, uid: 0, gid: 0)
      add(.makeDevice(device))
    }
    for (index, device) in asked.enumerated() {
      let type = device.type == "u" ? "c" : device.type
      let planned = PlannedDevice(
        path: device.path, type: type, major: UInt32(truncatingIfNeeded: device.major),
        minor: UInt32(truncatingIfNeeded: device.minor), mode: device.fileMode ?? 0o666,
        uid: device.uid ?? 0, gid: device.gid ?? 0)
      add(.makeDevice(planned), "/linux/devices/\(index)")
    }
    let links = [
      ("/dev/ptmx", "pts/ptmx"), ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"),
      ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
    ]
    for (path, target) in links { add(.makeLink(path: path, target: target)) }
  }

  private mutating func planIdentity(_ spec: Spec) {
    if let name = spec.hostname, !name.isEmpty { add(.setHostname(name), "/hostname") }
    if let name = spec.domainname, !name.isEmpty { add(.setDomainname(name), "/domainname") }
    for (key, value) in (spec.linux?.sysctl ?? [:]).sorted(by: { $0.key < $1.key }) {
      add(.writeSysctl(key: key, value: value), "/linux/sysctl/\(key)")
    }
    for (index, path) in (spec.linux?.readonlyPaths ?? []).enumerated() {
      add(.makeReadonly(path), "/linux/readonlyPaths/\(index)")
    }
    for (index, path) in (spec.linux?.maskedPaths ?? []).enumerated() {
      add(.mask(path), "/linux/maskedPaths/\(index)")
    }
    for (index, limit) in (spec.process?.rlimits ?? []).enumerated() {
      guard let kind = ResourceLimit(name: limit.type) else { continue }
      add(.setLimit(kind, soft: limit.soft, hard: limit.hard), "/process/rlimits/\(index)")
    }
  }

  private mutating func planProcess(_ spec: Spec) {
    guard let process = spec.process else { return }
    if process.noNewPrivileges == true {
      add(.setNoNewPrivileges, "/process/noNewPrivileges")
    }
    let capabilities = Capabilities(process.capabilities)
    add(.limitBoundingCapabilities(capabilities.bounding), "/process/capabilities/bounding")
    add(.setGroups(process.user.additionalGids ?? []), "/process/user/additionalGids")
    add(.setUser(uid: process.user.uid, gid: process.user.gid), "/process/user")
    add(.changeDirectory(process.cwd), "/process/cwd")
    add(.applyCapabilities(capabilities), "/process/capabilities")
    add(.setUmask(process.user.umask ?? 0o022), "/process/user/umask")
    let arguments = process.args ?? []
    add(.findProgram(arguments.first ?? ""), "/process/args/0")
    add(.waitAtGate)
    if let hooks = spec.hooks?.startContainer, !hooks.isEmpty {
      add(.runHooks(.startContainer, hooks), "/hooks/startContainer")
    }
    add(.exec(arguments), "/process/args")
  }
}

extension Capabilities {
  /// The sets of config.json; names that aren't known are left out, as in runc, which warns.
  public init(_ spec: Spec.Process.Capabilities?) {
    self.init()
    func set(_ names: [String]?) -> CapabilitySet {
      var set = CapabilitySet()
      for name in names ?? [] { CapabilitySet.number(of: name).map { set.insert($0) } }
      return set
    }
    bounding = set(spec?.bounding)
    effective = set(spec?.effective)
    permitted = set(spec?.permitted)
    inheritable = set(spec?.inheritable)
    ambient = set(spec?.ambient)
  }
}
