import LinuxKernel
import OCISpec

/// What a container has mounted that comes from the host: CRIU does not keep its content, but asks for
/// it by a name when the container is restored.
public struct ExternalMount: Equatable, Sendable {
  /// What the host has.
  public enum Source: Equatable, Sendable {
    /// A path that config.json binds.
    case path(String)
    /// The container's own cgroup in a hierarchy, which is another one after a restore.
    case cgroup(String)
    /// The null device, over a file that is hidden.
    case null

    /// The path on the host.
    public var path: String {
      switch self {
      case .path(let path), .cgroup(let path): path
      case .null: "/dev/null"
      }
    }
  }

  /// The name in the images. It is what config.json says, never what a link of the image makes of it:
  /// that could be another mount's name (CVE-2026-119101). As runc's, it is the place in the container,
  /// so each restores what the other has saved, and an engine may list its mounts in another order.
  public let name: String
  /// The place in the container, in which there may be links.
  public let destination: String
  /// What is mounted.
  public let source: Source
  /// Whether a link at the place itself is meant, and not what it leads to.
  public var isLink = false
  /// What can't be done through it: "ro", "nosuid" and their like.
  public var limits: MountAttributes = []
  /// The JSON pointer of what asks for it.
  public let pointer: String
}

extension ExternalMount {
  /// Whether nothing may be written through it.
  public var isReadonly: Bool { limits.contains(.readOnly) }
}

extension Plan {
  /// What is mounted from the host. Throws for what CRIU could not tell apart.
  /// - Parameter spec: what the plan was made of.
  public func externalMounts(of spec: Spec) throws(PlanError) -> [ExternalMount] {
    var mounts: [ExternalMount] = []
    let cgroups = spec.pointersOfCgroups
    for step in steps {
      guard let mount = ExternalMount(step, isCgroup: cgroups.contains(step.pointer)) else {
        continue
      }
      if case .mount(let planned) = step.action, planned.idMapping != nil {
        throw PlanError(
          step.pointer, "an ID-mapped mount, which CRIU would restore without its IDs")
      }
      try refuseUnreadable(mount.destination, step.pointer)
      if let same = mounts.first(where: { $0.isNamed(as: mount) && !$0.isOfSame(mount) }) {
        throw PlanError(
          mount.pointer,
          "CRIU can't tell it from \(same.pointer.isEmpty ? "another mount" : same.pointer), which has "
            + "the same place, \(mount.name); leave one of them out")
      }
      mounts.append(mount)
    }
    return mounts
  }
}

extension Spec {
  /// Where mounts of the type "cgroup" are asked for, which come to several binds.
  fileprivate var pointersOfCgroups: Set<String> {
    var pointers: Set<String> = []
    for (index, mount) in (mounts ?? []).enumerated()
    where ["cgroup", "cgroup2"].contains(mount.type)
      && MountOptions(mount.options ?? []).bind == nil
    {
      pointers.insert("/mounts/\(index)")
    }
    return pointers
  }
}

/// Refuses a path that CRIU would take for another one: it is kept in one text, and read back up to a
/// bracket and a colon (CVE-2026-119614).
public func refuseUnreadable(_ path: String, _ pointer: String) throws(PlanError) {
  guard zip(path.utf8, path.utf8.dropFirst()).contains(where: { $0 == (0x5d, 0x3a) }) else {
    return
  }
  throw PlanError(
    pointer, "\"\(path)\" has \"]:\" in it, which CRIU can't read back; mount it elsewhere")
}

/// The same path without "." in it, which CRIU 3.17 takes for a mount point.
private func withoutDots(_ path: String) -> String {
  let names = path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual([0x2e]) }
  return "/" + names.map { String(Substring($0)) }.joined(separator: "/")
}

extension ExternalMount {
  fileprivate init?(_ step: Step, isCgroup: Bool) {
    switch step.action {
    case .mount(let mount):
      guard case .bind(let path, _) = mount.source else { return nil }
      self.init(
        name: mount.destination, destination: mount.destination,
        source: isCgroup ? .cgroup(path) : .path(withoutDots(path)),
        isLink: !mount.options.followsDestination,
        limits: mount.options.limits, pointer: step.pointer)
    case .bindDevice(let device):
      self.init(
        name: device.path, destination: device.path, source: .path(device.path),
        pointer: step.pointer)
    case .mask(let path):
      self.init(name: "/dev/null", destination: path, source: .null, pointer: step.pointer)
    default: return nil
    }
  }

  fileprivate func isNamed(as other: ExternalMount) -> Bool {
    ExactText(name[...]) == ExactText(other.name[...])
  }

  fileprivate func isOfSame(_ other: ExternalMount) -> Bool {
    ExactText(source.path[...]) == ExactText(other.source.path[...])
  }
}
