/// How CRIU is to dump or restore (CRIU's images/rpc.proto, `criu_opts`; criu(8)). What is nil is not
/// said, and CRIU does as it does by itself.
public struct CRIUOptions: Equatable, Sendable {
  /// Number of a descriptor of this process: the folder of the images.
  public var imageFolder: Int32
  /// Number of a descriptor of this process: the folder of the log; nil: as ``imageFolder``.
  public var workFolder: Int32?
  /// The log's name in its folder.
  public var logFile: String
  /// The first process of the tree that is dumped.
  public var pid: Int32?
  /// The root file system, on the host.
  public var root: String?
  /// Leaves the processes alive after a dump.
  public var leaveRunning: Bool?
  /// Dumps sockets of AF_UNIX whose other end is outside, too.
  public var externalUnixSockets: Bool?
  /// Dumps open connections over TCP, too.
  public var tcpEstablished: Bool?
  /// Passes over connections that are being made.
  public var tcpSkipInFlight: Bool?
  /// Opens devices by another path if it has to.
  public var evasiveDevices: Bool?
  /// Dumps processes whose terminal or session is the caller's.
  public var shellJob: Bool?
  /// Dumps locks on files.
  public var fileLocks: Bool?
  /// Gives files without a name one for a while.
  public var linkRemap: Bool?
  /// Where pages are sent instead of into a file.
  public var pageServer: PageServer?
  /// The folder of an earlier dump, relative to ``imageFolder``.
  public var parentImages: String?
  /// Notes which pages are written to, for the next dump.
  public var trackMemory: Bool?
  /// Drops what a later dump has again.
  public var autoDedup: Bool?
  /// Leaves pages where they are until they are needed.
  public var lazyPages: Bool?
  /// Number of a descriptor of this process that is told when pages can be asked for; before 3.15.
  public var statusDescriptor: Int32?
  /// Mounts that come from outside. To a dump: the mount point, and a name of ours; to a restore: that
  /// name, and what is mounted.
  public var externalMounts: [(key: String, value: String)] = []
  /// Other things that come from outside: "net[INODE]:NAME".
  public var external: [String] = []
  /// What is handed in for things from outside, by descriptors of CRIU's own.
  public var inherited: [(key: String, descriptor: Int32)] = []
  /// Namespaces to join: CRIU's word for the kind, and the path.
  public var joined: [(kind: String, path: String)] = []
  /// Flags of the kinds of namespaces whose content is not dumped (CLONE_NEWNET).
  public var emptyNamespaces: UInt32?
  /// How cgroups are dumped and restored.
  public var cgroupMode: CgroupMode?
  /// Where the cgroups that are restored begin, by controller.
  public var cgroupRoots: [(controller: String, path: String)] = []
  /// The cgroup by which the processes are frozen.
  public var freezer: String?
  /// Makes the restored process a sibling of CRIU, not a child.
  public var asSibling: Bool?
  /// Hands out the master end of a terminal that nobody in the tree has.
  public var orphanTerminals: Bool?
  /// A file whose settings overrule these.
  public var configuration: String?
  /// The security label of the restored processes: TYPE:NAME.
  public var securityLabel: String?
  /// The SELinux context of the restored mounts.
  public var mountContext: String?

  /// How cgroups are managed (criu(8), --manage-cgroups).
  public enum CgroupMode: Int32, Sendable {
    case ignore = 0
    case soft = 3
    case full = 4
    case strict = 5
    /// As CRIU likes it.
    case `default` = 6
  }

  /// Where a server of pages listens.
  public struct PageServer: Equatable, Sendable {
    /// A name or number of the host.
    public let address: String
    /// The TCP port.
    public let port: UInt16

    /// Describes a server.
    public init(address: String, port: UInt16) {
      self.address = address
      self.port = port
    }
  }

  /// The options that there must be.
  public init(imageFolder: Int32, logFile: String) {
    self.imageFolder = imageFolder
    self.logFile = logFile
  }

  func write(to message: inout ProtobufWriter) {
    message.add(1, imageFolder)
    message.add(2, pid)
    message.add(3, leaveRunning)
    message.add(4, externalUnixSockets)
    message.add(5, tcpEstablished)
    message.add(6, evasiveDevices)
    message.add(7, shellJob)
    message.add(8, fileLocks)
    message.add(9, 4 as Int32)  // the level of the log: all but what is for CRIU's developers
    message.add(10, logFile)
    if let pageServer {
      message.add(11) {
        $0.add(1, pageServer.address)
        $0.add(2, Int32(pageServer.port))
      }
    }
    message.add(12, true)  // notifications
    message.add(13, root)
    message.add(14, parentImages)
    message.add(15, trackMemory)
    message.add(16, autoDedup)
    message.add(17, workFolder)
    message.add(18, linkRemap)
    for (key, value) in externalMounts { message.addPair(23, key, value) }
    if let cgroupMode {
      message.add(24, true)  // for a CRIU that knows no modes
      for (controller, path) in cgroupRoots { message.addPair(25, controller, path) }
      message.add(34, cgroupMode.rawValue)
    }
    message.add(26, asSibling)
    for (key, descriptor) in inherited {
      message.add(27) {
        $0.add(1, key)
        $0.add(2, descriptor)
      }
    }
    for entry in external { message.add(37, entry) }
    message.add(38, emptyNamespaces)
    for (kind, path) in joined { message.addPair(39, kind, path) }
    message.add(44, freezer)
    message.add(46, tcpSkipInFlight)
    message.add(48, lazyPages)
    message.add(49, statusDescriptor)
    message.add(50, orphanTerminals)
    message.add(51, configuration)
    message.add(53, securityLabel)
    message.add(63, mountContext)
  }

  /// Compares what is sent, for tuples keep it from being derived.
  public static func == (a: CRIUOptions, b: CRIUOptions) -> Bool { a.encoded == b.encoded }

  private var encoded: [UInt8] {
    var message = ProtobufWriter()
    write(to: &message)
    return message.bytes
  }
}

extension ProtobufWriter {
  fileprivate mutating func addPair(_ field: UInt64, _ first: String, _ second: String) {
    add(field) {
      $0.add(1, first)
      $0.add(2, second)
    }
  }
}
