import Cgroups
import LinuxKernel
import OCISpec

extension Plan {
  /// The root file system: mounts, devices, and the change of root.
  mutating func planRootfs(_ spec: Spec, _ facts: Facts, _ cgroup: CgroupPaths) {
    let wanted = spec.linux?.rootfsPropagation ?? ""
    let change = MountOptions([wanted]).propagation.first
    let rootfs = rootfs(spec, facts)
    planPropagation(change?.propagation, rootfs)
    let mounts = planMounts(on: rootfs, spec, facts, cgroup)
    planHooks(spec.hooks)
    add(facts.noPivot ? .moveRoot : .pivotRoot)
    planAfterPivot(spec, mounts)
  }

  /// What is mounted on the root file system, and the devices there. Returns the mounts of config.json
  /// with their places in the container.
  private mutating func planMounts(
    on rootfs: String, _ spec: Spec, _ facts: Facts, _ cgroup: CgroupPaths
  ) -> [Spec.Mount] {
    add(.openRootfs(rootfs), "/root/path")
    let mounts = (spec.mounts ?? []).map { mount in
      var mount = mount
      mount.destination = inside(clean(rootfs), clean(mount.destination))
      return mount
    }
    var joins = joinsCgroupAmongMounts(spec, cgroup)
    for (index, mount) in mounts.enumerated() {
      if joins, mount.mayBeOfCgroups {
        planJoin(cgroup)
        joins = false
      }
      collect { plan throws(PlanError) in
        try plan.plan(mount, "/mounts/\(index)", spec, facts, cgroup)
      }
    }
    if joins { planJoin(cgroup) }
    for mount in facts.mounts {
      collect { plan throws(PlanError) in try plan.plan(mount, "", spec, facts, cgroup) }
    }
    if mountsBlockDevice(spec) {
      collect { plan throws(PlanError) in
        try plan.planDeviceRules(spec.linux?.resources, cgroup, facts)
      }
    }
    // A bind over /dev brings its own devices.
    let devices = !mounts.contains {
      clean($0.destination) == "/dev"
        && ($0.type == "bind" || MountOptions($0.options ?? []).bind != nil)
    }
    if devices { planDevices(spec) }
    return mounts
  }

  /// Where all mounts are the host's, those of the container are made there, and undone when it is
  /// deleted. It is confined to its root as far as chroot(2) does that.
  mutating func planRootfsInPlace(_ spec: Spec, _ facts: Facts, _ cgroup: CgroupPaths)
    throws(PlanError)
  {
    let hint = "without a mount namespace; add {\"type\": \"mount\"} to /linux/namespaces"
    if spec.linux?.has(.user) == true {
      throw PlanError("/linux/namespaces", "a user namespace can have no devices \(hint)")
    }
    if spec.mounts?.isEmpty == false || spec.root?.readonly == true {
      let mounts = planMounts(on: rootfs(spec, facts), spec, facts, cgroup)
      planHooks(spec.hooks)
      add(.chroot)
      return planAfterPivot(spec, mounts)
    }
    // From the devpts of the host, while that is in sight.
    planTerminal(spec.process, console: false)
    add(.openRootfsInPlace(rootfs(spec, facts)), "/root/path")
    planDevices(spec)
    planHooks(spec.hooks)
    add(.chroot)
    planWorkingDirectory(spec.process)
  }

  private func rootfs(_ spec: Spec, _ facts: Facts) -> String {
    let path = spec.root?.path ?? "rootfs"
    return isAbsolute(path) ? path : "\(facts.bundle)/\(path)"
  }

  /// Before / becomes read-only; runc makes it, too.
  private mutating func planWorkingDirectory(_ process: Spec.Process?) {
    if let cwd = process?.cwd, clean(cwd) != "/" {
      add(.makeDirectory(clean(cwd)), "/process/cwd")
    }
  }

  /// The hooks of create: when the container's mounts are made, and not yet all that it sees.
  mutating func planHooks(_ hooks: Spec.Hooks?) {
    for (index, hook) in (hooks?.prestart ?? []).enumerated() {
      add(.runHook(.prestart, hook), "/hooks/prestart/\(index)")
    }
    for (index, hook) in (hooks?.createRuntime ?? []).enumerated() {
      add(.runHook(.createRuntime, hook), "/hooks/createRuntime/\(index)")
    }
    for (index, hook) in (hooks?.createContainer ?? []).enumerated() {
      add(.runHook(.createContainer, hook), "/hooks/createContainer/\(index)")
    }
  }

  /// Slave by default: mounts of the host come in, none goes out.
  private mutating func planPropagation(_ wanted: Propagation?, _ rootfs: String) {
    let pointer = wanted == nil ? "" : "/linux/rootfsPropagation"
    // What is unbindable can't be cloned, so that comes after the pivot.
    let first = wanted == .unbindable ? .private : wanted ?? .slave
    add(.setRootPropagation(first), pointer)
    // Else the container's own root would appear on the host, under the rootfs' path.
    if wanted == .shared { add(.makeParentMountPrivate(rootfs), pointer) }
  }

  private mutating func planAfterPivot(_ spec: Spec, _ mounts: [Spec.Mount]) {
    planWorkingDirectory(spec.process)
    // /dev/console is made, and mounted on.
    planTerminal(spec.process, console: true)
    for (index, mount) in mounts.enumerated() where isFilledBeforeReadonly(mount) {
      let options = MountOptions(mount.options ?? [])
      guard options.isReadonly, options.bind == nil, !options.remount else { continue }
      add(
        .changeAttributes(path: clean(mount.destination), MountChange(set: .readOnly)),
        "/mounts/\(index)/options")
    }
    if spec.root?.readonly == true {
      add(.changeAttributes(path: "/", MountChange(set: .readOnly)), "/root/readonly")
    }
  }

  /// Last of all, since what is unbindable can't be masked any more.
  mutating func planRootfsPropagation(_ spec: Spec) {
    guard spec.linux?.has(.mount) == true,
      let wanted = MountOptions([spec.linux?.rootfsPropagation ?? ""]).propagation.first,
      wanted.propagation != .slave
    else { return }
    let change = MountChange(propagation: wanted.propagation, recursive: wanted.recursive)
    add(.changeAttributes(path: "/", change), "/linux/rootfsPropagation")
  }

  private mutating func planDevices(_ spec: Spec) {
    let asked = spec.linux?.devices ?? []
    for (name, major, minor) in Self.defaultDevices
    where !asked.contains(where: { clean($0.path) == "/dev/\(name)" }) {
      plan(
        PlannedDevice(
          path: "/dev/\(name)", type: "c", major: major, minor: minor, mode: 0o666, uid: 0,
          gid: 0), "", spec)
    }
    for (index, device) in asked.enumerated() {
      plan(
        PlannedDevice(
          path: clean(device.path), type: device.type == "u" ? "c" : device.type,
          major: UInt32(truncatingIfNeeded: device.major),
          minor: UInt32(truncatingIfNeeded: device.minor),
          mode: (device.fileMode ?? 0o666) & 0o7777, uid: device.uid ?? 0, gid: device.gid ?? 0),
        "/linux/devices/\(index)", spec)
    }
    for (path, target) in Self.defaultLinks { add(.makeLink(path: path, target: target)) }
  }

  /// In a user namespace only a FIFO can be made: mknod(2) of a device is for the host's root.
  private mutating func plan(_ device: PlannedDevice, _ pointer: String, _ spec: Spec) {
    let isBound = spec.linux?.has(.user) == true && device.type != "p"
    add(isBound ? .bindDevice(device) : .makeDevice(device), pointer)
  }

  /// config-linux.md, Default Devices.
  private static let defaultDevices: [(String, UInt32, UInt32)] = [
    ("null", 1, 3), ("random", 1, 8), ("full", 1, 7), ("tty", 5, 0), ("zero", 1, 5),
    ("urandom", 1, 9),
  ]

  /// runtime-linux.md, Dev symbolic links; /dev/core as runc makes it.
  private static let defaultLinks = [
    ("/dev/ptmx", "pts/ptmx"), ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
    ("/dev/core", "/proc/kcore"),
  ]
}

/// Whether what comes later is still made in a mount: devices, or the places of other mounts. One
/// that is to be read-only becomes so at the end.
func isFilledBeforeReadonly(_ mount: Spec.Mount) -> Bool {
  mount.type == "tmpfs" || clean(mount.destination) == "/dev"
}

extension Spec.Mount {
  /// Whether there may be something of the container's cgroups in it.
  fileprivate var mayBeOfCgroups: Bool {
    type == "cgroup" || type == "cgroup2" || isPath(clean(source ?? ""), atOrBelow: "/sys")
  }
}

/// A destination in the container: a caller of runc may give it as the path on the host.
private func inside(_ rootfs: String, _ path: String) -> String {
  guard rootfs != "/", isPath(path, atOrBelow: rootfs) else { return path }
  return clean(String(Substring(path.utf8.dropFirst(rootfs.utf8.count))))
}
