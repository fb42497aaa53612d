import CLinux
import Glibc
import LinuxKernel
import OCISpec

extension ContainerPerformer {
  /// Sets the supplementary groups. Below a user namespace whose maker has denied that, as `unshare
  /// --map-root-user` does, those that are there can't be dropped, and stay, as in runc.
  mutating func setGroups(_ groups: [UInt32]) throws(KernelError) {
    do throws(KernelError) {
      let subject = groups.isEmpty ? "to none" : ""
      try check("setgroups", subject) { apus_setgroups(groups.count, groups) }
    } catch {
      guard error.errno == .notPermitted, groups.isEmpty, isDeniedGroups else { throw error }
    }
  }

  private var isDeniedGroups: Bool {
    mutating get {
      // The container's own /proc may be anything.
      guard
        let bytes = seesHost
          ? try? readFile("/proc/self/setgroups")
          : try? readKernelFile("self/setgroups", at: proc())
      else { return false }
      return bytes.starts(with: "deny".utf8)
    }
  }

  func setUser(_ uid: UInt32, _ gid: UInt32) throws(KernelError) {
    // Keeps the permitted set over the change of user, until the sets are applied.
    try check("prctl PR_SET_KEEPCAPS") { apus_prctl(8, 1, 0, 0, 0) }
    try check("setresgid", "\(gid)") { apus_setresgid(gid) }
    try check("setresuid", "\(uid)") { apus_setresuid(uid) }
    // The kernel takes it back, where fs.suid_dumpable is 1.
    if isRoots { hideFromContainer() }
  }

  mutating func become(_ capabilities: Capabilities) throws(KernelError) {
    try apply(capabilities)
    guard let (step, path) = pendingDirectory else { return }
    pendingDirectory = nil
    do throws(KernelError) {
      try changeDirectory(to: path)
    } catch {
      fail(step, error.description)
    }
  }

  mutating func changeDirectory(_ path: String, _ step: Int) throws(KernelError) {
    do throws(KernelError) {
      try changeDirectory(to: path)
    } catch {
      // Root may be the one that is kept out: of a FUSE mount, or by an NFS server.
      guard error.errno == .permissionDenied, path != "/" else { throw error }
      pendingDirectory = (step, path)
    }
  }

  private func changeDirectory(to path: String) throws(KernelError) {
    try check("chdir", path) { chdir(path) }
    // A directory outside of the root has no path that begins with a slash (CVE-2024-21626).
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = apus_getcwd(&buffer, buffer.count)
    guard length > 0, buffer[0] == CChar(UInt8(ascii: "/")) else {
      throw KernelError(
        call: "chdir out of the container's root, to", subject: path, errno: .notPermitted)
    }
  }

  mutating func waitAtGate() throws(KernelError) {
    let fifo = self.fifo?.number ?? -1
    let procfs = try proc()
    signal(SIGPIPE, SIG_IGN)
    // The kernel spares the first process of a PID namespace what it has no handler for. Exec puts
    // the defaults back.
    for number in [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM] {
      signal(number) { _exit(128 + $0) }
    }
    _ = apus_prctl(1 /* PR_SET_PDEATHSIG */, 0, 0, 0, 0)
    // The wait may be long: whoever waits for the end of a pipe that we inherited shall not.
    folder = nil
    rootfs = nil
    emptyDirectory = nil
    nullDevice = nil
    closeDescriptors(
      from: 3 + Int32(plan.program.preservedDescriptors),
      but: [fifo, procfs, runtime.number, pagemap?.number ?? -1])
    try runtime.send([Message.atGate.rawValue])
    try passGate(fifo, "self/fd/\(fifo)", procfs, startsLater: startsLater, pagemap.take())
    startsLater = false
    isPastGate = true
    signal(SIGPIPE, SIG_DFL)
  }

  mutating func findProgram(_ name: String) throws(KernelError) {
    environment = plan.program.environment
    if !environment.contains(where: { $0.utf8.starts(with: "HOME=".utf8) }) {
      environment.append("HOME=" + (homeDirectory(of: getuid()) ?? "/"))
    }
    program = try LinuxKernel.findProgram(name, environment)
  }

  /// The user's home by the container's /etc/passwd. What an image has there may be a pipe, a device
  /// or a link to a descriptor of ours: only a file is read, and no more of it than is reasonable.
  private mutating func homeDirectory(of uid: uid_t) -> String? {
    let path = "/etc/passwd"
    guard let root = try? root(),
      let file = try? open(path, in: root, [.readOnly, .nonBlocking, .noControllingTerminal]),
      let found = try? status(file.number, path: path), found.fileType == S_IFREG,
      let bytes = try? readAll(
        file.number, path: path, sizeHint: min(Int(found.st_size), 1 << 16), limit: 4 << 20)
    else { return nil }
    return home(of: uid, inPasswd: bytes)
  }

  /// Everything but the exec itself: the filter that may be loaded next need allow only that.
  mutating func prepareExec() {
    if isPrepared { return }
    isPrepared = true
    _ = apus_prctl(1 /* PR_SET_PDEATHSIG */, 0, 0, 0, 0)
    // The runtime may have left by now; who is there learns of the exec by the end of file.
    signal(SIGPIPE, SIG_IGN)
    try? runtime.send([Message.executing.rawValue])
    signal(SIGPIPE, SIG_DFL)
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    // Nothing of ours survives the exec (CVE-2024-21626); stdio does, and what was asked for.
    let preserved = plan.program.preservedDescriptors
    apus_close_range(UInt32(3 + preserved), UInt32.max, 4 /* CLOSE_RANGE_CLOEXEC */)
    for number in 3..<Int32(3 + preserved) { _ = apus_fcntl(number, F_SETFD, 0) }
  }
}
