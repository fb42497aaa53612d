import CRIU
import ContainerPlan
import LinuxKernel

// What CRIU is told of a container: made of values alone, without a look at the host.

extension CRIUOptions {
  /// The name under which a namespace from outside is known in the images.
  static func name(of kind: NamespaceKind) -> String? {
    switch kind {
    case .network: "extRootNetNS"
    case .pid: "extRootPidNS"
    default: nil
    }
  }

  /// What a dump and a restore have in common.
  init(
    _ choices: CRIUChoices, folders: (images: Int32, work: Int32?), log: String,
    annotations: [String: String]
  ) {
    self.init(imageFolder: folders.images, logFile: log)
    workFolder = folders.work
    shellJob = choices.shellJob
    externalUnixSockets = choices.externalUnixSockets
    tcpEstablished = choices.tcpEstablished
    fileLocks = choices.fileLocks
    autoDedup = choices.autoDedup
    lazyPages = choices.lazyPages
    cgroupMode = choices.cgroupMode
    // What is in a network namespace is up to who has made it.
    emptyNamespaces = UInt32(truncatingIfNeeded: NamespaceKind.network.cloneFlag)
    orphanTerminals = true
    // An empty annotation says: none at all.
    let file = annotations["org.criu.config"] ?? "/etc/criu/runc.conf"
    configuration = file.isEmpty ? nil : file
  }

  /// What a dump is told.
  /// - Parameters:
  ///   - folders: numbers of this process's descriptors.
  ///   - root: the root file system, on the host.
  ///   - mounts: the mount points, and the names of what comes from outside.
  ///   - namespaces: the namespaces from outside, by their inodes.
  init(
    dumping pid: Int32, _ options: CheckpointOptions, folders: (images: Int32, work: Int32?),
    root: String, annotations: [String: String], freezer: String?,
    mounts: [(key: String, value: String)], namespaces: [(kind: NamespaceKind, inode: UInt)]
  ) {
    self.init(options.choices, folders: folders, log: "dump.log", annotations: annotations)
    self.pid = pid
    self.root = root
    self.freezer = freezer
    leaveRunning = options.leaveRunning
    tcpSkipInFlight = options.tcpSkipInFlight
    linkRemap = options.linkRemap
    pageServer = options.pageServer
    if let parent = options.parent {
      parentImages = parent
      trackMemory = true
    }
    externalMounts = mounts
    external = namespaces.compactMap { kind, inode in
      Self.name(of: kind).map { "\(kind.procName)[\(inode)]:\($0)" }
    }
  }

  /// What a restore is told, but for what is known when CRIU runs.
  /// - Parameters:
  ///   - folders: numbers of this process's descriptors.
  ///   - root: where the root file system is mounted.
  ///   - mounts: what comes from outside.
  ///   - streams: what the standard streams were when the container was saved.
  ///   - joined: the namespaces that config.json has by their paths.
  ///   - firstDescriptor: the number in CRIU of the first of those that are handed in.
  init(
    restoring options: RestoreOptions, folders: (images: Int32, work: Int32?), root: String,
    annotations: [String: String], mounts: [ExternalMount], streams: [String],
    joined namespaces: [(kind: NamespaceKind, path: String)], firstDescriptor: Int32
  ) {
    self.init(options.choices, folders: folders, log: "restore.log", annotations: annotations)
    self.root = root
    evasiveDevices = true
    asSibling = true
    securityLabel = options.securityLabel
    mountContext = options.mountContext
    for mount in mounts where !externalMounts.contains(where: { $0.key == mount.name }) {
      externalMounts.append((mount.name, mount.source.path))
    }
    var next = firstDescriptor
    for (kind, path) in namespaces {
      if let name = Self.name(of: kind) {
        inherited.append((name, next))
        next += 1
      } else {
        joined.append((kind.procName, path))
      }
    }
    // The new ones are pipes of their own; a terminal or a file has its name in the images.
    for (number, stream) in streams.enumerated() where stream.utf8.starts(with: "pipe:".utf8) {
      inherited.append((stream, Int32(number)))
    }
  }
}
