import ContainerPlan
import Glibc
import LinuxKernel

/// Copies the mounts of the host that a step binds, with this process's rights, and sends them to a
/// process that may not do that itself.
///
/// A child does it, in the mount namespace of that process: only what comes from there can be attached
/// there, and there the kernel knows what a user namespace must not change, such as the host's
/// read-only.
func sendSource(
  of mount: PlannedMount, step index: Int, to process: borrowing ProcessDescriptor,
  over socket: borrowing PacketSocket
) throws(KernelError) {
  switch try clone() {
  case .child:
    do throws(KernelError) {
      let tree = try cloneSource(of: mount, for: process)
      try socket.send([1], with: tree.number)
      _exit(0)
    } catch {
      try? socket.send(StepFailure(step: index, reason: error.description).encoded)
      _exit(0)
    }
  case .parent(let helper):
    let end = try helper.reap()
    guard let end, end != .exited(0) else { return }
    try socket.send(StepFailure(step: index, reason: "its helper \(end)").encoded)
  }
}

private func cloneSource(of mount: PlannedMount, for process: borrowing ProcessDescriptor)
  throws(KernelError) -> Descriptor
{
  guard case .bind(let path, let recursive) = mount.source else {
    throw KernelError(call: "bind", subject: mount.destination, errno: .invalidArgument)
  }
  let namespace = try userNamespace(for: mount.idMapping, of: process)
  try join([.mount], of: process.number)
  let tree = try cloneTree(
    path, recursive: recursive, followLinks: mount.options.followsSource)
  if let mapping = mount.idMapping {
    try mapIDs(
      of: tree.number, by: namespace.polledNumber, recursive: mapping.recursive, path: path)
  }
  return tree
}

private func userNamespace(
  for mapping: PlannedMount.IDMapping?, of process: borrowing ProcessDescriptor
) throws(KernelError) -> Descriptor? {
  switch mapping?.source {
  case .ranges(let users, let groups): try makeUserNamespace(users: users, groups: groups)
  case .container: try open("/proc/\(process.pid)/ns/user", .readOnly)
  case nil: nil
  }
}
