import CRIU
import LinuxKernel
import Testing

@testable import ApusRuntime

/// What CRIU is told for the options of the command line.
@Suite struct CheckpointRequestTests {
  private func dump(
    annotations: [String: String] = [:], freezer: String? = nil,
    mounts: [(key: String, value: String)] = [],
    namespaces: [(kind: NamespaceKind, inode: UInt)] = [],
    _ edit: (inout CheckpointOptions) -> Void = { _ in }
  ) -> CRIUOptions {
    var options = CheckpointOptions(CRIUChoices(images: "/images"))
    edit(&options)
    return CRIUOptions(
      dumping: 42, options, folders: (7, nil), root: "/bundle/rootfs", annotations: annotations,
      freezer: freezer, mounts: mounts, namespaces: namespaces)
  }

  private func restore(
    streams: [String] = [], joined: [(kind: NamespaceKind, path: String)] = [],
    _ edit: (inout RestoreOptions) -> Void = { _ in }
  ) -> CRIUOptions {
    var options = RestoreOptions(CRIUChoices(images: "/images"), CreateOptions(bundle: "/bundle"))
    edit(&options)
    return CRIUOptions(
      restoring: options, folders: (7, 8), root: "/run/root", annotations: [:], mounts: [],
      streams: streams, joined: joined, firstDescriptor: 4)
  }

  @Test func aDumpWithoutOptions() {
    let options = dump()
    #expect(options.pid == 42 && options.root == "/bundle/rootfs")
    #expect(options.imageFolder == 7 && options.workFolder == nil && options.logFile == "dump.log")
    #expect(options.cgroupMode == .default && options.orphanTerminals == true)
    #expect(options.leaveRunning == false && options.shellJob == false)
    #expect(options.parentImages == nil && options.trackMemory == nil && options.freezer == nil)
    // CLONE_NEWNET, as in runc, asked for or not.
    #expect(options.emptyNamespaces == 0x4000_0000)
    #expect(options.configuration == "/etc/criu/runc.conf")
  }

  @Test func optionsOfADump() {
    #expect(dump { $0.leaveRunning = true }.leaveRunning == true)
    #expect(dump { $0.tcpSkipInFlight = true }.tcpSkipInFlight == true)
    #expect(dump { $0.linkRemap = true }.linkRemap == true)
    #expect(dump { $0.choices.tcpEstablished = true }.tcpEstablished == true)
    #expect(dump { $0.choices.externalUnixSockets = true }.externalUnixSockets == true)
    #expect(dump { $0.choices.shellJob = true }.shellJob == true)
    #expect(dump { $0.choices.fileLocks = true }.fileLocks == true)
    #expect(dump { $0.choices.autoDedup = true }.autoDedup == true)
    #expect(dump { $0.choices.lazyPages = true }.lazyPages == true)
    #expect(dump { $0.choices.cgroupMode = .strict }.cgroupMode == .strict)
    #expect(dump(freezer: "/sys/fs/cgroup/box").freezer == "/sys/fs/cgroup/box")
    let child = dump { $0.parent = "../parent" }
    #expect(child.parentImages == "../parent" && child.trackMemory == true)
    let server = CRIUOptions.PageServer(address: "::1", port: 27277)
    #expect(dump { $0.pageServer = server }.pageServer == server)
  }

  @Test(
    arguments: [
      ([:], "/etc/criu/runc.conf"), (["org.criu.config": "/etc/own.conf"], "/etc/own.conf"),
      (["org.criu.config": ""], nil),
    ] as [([String: String], String?)])
  func theConfigurationOfCRIU(annotations: [String: String], file: String?) {
    #expect(dump(annotations: annotations).configuration == file)
  }

  @Test func namespacesFromOutside() {
    let dumped = dump(namespaces: [(.network, 4_026_532), (.pid, 17)])
    #expect(dumped.external == ["net[4026532]:extRootNetNS", "pid[17]:extRootPidNS"])
    let made = restore(joined: [
      (.ipc, "/ipc"), (.network, "/net"), (.uts, "/uts"), (.pid, "/pid"),
    ])
    #expect(made.inherited.map(\.key) == ["extRootNetNS", "extRootPidNS"])
    #expect(made.inherited.map(\.descriptor) == [4, 5])
    #expect(made.joined.map(\.kind) == ["ipc", "uts"])
    #expect(made.joined.map(\.path) == ["/ipc", "/uts"])
  }

  @Test func aRestoreWithoutOptions() {
    let options = restore()
    #expect(options.root == "/run/root" && options.logFile == "restore.log")
    #expect(options.imageFolder == 7 && options.workFolder == 8)
    #expect(options.asSibling == true && options.evasiveDevices == true)
    #expect(options.securityLabel == nil && options.mountContext == nil)
  }

  @Test func optionsOfARestore() {
    #expect(restore { $0.securityLabel = "apparmor:box" }.securityLabel == "apparmor:box")
    #expect(restore { $0.mountContext = "a:b:c" }.mountContext == "a:b:c")
    #expect(restore { $0.choices.tcpEstablished = true }.tcpEstablished == true)
    #expect(restore { $0.choices.lazyPages = true }.lazyPages == true)
  }

  @Test func onlyPipesAreHandedIn() {
    let options = restore(streams: ["/dev/null", "pipe:[17]", "pipe:[18]"])
    #expect(options.inherited.map(\.key) == ["pipe:[17]", "pipe:[18]"])
    #expect(options.inherited.map(\.descriptor) == [1, 2])
  }

  @Test(
    arguments: [
      ("", nil), ("(00.1) all is well\n", nil),
      ("(00.1) Error (a.c:1): first\n(00.2) Error (b.c:2): why\n", "Error (b.c:2): why"),
      (
        "(00.1) Error (a.c:1): why\n(00.2) Error (a.c:2): Dump files (pid: 1) failed with -1\n"
          + "(00.3) Error (a.c:3): Dumping FAILED.\n(00.4) Error (a.c:4): later\n",
        "Error (a.c:1): why"
      ),
      ("(00.1) Error (a.c:3): Dumping FAILED.\n", "Error (a.c:3): Dumping FAILED."),
    ] as [(String, String?)])
  func theErrorThatTellsMost(log: String, error: String?) {
    #expect(lastError(inLog: Array(log.utf8)) == error)
  }
}
