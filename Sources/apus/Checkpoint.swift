import ApusRuntime
import CRIU

extension Command {
  static let checkpoint = Command(
    "checkpoint", "save a running container in files", operands: "ID", count: 1...1,
    description: """
      Saves all processes of a container in files, by means of criu(8), and deletes
      the container, unless it is left running. "apus restore" makes it anew from
      them.
      """,
    options: [
      .imagePath, .workPath, .parentPath, .leaveRunning, .preDump, .tcpEstablished,
      .tcpSkipInFlight, .extUnixSk, .shellJob, .fileLocks, .linkRemap, .manageCgroupsMode,
      .emptyNamespace, .lazyPages, .pageServer, .statusFD, .autoDedup,
    ]
  ) { invocation throws(RuntimeError) in
    try invocation.container().checkpoint(try CheckpointOptions(invocation.arguments))
    return 0
  }
}

extension Option {
  static let imagePath = Option(
    "image-path", .text("DIR"), help: "the folder of CRIU's images (default: ./checkpoint)")
  static let workPath = Option(
    "work-path", .text("DIR"), help: "the folder of CRIU's log (default: that of the images)")
  static let parentPath = Option(
    "parent-path", .text("DIR"),
    help: "the folder of earlier images, relative to --image-path; saves what differs")
  static let leaveRunning = Option(
    "leave-running", help: "leave the container running after this")
  static let preDump = Option(
    "pre-dump", help: "save memory only, ahead of a checkpoint; the container goes on")
  static let tcpEstablished = Option("tcp-established", help: "keep open TCP connections")
  static let tcpSkipInFlight = Option(
    "tcp-skip-in-flight", help: "pass over TCP connections that are being made")
  static let extUnixSk = Option(
    "ext-unix-sk", help: "keep Unix sockets whose other end is outside of the container")
  static let shellJob = Option(
    "shell-job", help: "allow programs on a terminal, or in a session, of their caller")
  static let fileLocks = Option("file-locks", help: "keep locks on files")
  static let linkRemap = Option(
    "link-remap", help: "give files that were removed, and are still open, a name for a while")
  static let manageCgroupsMode = Option(
    "manage-cgroups-mode", .text("MODE"),
    help: "how CRIU handles cgroups: soft, full, strict or ignore (default: soft)")
  static let emptyNamespace = Option(
    "empty-ns", .text("NAMESPACE"), repeats: true,
    help: "leave out what is in this namespace: network, which is left out anyway")
  static let lazyPages = Option(
    "lazy-pages", help: "leave memory where it is until it is needed")
  static let pageServer = Option(
    "page-server", .text("ADDRESS:PORT"),
    help: "where the memory is sent, or fetched with --lazy-pages"
  )
  static let statusFD = Option(
    "status-fd", .text("FD"),
    help: "a descriptor that is written a zero byte once --lazy-pages is ready")
  static let autoDedup = Option(
    "auto-dedup", help: "drop memory from earlier images that later ones have again")
}

extension CRIUChoices {
  init(_ arguments: Arguments) throws(RuntimeError) {
    self.init(images: try absolutePath(arguments.nonEmpty(.imagePath) ?? "checkpoint"))
    if let path = arguments.nonEmpty(.workPath) { work = try absolutePath(path) }
    tcpEstablished = arguments.has(.tcpEstablished)
    externalUnixSockets = arguments.has(.extUnixSk)
    shellJob = arguments.has(.shellJob)
    fileLocks = arguments.has(.fileLocks)
    autoDedup = arguments.has(.autoDedup)
    lazyPages = arguments.has(.lazyPages)
    cgroupMode =
      switch arguments[.manageCgroupsMode] ?? "" {
      case "": .default
      case "soft": .soft
      case "full": .full
      case "strict": .strict
      case "ignore": .ignore
      case let mode:
        throw RuntimeError(
          "invalid --manage-cgroups-mode \"\(mode)\": give soft, full, strict or ignore")
      }
    for name in arguments.values(.emptyNamespace) where name != "network" {
      throw RuntimeError("invalid --empty-ns \"\(name)\": only network can be left out")
    }
  }
}

extension CheckpointOptions {
  init(_ arguments: Arguments) throws(RuntimeError) {
    self.init(try CRIUChoices(arguments))
    parent = arguments.nonEmpty(.parentPath)
    leaveRunning = arguments.has(.leaveRunning)
    preDump = arguments.has(.preDump)
    tcpSkipInFlight = arguments.has(.tcpSkipInFlight)
    linkRemap = arguments.has(.linkRemap)
    if let server = arguments.nonEmpty(.pageServer) { pageServer = try .init(server) }
    guard let descriptor = arguments[.statusFD], descriptor != "-1" else { return }
    guard let number = Int32(descriptor), number >= 0 else {
      throw RuntimeError("invalid --status-fd \"\(descriptor)\": give a descriptor's number")
    }
    statusDescriptor = number
  }
}

extension CRIUOptions.PageServer {
  /// Reads "ADDRESS:PORT"; an address of IPv6 stands in brackets.
  fileprivate init(_ text: String) throws(RuntimeError) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let port = parts.last.flatMap { UInt16(String(Substring($0))) }
    var address = text.utf8.dropLast((parts.last?.count ?? 0) + 1)
    if address.first == UInt8(ascii: "["), address.last == UInt8(ascii: "]") {
      address = address.dropFirst().dropLast()
    }
    guard parts.count > 1, let port, port > 0, !address.isEmpty else {
      throw RuntimeError("invalid --page-server \"\(text)\": give ADDRESS:PORT")
    }
    self.init(address: String(Substring(address)), port: port)
  }
}

extension Arguments {
  /// An option's value; nil where it is empty, too, as callers of runc give it.
  func nonEmpty(_ option: Option) -> String? { self[option].flatMap { $0.isEmpty ? nil : $0 } }
}
