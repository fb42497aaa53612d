import Cgroups
import LinuxKernel
import OCISpec

extension Plan {
  /// Nobody but root can do without one.
  func requireUserNamespace(_ linux: Spec.Linux?, _ facts: Facts) throws(PlanError) {
    guard facts.ordinaryUser != nil, linux?.has(.user) != true else { return }
    throw PlanError(
      "/linux/namespaces",
      "only root can make a container without a user namespace; \"apus spec --rootless\" writes a "
        + "config.json with one for you, or add {\"type\": \"user\"} and mappings to this one")
  }

  /// A container that silently goes without its limits would be worse than none. Rules on devices are
  /// no loss: what this user may not open, nobody in the container may.
  func refuseLimits(_ spec: Spec, _ facts: Facts) throws(PlanError) {
    let cgroup = CgroupPaths(layout: facts.cgroups, cgroupsPath: nil, id: facts.id)
    let limit: CgroupWrite?
    do throws(LimitError) {
      limit = try cgroup.writes(for: spec.linux?.resources).first
    } catch {
      throw PlanError(error.pointer, error.problem)
    }
    guard let limit else { return }
    throw PlanError(
      limit.pointer,
      facts.ordinaryUser == nil
        ? "nothing can be limited without a cgroup; leave the limits out, or have one made by "
          + "another --cgroup-manager"
        : "nothing can be limited without a cgroup, and this user may make none; leave the limits "
          + "out, or have root delegate a cgroup to this user")
  }

  /// Who is in the user namespace, if there is one, and that the process becomes its root.
  mutating func planUserNamespace(_ linux: Spec.Linux?, isMade: Bool, _ facts: Facts)
    throws(PlanError)
  {
    guard let linux, linux.has(.user) else { return }
    if isMade {
      add(
        .mapIDs(
          users: ranges(linux.uidMappings), groups: ranges(linux.gidMappings),
          by: mapper(linux, facts)), "/linux/uidMappings")
    }
    planRoot(linux, facts)
  }

  mutating func planRoot(_ linux: Spec.Linux?, _ facts: Facts) {
    add(.becomeRoot(keepingGroups: mapper(linux, facts) == .owner), "/linux/namespaces")
  }

  /// The supplementary groups of the process. In a user namespace that its owner has mapped they can
  /// be neither set nor dropped.
  mutating func planGroups(_ process: Spec.Process, _ linux: Spec.Linux?, _ facts: Facts)
    throws(PlanError)
  {
    let groups = process.user.additionalGids
    let pointer = "/process/user/additionalGids"
    guard mapper(linux, facts) == .owner else {
      return add(.setGroups(groups ?? []), groups == nil ? "" : pointer)
    }
    if groups?.isEmpty == false {
      throw PlanError(
        pointer, "can't be set where only one's own IDs are mapped; map those of /etc/subgid, too")
    }
  }

  private func mapper(_ linux: Spec.Linux?, _ facts: Facts) -> IDMapper {
    guard let own = facts.ordinaryUser else { return .root }
    func isOnly(_ id: UInt32, in mappings: [Spec.Linux.IDMapping]?) -> Bool {
      mappings?.count == 1 && mappings?.first?.size == 1 && mappings?.first?.hostID == id
    }
    return isOnly(own.uid, in: linux?.uidMappings) && isOnly(own.gid, in: linux?.gidMappings)
      ? .owner : .helpers
  }
}

extension Spec.Linux {
  /// Who the root of a new user namespace is on the host; nil where that is root, or not known.
  public var rootOnHost: (uid: UInt32, gid: UInt32)? {
    guard let uid = ranges(uidMappings).outside(of: 0), let gid = ranges(gidMappings).outside(of: 0)
    else { return nil }
    return (uid, gid)
  }
}
