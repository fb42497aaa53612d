import CLinux
import Glibc
import LinuxKernel

extension ContainerPerformer {
  mutating func proc() throws(KernelError) -> Int32 {
    if procfs == nil {
      do throws(KernelError) {
        procfs = try makeMount(of: "proc", source: nil, parameters: [], attributes: [])
      } catch {
        // In a user namespace, with the host's PID namespace: as long as this process sees the
        // host's mounts, its /proc is none of the container's.
        guard error.errno == .notPermitted, seesHost else { throw error }
        procfs = try open("/proc", [.path, .directory])
      }
      // The container's user could not open it.
      if startsLater, let number = procfs?.number {
        pagemap = try? open("self/pagemap", .readOnly, at: number)
      }
    }
    return procfs?.number ?? -1
  }

  /// The container's root; the host's until it is opened.
  mutating func root() throws(KernelError) -> Int32 {
    if rootfs == nil { rootfs = try open("/", [.path, .directory]) }
    return rootfs?.number ?? -1
  }

  mutating func openRootfs(_ path: String) throws(KernelError) {
    _ = try proc()  // while the host's procfs is still in sight, which the kernel asks for
    let tree = try cloneTree(path, recursive: true)
    let place = try open(path, [.path, .directory])
    try attach(tree, on: place.number, path: path)
    rootfs = consume tree
    seesHost = false
  }

  mutating func openRootfsInPlace(_ path: String) throws(KernelError) {
    _ = try proc()  // while the process has the rights for it
    rootfs = try open(path, [.path, .directory])
  }

  mutating func changeRoot(_ change: () throws(KernelError) -> Void) throws(KernelError) {
    let number = try root()
    try check("fchdir", "rootfs") { fchdir(number) }
    try change()
    folder = nil
    rootfs = try open("/", [.path, .directory])
    try ownNullStreams()
  }

  mutating func perform(_ mount: PlannedMount, at index: Int) throws(KernelError) {
    switch mount.source {
    case .filesystem(let type, let source, let parameters):
      let keepsMode = type == "tmpfs" && !parameters.contains { $0.hasPrefix("mode=") }
      let mode = keepsMode ? try mode(of: mount.destination) : nil
      let target =
        type == "proc" || type == "sysfs"
        ? MountPoint(try openOrdinaryDirectory(mount.destination, in: try root()))
        : try place(of: mount, isDirectory: true)
      let parameters = parameters + (mode.map { ["mode=" + String($0, radix: 8)] } ?? [])
      if mountAtOnce(mount, type, source, parameters, target) { return }
      let tree = try makeMount(
        of: type, source: source, parameters: pairs(parameters),
        readOnlyFilesystem: mount.options.set.contains(.readOnly), attributes: mount.options.set)
      if mount.options.copiesUp, target.name.isEmpty {
        let original = try open(".", [.readOnly, .directory], at: target.number)
        try copyTree(from: original.number, to: tree.number, path: mount.destination)
      }
      try finish(mount, tree, target)
    case .bind(let path, let recursive):
      let tree = try hostTree(mount, path, recursive, at: index)
      if mount.mustBeProcfs {
        let magic = try filesystemType(of: tree.number, path: path)
        guard magic == 0x9fa0 /* PROC_SUPER_MAGIC */ else {
          throw KernelError(
            call: "bind over /proc something that is no procfs,", subject: path,
            errno: .invalidArgument)
        }
      }
      if !mount.options.set.isEmpty || !mount.options.clear.isEmpty {
        try setAttributes(
          of: tree.number, set: mount.options.set, clear: mount.options.clear, path: path)
      }
      let isDirectory = try status(tree.number, path: path).isDirectory
      let target = try place(of: mount, isDirectory: isDirectory)
      try finish(mount, tree, target)
    }
  }

  /// The kernel's own file systems are mounted by one call. Where that fails it is done step by step, to
  /// be told by which parameter.
  private mutating func mountAtOnce(
    _ mount: PlannedMount, _ type: String, _ source: String?, _ parameters: [String],
    _ target: borrowing MountPoint
  ) -> Bool {
    switch type {
    case "proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2": break
    default: return false
    }
    let options = mount.options
    guard !options.copiesUp, options.propagation.isEmpty,
      options.recursiveSet.isEmpty, options.recursiveClear.isEmpty,
      !parameters.contains(where: { $0.utf8.contains(UInt8(ascii: ",")) }),
      parameters.reduce(0, { $0 + $1.utf8.count + 1 }) < 4096  // what mount(2) reads
    else { return false }
    do throws(KernelError) {
      // A name could have become a link, which mount(2) would follow (CVE-2021-30465).
      let place: Descriptor? =
        target.name.isEmpty
        ? nil : try open(target.name, [.path, .directory, .noFollow], at: target.number)
      try LinuxKernel.mount(
        type, source: source ?? "none", parameters: parameters, attributes: options.set,
        on: target.name.isEmpty ? target.number : place.polledNumber, path: mount.destination)
    } catch {
      return false
    }
    forgetFolder(below: mount.destination)
    return true
  }

  /// The plan has judged by its name what is mounted in /proc. A link of the image would give another
  /// name to a place there (CVE-2019-16884).
  mutating func outsideProc(_ target: consuming Descriptor, _ destination: String)
    throws(KernelError) -> Descriptor
  {
    if destination.utf8.starts(with: "/proc/".utf8) { return target }
    let magic = try filesystemType(of: target.number, path: destination)
    if magic != 0x9fa0 /* PROC_SUPER_MAGIC */ { return target }
    do throws(KernelError) {
      return try open(destination, in: try root(), .path, [.inRoot, .noSymlinks])
    } catch {
      throw KernelError(
        call: "mount, by way of a link, inside /proc at", subject: destination, errno: error.errno)
    }
  }

  private func pairs(_ parameters: [String]) -> [(key: String, value: String?)] {
    parameters.map { parameter in
      guard let equals = parameter.utf8.firstIndex(of: UInt8(ascii: "=")) else {
        return (parameter, nil)
      }
      let value = parameter[parameter.utf8.index(after: equals)...]
      return (String(parameter[..<equals]), String(value))
    }
  }

  mutating func reconfigure(_ path: String, _ parameters: [String]) throws(KernelError) {
    let place = try open(path, in: try root(), [.path])
    try LinuxKernel.reconfigure(place.number, parameters: pairs(parameters), path: path)
  }

  /// As in runc, a tmpfs looks like the directory of the image that it covers; nil: there is none.
  private mutating func mode(of directory: String) throws(KernelError) -> UInt32? {
    do throws(KernelError) {
      let found = try open(directory, in: try root(), [.path, .directory])
      return try status(found.number, path: directory).st_mode & 0o7777
    } catch {
      if error.errno == .noSuchFileOrDirectory { return nil }
      throw error
    }
  }

  /// A copy of the host's mounts. Where root of a user namespace is nobody on the way there, or may
  /// not map IDs, the runtime has to make it.
  private func hostTree(
    _ mount: PlannedMount, _ path: String, _ recursive: Bool, at index: Int
  ) throws(KernelError) -> Descriptor {
    if mount.idMapping == nil {
      do throws(KernelError) {
        return try cloneTree(
          path, recursive: recursive, followLinks: mount.options.followsSource)
      } catch {
        guard error.errno == .permissionDenied else { throw error }
      }
    }
    try runtime.send(Message.source.bytes(Int32(index)))
    var answer = try runtime.receive()
    if let tree = answer.passenger.take() { return tree }
    guard let failure = StepFailure(answer.bytes) else { _exit(1) }  // the runtime is gone
    fail(index, failure.reason)
  }

  /// What both kinds of mounts come to: attributes of the whole tree, its place, its propagation.
  private mutating func finish(
    _ mount: PlannedMount, _ tree: borrowing Descriptor, _ target: borrowing MountPoint
  ) throws(KernelError) {
    let options = mount.options
    if !options.recursiveSet.isEmpty || !options.recursiveClear.isEmpty {
      try setAttributes(
        of: tree.number, set: options.recursiveSet, clear: options.recursiveClear, recursive: true,
        path: mount.destination)
    }
    try attach(tree, on: target.number, named: target.name, path: mount.destination)
    forgetFolder(below: mount.destination)
    for change in options.propagation {
      try setAttributes(
        of: tree.number, propagation: change.propagation, recursive: change.recursive,
        path: mount.destination)
    }
  }
}
