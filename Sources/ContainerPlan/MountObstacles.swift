import JSON
import OCISpec

extension Spec {
  /// File systems that the kernel lacks, and options that they lack.
  func mountObstacles(_ host: HostAbilities, _ add: Add) {
    guard linux?.has(.mount) == true else { return }
    for (index, mount) in (mounts ?? []).enumerated() {
      let options = MountOptions(mount.options ?? [])
      guard options.bind == nil, !options.remount, let type = mount.type, !type.isEmpty,
        !["bind", "cgroup", "cgroup2"].contains(type)
      else { continue }
      // "fuse.sshfs" is a fuse.
      let name = String(type.prefix { $0 != "." })
      if let known = host.filesystems, !known.contains(name) {
        add(
          "/mounts/\(index)/type", "this kernel has no file system \"\(type)\" now",
          host.loadsModules
            ? "it loads one if there is a module (modprobe \(name))" : "see /proc/filesystems",
          host.loadsModules ? .warning : .error)
      }
      mount.checkParameters(type, options.parameters, at: "/mounts/\(index)/options", add)
    }
  }
}

extension Spec.Mount {
  /// What is no option of mount(8) is given to the file system, so that a slip of the pen fails there.
  /// A newer kernel may know more than this list.
  fileprivate func checkParameters(
    _ type: String, _ parameters: [String], at pointer: String, _ add: Spec.Add
  ) {
    guard let known = Self.parameters[type] else { return }
    for parameter in parameters {
      let name = String(parameter.prefix { $0 != "=" })
      guard !known.contains(name), !Self.everywhere.contains(name),
        let place = options?.firstIndex(of: parameter)
      else { continue }
      let likely = nearest(to: name, among: Vocabulary.mountOptions + known)
      add(
        "\(pointer)/\(place)", "\"\(parameter)\" is not known as an option of \(type)",
        likely.map { "write \"\($0)\" if that is meant" }, .warning)
    }
  }

  /// tmpfs(5), proc(5) and the kernel's filesystems/devpts.rst.
  private static let parameters: [String: [String]] = [
    "devpts": ["uid", "gid", "mode", "ptmxmode", "newinstance", "max"],
    "mqueue": [],
    "proc": ["gid", "hidepid", "subset", "pidns"],
    "sysfs": [],
    "tmpfs": [
      "size", "nr_blocks", "nr_inodes", "mode", "uid", "gid", "huge", "mpol", "inode32", "inode64",
      "noswap", "quota", "usrquota", "grpquota", "usrquota_block_hardlimit",
      "usrquota_inode_hardlimit", "grpquota_block_hardlimit", "grpquota_inode_hardlimit",
      "casefold", "strict_encoding",
    ],
  ]

  /// Flags of every file system, and SELinux's labels.
  private static let everywhere = [
    "sync", "dirsync", "lazytime", "mand", "context", "fscontext", "defcontext", "rootcontext",
  ]
}
