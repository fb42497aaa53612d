import CRIU

/// What a checkpoint and a restore have in common (criu(8)).
public struct CRIUChoices: Equatable, Sendable {
  /// The folder of the images.
  public var images: String
  /// The folder of the log; nil: the one of the images.
  public var work: String?
  /// Connections over TCP are kept.
  public var tcpEstablished = false
  /// Sockets of AF_UNIX whose other end is outside of the container are kept.
  public var externalUnixSockets = false
  /// The container's terminal or session may be its caller's.
  public var shellJob = false
  /// Locks on files are kept.
  public var fileLocks = false
  /// How cgroups are managed.
  public var cgroupMode = CRIUOptions.CgroupMode.default
  /// Drops pages from images that later ones have again.
  public var autoDedup = false
  /// Pages stay where they are until they are needed.
  public var lazyPages = false

  /// As CRIU likes it, with the images in a folder, which is absolute.
  public init(images: String) { self.images = images }
}

/// How a container is saved.
public struct CheckpointOptions: Equatable, Sendable {
  /// What a restore has to be told as well.
  public var choices: CRIUChoices
  /// The folder of an earlier checkpoint, relative to the folder of the images.
  public var parent: String?
  /// Leaves the container running.
  public var leaveRunning = false
  /// Saves memory only, ahead of a checkpoint, and leaves the container running.
  public var preDump = false
  /// Passes over connections that are being made.
  public var tcpSkipInFlight = false
  /// Gives files without a name one for a while.
  public var linkRemap = false
  /// Where pages are sent instead of into a file.
  public var pageServer: CRIUOptions.PageServer?
  /// A descriptor that is written a zero byte when pages can be asked for; for ``Workplace/thisProcess``.
  public var statusDescriptor: Int32?

  /// A checkpoint after which the container is gone.
  public init(_ choices: CRIUChoices) { self.choices = choices }

  /// Whether the container goes on.
  var keepsRunning: Bool { leaveRunning || preDump }
}

/// How a container is made from what was saved of it.
public struct RestoreOptions: Equatable, Sendable {
  /// What the checkpoint was told as well.
  public var choices: CRIUChoices
  /// The bundle, the terminal's socket, the file for the process number.
  public var create: CreateOptions
  /// Whether to wait for its end, and how.
  public var run = RunOptions()
  /// The security label of its processes: TYPE:NAME; nil: the saved one.
  public var securityLabel: String?
  /// The SELinux context of its mounts; nil: the saved one.
  public var mountContext: String?

  /// A restore of a bundle.
  public init(_ choices: CRIUChoices, _ create: CreateOptions) {
    self.choices = choices
    self.create = create
  }
}
