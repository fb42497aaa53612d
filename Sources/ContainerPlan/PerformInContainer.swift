import CLinux
import Glibc
import LinuxKernel
import OCISpec
import SystemPackage

/// The container's side of a plan: init walks the list and does nothing else.
public struct ContainerPerformer: ~Copyable {
  private let plan: Plan
  private let spec: Spec
  private let runtime: PacketSocket
  private let fifo: Descriptor
  /// A procfs of the container's own PID namespace that nothing in the container can mount over
  /// (CVE-2025-52881).
  private var procfs: Descriptor?
  private var rootfs: Descriptor?
  /// The masks, attached once and then copied.
  private var maskedFile: Descriptor?
  private var maskedDirectory: Descriptor?
  private var program: String = ""

  /// - Parameters:
  ///   - runtime: the socket to the process on the host.
  ///   - fifo: an O_PATH descriptor of exec.fifo.
  public init(
    _ plan: Plan, _ spec: Spec, runtime: consuming PacketSocket, fifo: consuming Descriptor
  ) {
    self.plan = plan
    self.spec = spec
    self.runtime = runtime
    self.fifo = fifo
  }

  /// Performs everything from the clone on; ends in exec, or in the report of what failed.
  public consuming func perform() -> Never {
    // SIGKILL when the runtime dies; a death before this call is seen at the next rendezvous.
    _ = apus_prctl(1 /* PR_SET_PDEATHSIG */, 9, 0, 0, 0)
    // Nobody may look into a process that has the runtime's memory (CVE-2016-9962, CVE-2019-5736).
    _ = apus_prctl(4 /* PR_SET_DUMPABLE */, 0, 0, 0, 0)
    setsid()
    let start = plan.steps.firstIndex { if case .clone = $0.action { true } else { false } } ?? -1
    var met = false
    for index in plan.steps.indices where index > start {
      let step = plan.steps[index]
      if step.action.performer == .runtime {
        if !met { meet(at: index) }
        met = true
        continue
      }
      met = false
      do throws(KernelError) {
        try perform(step.action)
      } catch {
        report(index, error)
      }
    }
    _exit(1)
  }

  /// Waits until the runtime has done its steps at this place of the list.
  private func meet(at index: Int) {
    do throws(KernelError) {
      try runtime.send([Message.reached.rawValue, UInt8(index & 0xff), UInt8(index >> 8 & 0xff)])
      if try runtime.receive().isEmpty { _exit(1) }  // the runtime is gone
    } catch {
      _exit(1)
    }
  }

  private func report(_ index: Int, _ error: KernelError) -> Never {
    let failure = StepFailure(step: index, error: error)
    try? runtime.send([Message.failed.rawValue] + failure.encoded)
    _exit(1)
  }

  private mutating func perform(_ action: Action) throws(KernelError) {
    switch action {
    case .joinNamespace(let kind, let path):
      try join(kind, try open(path, .readOnly), path: path)
    case .joinSessionKeyring(let name):
      // A kernel without keyrings is no reason to fail, nor a user who has used up the quota.
      _ = name.withCString { apus_keyctl(1, UInt(bitPattern: $0), 0, 0, 0) }
    case .setOOMScore(let score):
      try writeFile("self/oom_score_adj", String(score), at: try proc())
    case .unshareCgroupNamespace: try unshare([.cgroup])
    case .bringUpLoopback: try LinuxKernel.bringUpLoopback()
    case .setRootPropagation(let propagation):
      try check("mount", "/ as r\(propagation.word)") {
        apus_mount(nil, "/", nil, UInt(propagation.rawValue | 0x4000 /* MS_REC */), nil)
      }
    case .openRootfs(let path): try openRootfs(path)
    case .mount(let mount): try perform(mount)
    case .makeDevice(let device): try make(device)
    case .makeLink(let path, let target): try link(path, to: target)
    case .pivotRoot: try pivot()
    case .remount(let path, let attributes):
      let place = try open(path, in: try root(), [.path])
      try setAttributes(of: place.number, set: attributes, path: path)
    case .setPropagation(let path, let propagation):
      let place = try open(path, in: try root(), [.path])
      try setAttributes(of: place.number, propagation: propagation, recursive: true, path: path)
    case .setHostname(let name):
      try check("sethostname", name) { sethostname(name, name.utf8.count) }
    case .setDomainname(let name):
      try check("setdomainname", name) { Glibc.setdomainname(name, name.utf8.count) }
    case .writeSysctl(let key, let value):
      let path = "sys/" + String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
      try writeFile(path, value, at: try proc())
    case .makeReadonly(let path): try makeReadonly(path)
    case .mask(let path): try mask(path)
    case .setNoNewPrivileges:
      try check("prctl PR_SET_NO_NEW_PRIVS") { apus_prctl(38, 1, 0, 0, 0) }
    case .limitBoundingCapabilities(let set): try limitBounding(to: set)
    case .setGroups(let groups): try check("setgroups") { apus_setgroups(groups.count, groups) }
    case .setUser(let uid, let gid):
      // Keeps the permitted set over the change of user, until the sets are applied.
      try check("prctl PR_SET_KEEPCAPS") { apus_prctl(8, 1, 0, 0, 0) }
      try check("setresgid", "\(gid)") { apus_setresgid(gid) }
      try check("setresuid", "\(uid)") { apus_setresuid(uid) }
    case .applyCapabilities(let capabilities): try apply(capabilities)
    case .setUmask(let mask): umask(mask)
    case .changeDirectory(let path): try changeDirectory(path)
    case .findProgram(let name): program = try findProgram(name, spec.process?.env ?? [])
    case .waitAtGate: try waitAtGate()
    case .exec(let arguments): try execute(arguments)
    case .runHooks, .createCgroup, .writeCgroup, .clone, .joinCgroup, .setLimit, .recordState:
      return
    }
  }

  private mutating func proc() throws(KernelError) -> Int32 {
    if procfs == nil {
      procfs = try makeMount(of: "proc", source: nil, parameters: [], attributes: [])
    }
    return procfs?.number ?? -1
  }

  private borrowing func root() throws(KernelError) -> Int32 {
    switch rootfs {
    case .some(let rootfs): return rootfs.number
    case .none: throw KernelError(call: "open", subject: "rootfs", errno: .badFileDescriptor)
    }
  }

  private mutating func openRootfs(_ path: String) throws(KernelError) {
    _ = try proc()  // while the host's procfs is still in sight, which the kernel asks for
    let tree = try cloneTree(path, recursive: true)
    let place = try open(path, [.path, .directory])
    try attach(tree, on: place.number, path: path)
    rootfs = consume tree
  }

  private mutating func perform(_ mount: PlannedMount) throws(KernelError) {
    let options = mount.options
    let tree: Descriptor
    var isDirectory = true
    switch mount.source {
    case .filesystem(let type, let source, let parameters):
      let pairs = parameters.map { parameter -> (key: String, value: String?) in
        guard let equals = parameter.firstIndex(of: "=") else { return (parameter, nil) }
        return (String(parameter[..<equals]), String(parameter[parameter.index(after: equals)...]))
      }
      tree = try makeMount(of: type, source: source, parameters: pairs, attributes: options.set)
    case .bind(let path, let recursive):
      tree = try cloneTree(path, recursive: recursive)
      isDirectory = try status(tree.number, path: path).isDirectory
      if !options.set.isEmpty || !options.clear.isEmpty {
        try setAttributes(of: tree.number, set: options.set, clear: options.clear, path: path)
      }
    }
    if !options.recursiveSet.isEmpty || !options.recursiveClear.isEmpty {
      try setAttributes(
        of: tree.number, set: options.recursiveSet, clear: options.recursiveClear, recursive: true,
        path: mount.destination)
    }
    let target =
      isDirectory
      ? try openOrMakeDirectory(mount.destination, in: try root())
      : try openOrMakeFile(mount.destination, in: try root())
    try attach(tree, on: target.number, path: mount.destination)
    for change in options.propagation {
      try setAttributes(
        of: tree.number, propagation: change.propagation, recursive: change.recursive,
        path: mount.destination)
    }
  }

  private func make(_ device: PlannedDevice) throws(KernelError) {
    let (above, name) = split(device.path)
    let folder = try openOrMakeDirectory(above, in: try root())
    let type: UInt32 = device.type == "b" ? 0o060000 : device.type == "p" ? 0o010000 : 0o020000
    umask(0)  // which mknod would take off the mode
    do throws(KernelError) {
      try check("mknod", device.path) {
        mknodat(folder.number, name, type | device.mode, apus_makedev(device.major, device.minor))
      }
    } catch {
      if error.errno == .fileExists { return }
      throw error
    }
    try check("chown", device.path) {
      fchownat(folder.number, name, device.uid, device.gid, AT_SYMLINK_NOFOLLOW)
    }
  }

  private func link(_ path: String, to target: String) throws(KernelError) {
    let (above, name) = split(path)
    let folder = try openOrMakeDirectory(above, in: try root())
    do throws(KernelError) {
      try check("symlink", path) { symlinkat(target, folder.number, name) }
    } catch {
      if error.errno != .fileExists { throw error }
    }
  }

  private mutating func pivot() throws(KernelError) {
    let number = try root()
    try check("fchdir", "rootfs") { fchdir(number) }
    try pivotIntoCurrentDirectory()
    rootfs = try open("/", [.path, .directory])
  }

  private func makeReadonly(_ path: String) throws(KernelError) {
    let place: Descriptor
    do throws(KernelError) {
      place = try open(path, in: try root(), [.path])
    } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return }
      throw error
    }
    let tree = try cloneTree("", at: place.number, recursive: true)
    try setAttributes(of: tree.number, set: .readOnly, recursive: true, path: path)
    try attach(tree, on: place.number, path: path)
  }

  private mutating func mask(_ path: String) throws(KernelError) {
    let place: Descriptor
    do throws(KernelError) {
      place = try open(path, in: try root(), [.path])
    } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return }
      throw error
    }
    if try status(place.number, path: path).isDirectory {
      let empty = try makeMount(
        of: "tmpfs", source: "tmpfs", parameters: [("size", "0")], readOnlyFilesystem: true,
        attributes: .readOnly)
      try attach(empty, on: place.number, path: path)
    } else {
      // Proven to be the null device, not what an image put in its place (CVE-2025-31133).
      let null = try open("/dev/null", in: try root(), [.path, .noFollow])
      let found = try status(null.number, path: "/dev/null")
      guard found.fileType == S_IFCHR, found.st_rdev == apus_makedev(1, 3) else {
        throw KernelError(call: "mask with", subject: "/dev/null", errno: .noSuchAddressOrDevice)
      }
      let tree = try cloneTree("", at: null.number, recursive: false)
      try attach(tree, on: place.number, path: path)
    }
  }

  private func changeDirectory(_ path: String) throws(KernelError) {
    try check("chdir", path) { chdir(path) }
    // A directory outside of the root has no path that begins with a slash (CVE-2024-21626).
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = apus_getcwd(&buffer, buffer.count)
    guard length > 0, buffer[0] == CChar(UInt8(ascii: "/")) else {
      throw KernelError(call: "chdir out of the container", subject: path, errno: .permissionDenied)
    }
  }

  private mutating func waitAtGate() throws(KernelError) {
    let path = "self/fd/\(fifo.number)"
    let procfs = try proc()
    signal(SIGPIPE, SIG_IGN)
    _ = apus_prctl(1 /* PR_SET_PDEATHSIG */, 0, 0, 0, 0)
    try runtime.send([Message.atGate.rawValue])
    try passGate(fifo.number, path, procfs)
    signal(SIGPIPE, SIG_DFL)
  }

  private func execute(_ arguments: [String]) throws(KernelError) {
    // Nothing of ours survives the exec (CVE-2024-21626); stdio does.
    apus_close_range(3, UInt32.max, 4 /* CLOSE_RANGE_CLOEXEC */)
    var mask = sigset_t()
    sigemptyset(&mask)
    sigprocmask(SIG_SETMASK, &mask, nil)
    let environment = spec.process?.env ?? []
    let error = replaceProcess(program, arguments, environment)
    let text = "apus: exec \(program): \(error.errno.named)\n"
    try? write(Array(text.utf8), to: 2)
    _exit(1)
  }
}
