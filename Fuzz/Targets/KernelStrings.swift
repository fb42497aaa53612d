import ContainerPlan
import LinuxKernel
import OCISpec

extension Action {
  /// The strings of an act that end at their first NUL in a system call.
  var kernelStrings: [String] {
    switch self {
    case .createCgroup(let paths): paths
    case .joinCgroup(let cgroup): cgroup.distinct
    case .writeCgroup(let write): [write.directory, write.file]
    case .moveNetworkDevice(let name, let inside): [name, inside]
    case .joinNamespace(_, let path): [path]
    case .joinSessionKeyring(let name): [name]
    case .makeParentMountPrivate(let path), .openRootfs(let path), .makeDirectory(let path),
      .changeAttributes(let path, _), .makeReadonly(let path), .mask(let path),
      .changeDirectory(let path), .findProgram(let path):
      [path]
    case .mount(let mount): mount.kernelStrings
    case .makeDevice(let device), .bindDevice(let device): [device.path]
    case .makeLink(let path, let target): [path, target]
    case .setHostname(let name), .setDomainname(let name): [name]
    case .writeSysctl(let key, let value): [key, value]
    case .labelExec(_, let label): [label]
    case .loadSeccomp(let filter): filter.listener.map { [$0.path] } ?? []
    case .runHook(_, let hook): [hook.path] + (hook.args ?? []) + (hook.env ?? [])
    case .exec(let program): program.arguments + program.environment
    default: []
    }
  }
}

extension PlannedMount {
  fileprivate var kernelStrings: [String] {
    switch source {
    case .filesystem(let type, let source, let parameters):
      [destination, type, source ?? ""] + parameters
    case .bind(let path, _): [destination, path]
    }
  }
}
