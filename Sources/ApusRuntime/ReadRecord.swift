// state.json is read by every command, so by hand: JSONReadable says why.

import Cgroups
import JSON
import OCISpec

extension ContainerRecord: JSONReadable {
  /// Reads a record, runc's too.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    id = try object.required("id")
    initProcessPID = try object.required("init_process_pid")
    initProcessStart = try object.required("init_process_start")
    created = try object.required("created")
    config = try object.required("config")
    let cgroup: RecordedCgroup? = try object.optional("cgroup_paths")
    self.cgroup = cgroup?.paths ?? CgroupPaths(directories: [])
    // runc 1.1 writes an empty one where there is none.
    resctrlGroup = nonEmpty(try object.optional("intel_rdt_path"))
    resctrlMonitoringGroup = nonEmpty(try object.optional("intel_rdt_mon_path"))
    resctrlGroupsMade = []
    guard let resctrlGroup else { return }
    if let own: Own = try object.optional("apus") {
      resctrlGroupsMade = own.resctrlGroupsMade
    } else if let closID = config.closID {
      // What runc makes: a group without a name of its own goes with its container.
      resctrlGroupsMade =
        closID.isEmpty ? [resctrlGroup] : resctrlMonitoringGroup.map { [$0] } ?? []
    }
  }
}

/// The directories of a cgroup, by controller.
private struct RecordedCgroup: JSONReadable {
  let paths: CgroupPaths

  init(json: JSONValue) throws(JSONError) {
    var directories: [(controller: String, path: String)] = []
    try json.forEachMember { controller, path throws(JSONError) in
      directories.append((controller, try String(json: path)))
    }
    paths = CgroupPaths(directories: directories)
  }
}

/// What only this runtime keeps in a record. runc passes over it, and leaves it out when it writes
/// the record anew.
private struct Own: JSONReadable {
  let resctrlGroupsMade: [String]

  init(json: JSONValue) throws(JSONError) {
    resctrlGroupsMade = try json.object().optional("resctrl_groups_made") ?? []
  }
}

private struct RecordedIntelRdt: JSONReadable {
  let closID: String

  init(json: JSONValue) throws(JSONError) { closID = try json.object().optional("closID") ?? "" }
}

extension ContainerRecord.Config: JSONReadable {
  /// Reads what is needed of a configuration.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    rootfs = try object.optional("rootfs") ?? ""
    cgroups = try object.required("cgroups")
    version = try object.optional("version") ?? ""
    labels = try object.optional("labels") ?? []
    namespaces = try object.optional("namespaces") ?? []
    hooks = try object.optional("Hooks") ?? ContainerRecord.Hooks(poststart: [], poststop: [])
    noNewKeyring = try object.optional("no_new_keyring") ?? false
    let rdt: RecordedIntelRdt? = try object.optional("intel_rdt")
    closID = rdt?.closID
  }
}

extension ContainerRecord.Cgroups: JSONReadable {
  /// Reads what is needed.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    name = try object.optional("name") ?? ""
    parent = try object.optional("parent")
    scopePrefix = try object.optional("scope_prefix")
    isSystemd = try object.optional("Systemd") ?? false
    isRootless = try object.optional("Rootless") ?? false
  }
}

extension ContainerRecord.Namespace: JSONReadable {
  /// Reads a namespace.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    type = try object.required("type")
    path = try object.optional("path")
  }
}

extension ContainerRecord.Hooks: JSONReadable {
  /// Reads the hooks that are still to come. Those of poststart runc has run in its `create`.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    let poststart: [RecordedHook]? = try object.optional("poststart")
    let poststop: [RecordedHook]? = try object.optional("poststop")
    self.poststart = (poststart ?? []).filter { $0.isOurs }.map { $0.hook }
    self.poststop = (poststop ?? []).map { $0.hook }
  }
}

/// A hook as libcontainer keeps it.
struct RecordedHook: JSONReadable {
  /// The hook as config.json has it.
  let hook: Spec.Hook
  /// Where it is run. runc never fills this in, and keeps it where it is: so it tells a record of ours,
  /// even one that runc has written anew.
  let folder: String

  /// Whether this runtime has made the container.
  var isOurs: Bool { !folder.isEmpty }

  private static let nanoseconds = 1_000_000_000

  /// Describes a hook of a container.
  init(_ hook: Spec.Hook, in folder: String) {
    self.hook = hook
    self.folder = folder
  }

  init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    let timeout: Int? = try object.optional("timeout")
    hook = Spec.Hook(
      path: try object.required("path"), args: try object.optional("args"),
      env: try object.optional("env"), timeout: timeout.map { $0 / Self.nanoseconds })
    folder = try object.optional("dir") ?? ""
  }

  /// Writes the members of the hook.
  func write(members json: JSONMembers) {
    json.member("path", hook.path)
    json.member("args", hook.args ?? [])
    json.member("env", hook.env ?? [])
    json.member("dir", folder)
    json.member(
      "timeout", hook.timeout.map { $0.multipliedReportingOverflow(by: Self.nanoseconds).0 })
  }
}
