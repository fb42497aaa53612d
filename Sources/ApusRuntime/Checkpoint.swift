import CRIU
import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec

extension Container {
  /// Saves the container's processes in files, by means of CRIU (criu(8)), from which
  /// ``ContainerStore/restore(_:_:)`` makes it anew; then it is deleted, unless it is to go on.
  public func checkpoint(_ options: CheckpointOptions) throws(RuntimeError) {
    let purpose = "checkpoint container \"\(id)\""
    if var launch = store.launch("checkpoint") {
      if options.statusDescriptor != nil {
        throw RuntimeError("\(purpose): another process can't write to a descriptor of this one")
      }
      options.add(to: &launch)
      launch.add("--", id)
      _ = try launch.run(purpose)
      return
    }
    try requireRoot(purpose)
    try requireSingleThread(purpose)
    try dump(options, purpose)
    guard !options.keepsRunning else { return }
    do throws(RuntimeError) {
      // Without force a process that is still on its way out would be in the way.
      try delete(force: true)
    } catch {
      // Whoever has waited for it may have deleted it already.
      if store.exists(id) { store.log(.warning, error.description) }
    }
  }

  private func dump(_ options: CheckpointOptions, _ purpose: String) throws(RuntimeError) {
    // Nobody starts or deletes it meanwhile.
    let lock = try store.lock(id)
    defer { _ = lock.number }
    let container = try Container(id, in: store)
    let status = container.status
    guard status == .running || status == .paused else {
      throw RuntimeError(
        "\(purpose): a container cannot be checkpointed in the \(status.rawValue) state")
    }
    let spec = try loadSpec(configuration)
    try requireRestorable(spec, purpose)
    let program = try CRIUSession.find(purpose)
    let folders = try CheckpointFolders(
      options.choices, log: "dump.log", makingImages: true, for: spec.linux, purpose)
    if let parent = options.parent { try folders.requireParent(parent, purpose) }
    try requireWritable(options.statusDescriptor, purpose)
    do throws(RuntimeError) {
      try container.dump(spec, by: program, options, folders, purpose)
    } catch {
      folders.forgetEmpty()
      throw error
    }
  }

  private func dump(
    _ spec: Spec, by program: String, _ options: CheckpointOptions,
    _ folders: borrowing CheckpointFolders, _ purpose: String
  ) throws(RuntimeError) {
    let mounts = options.preDump ? [] : try externalMountPoints(spec, purpose)
    let namespaces = try externalNamespaces(purpose)
    if !options.preDump { try folders.write(streams: standardStreams(purpose), purpose) }
    var session = try CRIUSession(program, nil, purpose)
    do throws(RuntimeError) {
      let version = try session.requireVersion(purpose)
      for (kind, _) in namespaces { try version.requireExternal(kind, purpose) }
      if options.preDump { try session.require(.memoryTracking, "mem-track", purpose) }
      if options.choices.lazyPages { try session.require(.lazyPages, "lazy-pages", purpose) }
      // On v2 as of 3.14; without, CRIU stops each process by itself.
      let freezer = cgroup["freezer"] ?? (version >= CRIUVersion(3, 14) ? cgroup[""] : nil)
      var request = CRIURequest(options.preDump ? .preDump : .dump)
      var saving = CRIUOptions(
        dumping: record.initProcessPID, options, folders: folders.numbers,
        root: record.config.rootfs, annotations: record.annotations, freezer: freezer,
        mounts: mounts, namespaces: namespaces)
      // It tells us when it is ready; before 3.15 it writes that itself.
      if version < CRIUVersion(3, 15) { saving.statusDescriptor = options.statusDescriptor }
      request.options = saving
      try session.perform(request, purpose) { event, _ throws(RuntimeError) in
        guard event == "status-ready", let number = options.statusDescriptor else { return }
        try tellReady(number, purpose)
      }
      _ = session.end()
    } catch {
      _ = session.end()
      throw RuntimeError(error.description + folders.complaint)
    }
  }

  private func tellReady(_ number: Int32, _ purpose: String) throws(RuntimeError) {
    try attempt("\(purpose): write to --status-fd") { () throws(KernelError) in
      try write([0], to: number, path: "descriptor \(number)")
    }
    close(number)
  }

  private func requireWritable(_ descriptor: Int32?, _ purpose: String) throws(RuntimeError) {
    guard let descriptor else { return }
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
      throw RuntimeError(
        "\(purpose): --status-fd \(descriptor) is no descriptor that can be written to")
    }
  }

  /// What its standard streams were made of, runc's containers included.
  private func standardStreams(_ purpose: String) throws(RuntimeError) -> [String] {
    let path = "\(store.root)/\(id)/state.json"
    let bytes = try attempt(purpose) { () throws(KernelError) in try readFile(path) }
    do throws(JSONError) {
      return try decodeJSON(RecordedStreams.self, from: bytes).streams
    } catch {
      throw RuntimeError("\(purpose): \(path): \(error)")
    }
  }

  /// The namespaces that were there before the container, as config.json has them by their paths: CRIU
  /// leaves them alone.
  private func externalNamespaces(_ purpose: String) throws(RuntimeError) -> [(
    kind: NamespaceKind, inode: UInt
  )] {
    var found: [(kind: NamespaceKind, inode: UInt)] = []
    for kind in [NamespaceKind.network, .pid] {
      let namespace = record.config.namespaces.first { $0.type == kind.libcontainerName }
      guard let path = namespace?.path, !path.isEmpty else { continue }
      let inode = try attempt("\(purpose): find the \(kind.rawValue) namespace") {
        () throws(KernelError) in try LinuxKernel.status(of: path).st_ino
      }
      found.append((kind, inode))
    }
    return found
  }
}

/// The part of state.json that is for a checkpoint alone.
private struct RecordedStreams: JSONReadable {
  let streams: [String]

  init(json: JSONValue) throws(JSONError) {
    streams = try json.object().optional("external_descriptors") ?? []
  }
}

/// Refuses what could be saved and never be made anew.
func requireRestorable(_ spec: Spec, _ purpose: String) throws(RuntimeError) {
  guard spec.linux?.has(.mount) == true else {
    throw RuntimeError("\(purpose): it has no mount namespace (config.json /linux/namespaces)")
  }
  for (index, namespace) in (spec.linux?.namespaces ?? []).enumerated() {
    guard let path = namespace.path, !path.isEmpty,
      ["user", "cgroup", "mount", "time"].contains(namespace.type)
    else { continue }
    throw RuntimeError(
      "\(purpose): CRIU can't put processes back into a \(namespace.type) namespace that was there "
        + "before them (config.json /linux/namespaces/\(index)/path)")
  }
}

/// CRIU moves processes between cgroups and makes namespaces: that is for the host's root.
func requireRoot(_ purpose: String) throws(RuntimeError) {
  guard !isHostsRoot() else { return }
  throw RuntimeError(
    "\(purpose): CRIU needs the rights of the host's root, which this user has not; "
      + "there is no checkpoint of rootless containers")
}
