import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

extension CgroupLayout {
  /// The cgroup of v2 that a container's is below, unless `cgroupsPath` is absolute. Who is not the
  /// host's root, but at most that of a user namespace, may only have cgroups beside its own.
  func above(isHostsRoot: Bool) -> String { isHostsRoot ? "/" : besideOwn }
}

extension Plan.Facts {
  /// Looks who this process is, and whether the kernel has the modules whose labels are asked for.
  mutating func look(for process: Spec.Process?, _ linux: Spec.Linux? = nil) {
    if geteuid() != 0 { ordinaryUser = (geteuid(), getegid()) }
    restrictsDevices = isHostsRoot()
    cgroupAbove = cgroups.above(isHostsRoot: restrictsDevices)
    func isGiven(_ text: String?) -> Bool { text?.isEmpty == false }
    if isGiven(process?.apparmorProfile), SecurityModule.appArmor.isEnabled {
      securityModules.insert(.appArmor)
    }
    if isGiven(process?.selinuxLabel) || isGiven(linux?.mountLabel),
      SecurityModule.selinux.isEnabled
    {
      securityModules.insert(.selinux)
    }
  }

  /// Looks at the host for all that a container's configuration depends on.
  mutating func look(for spec: Spec) {
    look(for: spec.process, spec.linux)
    for mount in spec.mounts ?? [] where mount.options?.contains("copy-symlink") == true {
      let path = Plan.source(of: mount, bundle: bundle)
      links[path] = try? readLink(path)
    }
    if let rdt = spec.linux?.intelRdt, let root = resctrlMountPoint() {
      resctrl = Resctrl(root: root)
      let group = ResctrlGroups(rdt, id: id, root: root).control
      resctrl?.hasGroup = (try? status(of: group).isDirectory) == true
    }
  }
}
