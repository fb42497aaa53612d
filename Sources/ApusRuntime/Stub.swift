import LinuxKernel
import OCISpec
import Glibc
struct Foreground: ~Copyable {
  init(subreaper: Bool, log: @escaping (LogLevel, String) -> Void) throws(RuntimeError) {}
  func wait(for process: borrowing ProcessDescriptor, relay: inout TerminalRelay?, notify: inout NotifyRelay?) throws(RuntimeError) -> Termination {
    do throws(KernelError) { return try process.reap() ?? .exited(0) } catch { throw RuntimeError("x", error) }
  }
}
struct TerminalRelay: ~Copyable { init(_ t: consuming HostTerminal, master: consuming Descriptor) throws(RuntimeError) {} }
struct HostTerminal: ~Copyable { init() throws(RuntimeError) {} }
struct NotifyRelay: ~Copyable { mutating func forward(untilReadyOrEndOf p: borrowing ProcessDescriptor) throws(RuntimeError) {} }
struct NotifySocket {
  init?() { return nil }
  var environment: String { "" }
  func mount(state: String) -> Spec.Mount { Spec.Mount(destination: "") }
  func prepare(in f: Int32) throws(RuntimeError) {}
  func listen(in: Int32, mainPID: Int32) throws(RuntimeError) -> NotifyRelay? { nil }
}
