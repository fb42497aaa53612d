import ApusRuntime

extension Command {
  static let restore = Command(
    "restore", "make a container from what checkpoint has saved", operands: "ID", count: 1...1,
    description: """
      Makes a container under the name ID from the bundle, and from the processes that
      "apus checkpoint" has saved, by means of criu(8). They go on where they were.
      Waits for the end of the first one and deletes the container, unless detached;
      the exit status is that of "apus run".
      """,
    options: [
      .bundle, .imagePath, .workPath, .detach, .pidFile, .consoleSocket, .noSubreaper,
      .noPivotOfRestore, .tcpEstablished, .extUnixSk, .shellJob, .fileLocks, .manageCgroupsMode,
      .emptyNamespace, .lazyPages, .autoDedup, .lsmProfile, .lsmMountContext,
    ]
  ) { invocation throws(RuntimeError) in
    try sealProcess()
    let arguments = invocation.arguments
    var options = RestoreOptions(
      try CRIUChoices(arguments), CreateOptions(bundle: try bundlePath(arguments)))
    options.create.consoleSocket = arguments[.consoleSocket]
    options.create.pidFile = arguments[.pidFile]
    options.run.detach = arguments.has(.detach)
    options.run.subreaper = !arguments.has(.noSubreaper)
    options.securityLabel = arguments.nonEmpty(.lsmProfile)
    options.mountContext = arguments.nonEmpty(.lsmMountContext)
    return try invocation.store.restore(arguments.operands[0], options)
  }
}

extension Option {
  // CRIU changes the root in its own way.
  static let noPivotOfRestore = Option("no-pivot", isHidden: true, help: "says nothing")
  static let lsmProfile = Option(
    "lsm-profile", .text("TYPE:NAME"),
    help: "another security label than the saved one: apparmor:NAME or selinux:LABEL")
  static let lsmMountContext = Option(
    "lsm-mount-context", .text("CONTEXT"),
    help: "the SELinux context of mounts, instead of the saved one")
}
