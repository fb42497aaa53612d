import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// Limits the host's mounts as config.json does. Where two of one file system are limited alike, CRIU
/// (4.2) restores the second one without: it thinks that the first one's limits come along.
func limit(_ mounts: [ExternalMount], of pid: Int32, _ purpose: String)
  throws(RuntimeError)
{
  let limited = mounts.filter { !$0.limits.isEmpty }
  guard !limited.isEmpty else { return }
  try attempt("\(purpose): limit its mounts as config.json does") { () throws(KernelError) in
    let process = try ProcessDescriptor(opening: pid)
    let root = try open("/proc/\(pid)/root", [.path, .directory])
    // The kernel changes mounts of the caller's mount namespace only.
    switch try clone() {
    case .child:
      do throws(KernelError) {
        try join([.mount], of: process.number)
        for mount in limited {
          let place = try mount.openPlace(in: root.number)
          // What is no mount is a part of another one, and not to be limited.
          guard try isMount(place.number, path: mount.destination) else { continue }
          try setAttributes(of: place.number, set: mount.limits, path: mount.destination)
        }
        _exit(0)
      } catch {
        _exit(error.errno.rawValue)
      }
    case .parent(let helper):
      let end = try helper.reap()
      if end == .exited(0) { return }
      let errno =
        if case .exited(let number) = end { Errno(rawValue: number) } else { Errno.interrupted }
      throw KernelError(call: "mount_setattr", subject: "in the container", errno: errno)
    }
  }
}

/// Sees to it that no mount that is to be read-only has come back as one that can be written to.
func requireReadonly(_ mounts: [ExternalMount], of pid: Int32, _ purpose: String)
  throws(RuntimeError)
{
  for mount in mounts where mount.isReadonly {
    let attempt = "\(purpose): check its mount (config.json \(mount.pointer))"
    do throws(KernelError) {
      let root = try open("/proc/\(pid)/root", [.path, .directory])
      let place = try mount.openPlace(in: root.number)
      if try isReadonlyMount(place.number, path: mount.destination) { continue }
    } catch {
      throw RuntimeError(attempt, error)
    }
    throw RuntimeError("\(attempt): \(mount.destination) was read-only and no longer is")
  }
}
