/// How a container is made.
public struct CreateOptions: Sendable, Equatable {
  /// The bundle's folder, absolute.
  public var bundle: String
  /// A file to read instead of the bundle's config.json.
  public var config: String?
  /// An AF_UNIX socket that is sent the terminal's master end.
  public var consoleSocket: String?
  /// A file for init's process number.
  public var pidFile: String?
  /// An AF_UNIX socket that is sent a pidfd of init.
  public var pidfdSocket: String?
  /// Moves the root file system over `/` where pivot_root can't work, as on a ramdisk.
  public var noPivot = false
  /// Keeps the caller's session keyring.
  public var noNewKeyring = false
  /// How many descriptors from 3 on the container's program inherits.
  public var preservedDescriptors = 0

  /// The options of a bundle.
  public init(bundle: String) { self.bundle = bundle }

  /// The file that says how the container is to be.
  var configuration: String { config ?? "\(bundle)/config.json" }
}

/// How `run` waits for its container.
public struct RunOptions: Sendable, Equatable {
  /// Returns once the program runs.
  public var detach = false
  /// Leaves the stopped container where it is.
  public var keep = false
  /// Reaps what the container leaves behind (`prctl(2)`, PR_SET_CHILD_SUBREAPER).
  public var subreaper = true

  /// Waits for the program, then deletes the container.
  public init() {}
}

/// How a process is run in a container that exists.
public struct ExecOptions: Sendable, Equatable {
  /// Returns once the program runs.
  public var detach = false
  /// An AF_UNIX socket that is sent the terminal's master end.
  public var consoleSocket: String?
  /// A file for the process's number.
  public var pidFile: String?
  /// An AF_UNIX socket that is sent a pidfd of the process.
  public var pidfdSocket: String?
  /// How many descriptors from 3 on the program inherits.
  public var preservedDescriptors = 0
  /// Enters a container that is paused too; the process waits there for it to be resumed.
  public var ignorePaused = false
  /// Reaps what the process leaves behind.
  public var subreaper = true
  /// Where the process was described, for errors to name.
  public var origin = ProcessOrigin.document(nil)
  /// Cgroups below the container's, each `[CONTROLLER[,CONTROLLER…]:]PATH`.
  public var cgroups: [String] = []

  /// Waits for the program.
  public init() {}
}

/// How much a message matters.
public enum LogLevel: String, Sendable, Equatable {
  /// For who looks for a fault of the runtime.
  case debug
  /// What goes on.
  case info
  /// What was passed over, and may matter.
  case warning
  /// Why a command failed.
  case error
}
