import LinuxKernel
import OCISpec

extension Plan {
  /// What the user's program is, becomes and may do: the last steps, of a container and of exec.
  mutating func planProcess(
    _ process: Spec.Process, _ spec: Spec, _ facts: Facts, exec: Bool
  ) {
    let capabilities = Capabilities(process.capabilities)
    collect { plan throws(PlanError) in try plan.planAttributes(process, spec.linux) }
    if exec { planTerminal(process, console: false) }
    planLabels(process, facts)
    if process.noNewPrivileges == true { add(.setNoNewPrivileges, "/process/noNewPrivileges") }
    var filter: SeccompFilter?
    collect { plan throws(PlanError) in filter = try plan.seccompFilter(spec, facts) }
    // Without no_new_privs only CAP_SYS_ADMIN may load one; with it, the later the better.
    let loadsEarly = process.noNewPrivileges != true
    if let filter, loadsEarly { add(.loadSeccomp(filter), "/linux/seccomp") }
    let asked = process.capabilities == nil ? "" : "/process/capabilities"
    add(.limitBoundingCapabilities(capabilities.bounding), asked.isEmpty ? "" : "\(asked)/bounding")
    if process.user.uid != 0 {
      add(.ownStandardStreams(uid: process.user.uid), "/process/user/uid")
    }
    // With what is left of root's rights: the user's own may not reach there.
    add(.changeDirectory(process.cwd), "/process/cwd")
    collect { plan throws(PlanError) in try plan.planGroups(process, spec.linux, facts) }
    add(.setUser(uid: process.user.uid, gid: process.user.gid), "/process/user")
    add(.applyCapabilities(capabilities), asked)
    let umask = process.user.umask
    add(.setUmask(umask ?? 0o022), umask == nil ? "" : "/process/user/umask")
    let arguments = process.args ?? []
    add(.findProgram(arguments.first ?? ""), "/process/args/0")
    // The runtime, which hands the listener on, may be gone once the gate is open.
    let loadsBeforeGate = !loadsEarly && !exec && filter?.listener != nil
    if let filter, loadsBeforeGate { add(.loadSeccomp(filter), "/linux/seccomp") }
    if !exec { add(.waitAtGate) }
    if let filter, !loadsEarly, !loadsBeforeGate { add(.loadSeccomp(filter), "/linux/seccomp") }
    // They are programs of the image, so what is forbidden to it is to them.
    if !exec {
      for (index, hook) in (spec.hooks?.startContainer ?? []).enumerated() {
        add(.runHook(.startContainer, hook), "/hooks/startContainer/\(index)")
      }
    }
    add(
      .exec(
        PlannedProgram(
          arguments: arguments, environment: environment(process.env ?? [], facts),
          preservedDescriptors: facts.preservedDescriptors)), "/process/args")
  }

  /// The program's terminal, if it wants one.
  /// - Parameter console: whether it is /dev/console, too.
  mutating func planTerminal(_ process: Spec.Process?, console: Bool) {
    guard let process, process.terminal == true else { return }
    add(.openTerminal(process.consoleSize, console: console), "/process/terminal")
  }

  /// Each name once, with its last value: programs differ in which of two they believe. An empty
  /// HOME is as good as none, as in runc.
  private func environment(_ given: [String], _ facts: Facts) -> [String] {
    var names = Set<ExactText>(minimumCapacity: given.count + facts.environment.count)
    var environment: [String] = []
    for entry in (given + facts.environment).reversed() {
      let name = ExactText(Substring(entry.utf8.prefix { $0 != UInt8(ascii: "=") }))
      if names.insert(name).inserted { environment.append(entry) }
    }
    return environment.reversed().filter { $0 != "HOME=" }
  }

  private func seccompFilter(_ spec: Spec, _ facts: Facts) throws(PlanError) -> SeccompFilter? {
    guard let profile = spec.linux?.seccomp else { return nil }
    do throws(SeccompError) {
      var program = facts.seccompProgram
      if program == nil { program = try SeccompProgram.compile(profile) }
      guard let program else { return nil }
      return SeccompFilter(
        defaultAction: profile.defaultAction, rules: profile.syscalls?.count ?? 0, program: program,
        listener: profile.hasListener
          ? .init(path: profile.listenerPath ?? "", metadata: profile.listenerMetadata ?? "") : nil)
    } catch {
      throw PlanError(error.pointer, error.problem)
    }
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
