import ContainerPlan
import Glibc
import LinuxKernel

/// Copies mounts of the host, with this process's rights, for a process that may not reach them.
///
/// That is done in its mount namespace: only what comes from there can it attach, and there the kernel
/// knows what a user namespace must not change, such as the host's read-only.
func cloneTree(_ path: String, recursive: Bool, for process: borrowing ProcessDescriptor)
  throws(KernelError) -> Descriptor
{
  let sockets = try PacketSocket.pair()
  switch try clone() {
  case .child:
    do throws(KernelError) {
      try join([.mount], of: process.number)
      let tree = try cloneTree(path, recursive: recursive)
      try sockets.inner.send([0], with: tree.number)
    } catch {
      try? sockets.inner.send(Message.source.bytes(error.errno.rawValue))
    }
    _exit(0)
  case .parent(let helper):
    let socket = sockets.outerAlone()
    var answer = try socket.receive()
    _ = try helper.reap()
    if let tree = answer.passenger.take() { return tree }
    let number = Message.number(in: answer.bytes) ?? ESRCH
    throw KernelError(call: "open_tree", subject: path, errno: .init(rawValue: number))
  }
}
