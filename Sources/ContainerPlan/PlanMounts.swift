import Cgroups
import LinuxKernel
import OCISpec

extension Plan {
  mutating func plan(
    _ mount: Spec.Mount, _ pointer: String, _ spec: Spec, _ facts: Facts, _ cgroup: CgroupPaths
  ) throws(PlanError) {
    var options = MountOptions(mount.options ?? [])
    let destination = clean(mount.destination)
    let type = mount.type ?? ""
    if options.remount {
      if options.bind == nil, !options.parameters.isEmpty {
        add(.reconfigure(path: destination, options.parameters), pointer)
      }
      return add(
        .changeAttributes(path: destination, MountChange(set: options.set, clear: options.clear)),
        pointer)
    }
    let bind = options.bind ?? (type == "bind" ? false : nil)
    try checkProc(destination, type, isBind: bind != nil, pointer)
    if let recursive = bind {
      let source = Self.source(of: mount, bundle: facts.bundle)
      if options.copiesLink, let target = facts.links[source] {
        return add(.copyLink(path: destination, target: target), pointer)
      }
      // The file system is there already: what is for its maker means nothing.
      options.parameters = []
      options.copiesUp = false
      options.clearUnnamed(inUserNamespace: spec.linux?.has(.user) == true)
      add(
        .mount(
          PlannedMount(
            destination: destination,
            source: .bind(path: source, recursive: recursive), options: options,
            mustBeProcfs: destination == "/proc",
            idMapping: idMapping(mount, options))), pointer)
      return
    }
    if type == "cgroup" || type == "cgroup2" {
      return planCgroupMount(
        destination, options, pointer, spec.linux, facts, cgroup)
    }
    let parameters = options.parameters + (try mountLabel(spec.linux, type, facts))
    options.parameters = []
    if isFilledBeforeReadonly(mount) {
      options.set.remove(.readOnly)
      options.recursiveSet.remove(.readOnly)
    }
    add(
      .mount(
        PlannedMount(
          destination: destination,
          source: .filesystem(
            type: type, source: mount.source.flatMap { $0.isEmpty ? nil : $0 },
            parameters: parameters),
          options: options)), pointer)
  }

  /// The path of a bind's source: a relative one is from the bundle on.
  public static func source(of mount: Spec.Mount, bundle: String) -> String {
    let source = mount.source ?? ""
    return isAbsolute(source) ? source : "\(bundle)/\(source)"
  }

  /// Mappings map without the option, too; without any, those of the container's user namespace do.
  private func idMapping(_ mount: Spec.Mount, _ options: MountOptions) -> PlannedMount.IDMapping? {
    let (users, groups) = (ranges(mount.uidMappings), ranges(mount.gidMappings))
    guard options.idMap != nil || !users.isEmpty || !groups.isEmpty else { return nil }
    return PlannedMount.IDMapping(
      source: users.isEmpty && groups.isEmpty
        ? .container : .ranges(users: users, groups: groups),
      recursive: options.idMap ?? false)
  }

  /// Nothing may be mounted within /proc but over the files that tell of resources (CVE-2019-16884).
  private func checkProc(_ destination: String, _ type: String, isBind: Bool, _ pointer: String)
    throws(PlanError)
  {
    if destination == "/proc" {
      guard type == "proc" || isBind else {
        throw PlanError(
          "\(pointer)/destination",
          "\"/proc\" can hold a procfs only: use the type proc, or a bind of one")
      }
      return
    }
    guard isPath(destination, atOrBelow: "/proc"), !Self.mountableInProc.contains(destination)
    else {
      return
    }
    throw PlanError(
      "\(pointer)/destination",
      "\"\(destination)\" cannot be mounted because it is inside /proc; allowed there: "
        + Self.mountableInProc.joined(separator: ", "))
  }

  private static let mountableInProc = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps",
    "/proc/uptime", "/proc/loadavg", "/proc/slabinfo", "/proc/net/dev",
    "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
  ]

  /// The type "cgroup" stands for what the host has: one tree, or a folder of them.
  private mutating func planCgroupMount(
    _ destination: String, _ options: MountOptions, _ pointer: String, _ linux: Spec.Linux?,
    _ facts: Facts, _ cgroup: CgroupPaths
  ) {
    var plain = options
    plain.parameters = []
    let ownNamespace = linux?.has(.cgroup) == true
    guard case .legacy(let hierarchies) = facts.cgroups else {
      var source = PlannedMount.Source.filesystem(
        type: "cgroup2", source: "cgroup", parameters: [])
      if linux?.has(.user) == true && !ownNamespace {
        // Who is root in a user namespace only may not mount the tree of the host's cgroup namespace.
        if let own = cgroup.distinct.first {
          source = .bind(path: own, recursive: false)
        } else {
          // What a recursive bind of /sys has brought along is covered.
          source = .filesystem(type: "tmpfs", source: "tmpfs", parameters: ["mode=755"])
          plain.set.insert(.readOnly)
        }
      }
      return add(
        .mount(PlannedMount(destination: destination, source: source, options: plain)), pointer)
    }
    add(
      .mount(
        PlannedMount(
          destination: destination,
          source: .filesystem(type: "tmpfs", source: "tmpfs", parameters: ["mode=755"]))), pointer)
    // As in runc, the v2 tree beside the v1 ones stays out.
    for hierarchy in hierarchies where !hierarchy.controllers.isEmpty {
      let controllers = hierarchy.controllerNames
      let folder = hierarchy.folder
      let source: PlannedMount.Source
      if ownNamespace {
        source = .filesystem(
          type: "cgroup", source: "cgroup",
          parameters: controllers[0].hasPrefix("name=") ? ["none", controllers[0]] : controllers)
      } else {
        // The container's own directory: the rest of the tree is none of its business.
        source = .bind(path: cgroup[controllers[0]] ?? hierarchy.mountPoint, recursive: false)
      }
      add(.mount(PlannedMount(destination: "\(destination)/\(folder)", source: source)), pointer)
      for name in controllers where controllers.count > 1 {
        add(.makeLink(path: "\(destination)/\(name)", target: folder), pointer)
      }
    }
    // All at once, when the mount points are made.
    let change = MountChange(
      set: plain.set.union(plain.recursiveSet), clear: plain.clear.union(plain.recursiveClear),
      propagation: plain.propagation.last?.propagation, recursive: true)
    if change != MountChange(recursive: true) {
      add(.changeAttributes(path: destination, change), pointer)
    }
  }
}

/// Whether a new file system may be that of a block device: its source is a path.
func mountsBlockDevice(_ spec: Spec) -> Bool {
  (spec.mounts ?? []).contains { mount in
    isAbsolute(mount.source ?? "") && mount.type != "bind"
      && MountOptions(mount.options ?? []).bind == nil
  }
}
