import ApusRuntime

extension Command {
  static let create = Command(
    "create", "make a container, without running its program yet", operands: "ID", count: 1...1,
    description: """
      Makes the container that config.json in the bundle's folder describes, under
      the name ID: letters, digits and _ + - . only. Its program waits for
      "apus start ID".
      """,
    options: creationOptions + [.noSubreaperOfCreate]
  ) { invocation throws(RuntimeError) in
    try sealProcess()
    _ = try invocation.store.create(
      invocation.arguments.operands[0], try CreateOptions(invocation.arguments))
    return 0
  }

  /// What `create` and `run` have in common.
  static let creationOptions: [Option] = [
    .bundle, .config, .consoleSocket, .pidFile, .pidfdSocket, .noPivot, .noNewKeyring, .preserveFDs,
  ]
}

extension Option {
  static let config = Option(
    "config", short: "f", .text("FILE"), help: "read FILE instead of config.json in the bundle")
  // crun's create takes it, and has as little to reap.
  static let noSubreaperOfCreate = Option("no-subreaper", isHidden: true, help: "says nothing")
  static let noPivot = Option(
    "no-pivot", help: "for a root file system on a ramdisk, where pivot_root can't work")
  static let noNewKeyring = Option(
    "no-new-keyring", help: "keep the caller's session keyring, don't make a new one")
}

extension CreateOptions {
  init(_ arguments: Arguments) throws(RuntimeError) {
    self.init(bundle: try bundlePath(arguments))
    config = arguments[.config]
    consoleSocket = arguments[.consoleSocket]
    pidFile = arguments[.pidFile]
    pidfdSocket = arguments[.pidfdSocket]
    noPivot = arguments.has(.noPivot)
    noNewKeyring = arguments.has(.noNewKeyring)
    preservedDescriptors = arguments.number(.preserveFDs) ?? 0
  }
}
