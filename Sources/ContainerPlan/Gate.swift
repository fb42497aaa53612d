import CLinux
import Glibc
import LinuxKernel
import SystemPackage

/// Init's side of the start gate (docs/handshake.md): returns once a start has opened it.
///
/// The unlink of the FIFO is what commits a start, so init goes on only when it has seen the last
/// link gone: a start that dies before that leaves a container that can be started again.
/// - Parameters:
///   - fifo: an O_PATH descriptor of exec.fifo.
///   - path: where `procfs` shows that descriptor.
///   - startsLater: whether memory is given back first, and `pagemap`, which tells what may be.
func passGate(
  _ fifo: Int32, _ path: String, _ procfs: Int32, startsLater: Bool,
  _ pagemap: consuming Descriptor?
) throws(KernelError) {
  // Where a seccomp filter forbids to look, init goes on once it has written.
  func isUnlinked() -> Bool { (try? status(fifo, path: "exec.fifo").st_nlink == 0) ?? true }
  var hold: Int32 = 2
  var writer =  // blocks: the gate
    startsLater
    ? try open(path, .writeOnly, at: procfs, inLittleMemory: pagemap)
    : try open(path, .writeOnly, at: procfs)
  while true {
    _ = Glibc.write(writer.number, "0", 1)  // EPIPE: the reader has left
    var entry = pollfd(fd: writer.number, events: 0, revents: 0)
    let ready = poll(&entry, 1, hold)  // POLLERR, when the last reader has closed
    if ready < 0, errno != EINTR { return }  // forbidden, too
    if isUnlinked() { return }
    // A reader that reads to the end waits for this end to be closed.
    _ = (consume writer)
    if ready == 0 {
      poll(nil, 0, hold / 2)
      hold = min(2 * hold, 64)
    }
    do throws(KernelError) {
      writer = try open(path, [.writeOnly, .nonBlocking], at: procfs)
    } catch {
      guard error.errno == .noSuchAddressOrDevice else { throw error }  // ENXIO: nobody reads
      if isUnlinked() { return }
      writer = try open(path, .writeOnly, at: procfs)
    }
  }
}
