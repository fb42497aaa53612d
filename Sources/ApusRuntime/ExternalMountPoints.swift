import CLinux
import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

extension Container {
  /// Where in the running container the host's mounts are, and the names by which the images have them.
  ///
  /// CRIU knows a mount by its place only, and the container's programs may have renamed folders and
  /// put links in their way since it was made. So each place must still hold what config.json has
  /// there: else one mount would come back in another one's place, a read-only one where it can be
  /// written to (CVE-2026-115520, CVE-2026-119101).
  func externalMountPoints(_ spec: Spec, _ purpose: String) throws(RuntimeError) -> [(
    key: String, value: String
  )] {
    let mounts = try externalMounts(spec, purpose)
    let root = try attempt(purpose) { () throws(KernelError) in
      try LinuxKernel.open("/proc/\(record.initProcessPID)/root", [.path, .directory])
    }
    var points: [(key: String, value: String)] = []
    for mount in mounts {
      guard let point = try place(of: mount, in: root.number, purpose) else { continue }
      do throws(PlanError) {
        try refuseUnreadable(point, mount.pointer)
      } catch {
        throw RuntimeError("\(purpose): (config.json \(error.pointer)): \(error.problem)")
      }
      points.append((point, mount.name))
    }
    return points
  }

  private func externalMounts(_ spec: Spec, _ purpose: String) throws(RuntimeError)
    -> [ExternalMount]
  {
    var facts = Plan.Facts(id: id, bundle: record.bundle, cgroups: .unified)
    if let layout = try? CgroupLayout.detect() { facts.cgroups = layout }
    facts.look(for: spec)
    // As it was when it was made, if the service manager was to hear of it.
    if access("\(store.root)/\(id)/notify", F_OK) == 0, let notify = NotifySocket(host: "@") {
      facts.mounts = [notify.mount(state: "\(store.root)/\(id)")]
    }
    do throws(PlanError) {
      return try Plan(drafting: spec, facts: facts).externalMounts(of: spec)
    } catch {
      throw RuntimeError("\(purpose): (config.json \(error.pointer)): \(error.problem)")
    }
  }

  /// The mount point, without links; nil where nothing is mounted any more.
  private func place(of mount: ExternalMount, in root: Int32, _ purpose: String)
    throws(RuntimeError) -> String?
  {
    let words = mount.pointer.isEmpty ? mount.destination : "config.json \(mount.pointer)"
    do throws(KernelError) {
      let place = try mount.openPlace(in: root)
      guard try isMount(place.number, path: mount.destination) else { return nil }
      switch try mount.standing(at: place.number, in: root) {
      case .there: return try readLink("/proc/self/fd/\(place.number)")
      case .gone: return nil
      case .replaced: break
      }
    } catch {
      // What is hidden need not be there.
      if case .null = mount.source,
        error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory
      {
        return nil
      }
      throw RuntimeError("\(purpose): (\(words))", error)
    }
    throw RuntimeError(
      "\(purpose): (\(words)): at \(mount.destination) in the container there is something else than "
        + "\(mount.source.path) of the host")
  }
}

/// Whether something is mounted at a place.
func isMount(_ place: Int32, path: String) throws(KernelError) -> Bool {
  try check("statx", path) { apus_is_mount_root(place) } > 0
}

extension ExternalMount {
  /// Its place in a container.
  func openPlace(in root: Int32) throws(KernelError) -> Descriptor {
    try LinuxKernel.open(destination, in: root, isLink ? [.path, .noFollow] : .path)
  }

  fileprivate enum Standing { case there, gone, replaced }

  /// Whether a place holds what is to be there.
  fileprivate func standing(at place: Int32, in root: Int32) throws(KernelError) -> Standing {
    let found = try LinuxKernel.status(place, path: destination)
    switch source {
    case .null:
      // Directories are hidden under a file system of the container's own; files under its own null
      // device, too, which CRIU knows where to find. In a user namespace that is the host's.
      let devices = try open("/dev", in: root, [.path, .directory])
      let own = try LinuxKernel.status(devices.number, path: "/dev").st_dev
      return found.isCharacterDevice(1, 3) && found.st_dev != own ? .there : .gone
    case .cgroup:
      let magic = try filesystemType(of: place, path: destination)
      return magic == 0x27_e0eb /* CGROUP_SUPER_MAGIC */ || magic == 0x6367_7270 ? .there : .gone
    case .path(let path):
      let source = try LinuxKernel.status(of: path, followLinks: !isLink)
      return source.st_dev == found.st_dev && source.st_ino == found.st_ino ? .there : .replaced
    }
  }
}
