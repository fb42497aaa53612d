import Cgroups
import OCISpec

extension Plan {
  /// Who may write to the cgroup's files inside owns them: the process's user, in v2, where the
  /// container sees its own cgroup alone. In v1 that would not be safe. (config-linux.md, Cgroup
  /// ownership)
  mutating func handOverCgroup(_ cgroup: CgroupPaths, _ spec: Spec, _ facts: Facts) {
    guard cgroup.isUnified, facts.ordinaryUser == nil, spec.linux?.makesCgroupNamespace == true,
      let user = spec.process?.user.uid,
      let mount = (spec.mounts ?? []).firstIndex(where: { $0.isWritableCgroup })
    else { return }
    let uid =
      spec.linux?.has(.user) == true ? ranges(spec.linux?.uidMappings).outside(of: user) : user
    // It is root's as it is.
    guard let uid, uid != 0 else { return }
    add(.handOverCgroup(uid: uid), "/mounts/\(mount)")
  }
}

extension Spec.Linux {
  fileprivate var makesCgroupNamespace: Bool {
    (namespaces ?? []).contains { $0.type == "cgroup" && ($0.path ?? "").isEmpty }
  }
}

extension Spec.Mount {
  fileprivate var isWritableCgroup: Bool {
    (type == "cgroup" || type == "cgroup2") && CgroupPaths.clean(destination) == "sys/fs/cgroup"
      && (options ?? []).last { $0 == "ro" || $0 == "rw" } != "ro"
  }
}
