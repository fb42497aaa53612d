import LinuxKernel

extension Plan {
  /// Readies the host's mounts for CRIU, in a mount namespace of this process alone: they are gone when
  /// it and CRIU are, however those end.
  ///
  /// CRIU mounts all that the container had mounted, but expects the mount points. Those that `create`
  /// makes in the image are made as it does: below the root, and below what is bound, with the binds'
  /// own attributes, so that nothing is made in what is read-only.
  /// - Parameter place: a folder on which the root file system is mounted, for CRIU needs one that is a
  ///   mount point that nothing else lies on.
  public func mountForRestore(at place: String) throws(KernelError) {
    guard let path = rootfs else { return }
    try unshare([.mount])
    let root = try open("/", [.path, .directory])
    try setAttributes(of: root.number, propagation: .slave, recursive: true, path: "/")
    let whole = try cloneTree(path, recursive: true)
    let folder = try open(place, [.path, .directory])
    try attach(whole, on: folder.number, path: place)
    let scratch = try cloneTree(path, recursive: true)
    let covered = try open(path, [.path, .directory])
    try attach(scratch, on: covered.number, path: path)
    for step in steps {
      switch step.action {
      case .mount(let mount) where mount.options.followsDestination:
        try makeMountPoint(of: mount, in: scratch.number)
      case .bindDevice(let device): _ = try openOrMakeFile(device.path, in: scratch.number)
      default: continue
      }
    }
    try detachMount(at: path)
  }

  /// The root file system, by its path on the host.
  public var rootfs: String? {
    for step in steps {
      if case .openRootfs(let path) = step.action { return path }
    }
    return nil
  }

  /// Makes the mount point, and mounts what others may have to be made in.
  private func makeMountPoint(of mount: PlannedMount, in root: Int32) throws(KernelError) {
    let path = mount.destination
    guard case .bind(let source, let recursive) = mount.source else {
      // Its content comes with the image. An empty one takes what is to be mounted in it.
      let empty = try makeMount(
        of: "tmpfs", source: "tmpfs", parameters: [("mode", "755")], attributes: [])
      let target = try openOrMakeDirectory(path, in: root)
      return try attach(empty, on: target.number, path: path)
    }
    let options = mount.options
    let tree = try cloneTree(source, recursive: recursive, followLinks: options.followsSource)
    if !options.set.isEmpty {
      try setAttributes(of: tree.number, set: options.set, path: path)
    }
    if !options.recursiveSet.isEmpty {
      try setAttributes(of: tree.number, set: options.recursiveSet, recursive: true, path: path)
    }
    let target =
      try status(tree.number, path: source).isDirectory
      ? try openOrMakeDirectory(path, in: root) : try openOrMakeFile(path, in: root)
    try attach(tree, on: target.number, path: path)
  }
}
