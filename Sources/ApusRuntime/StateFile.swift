import ContainerPlan
import JSON
import LinuxKernel
import OCISpec

/// `state.json` as create writes it. What commands of this runtime read again comes from the record;
/// what only runc's do, straight from config.json.
///
/// A reference: a value of its two kilobytes would be passed on from frame to frame, and init's stack
/// begins where its maker's ends.
final class StateFile: JSONWritable {
  var record: ContainerRecord
  let spec: Spec

  init(record: ContainerRecord, spec: Spec) {
    self.record = record
    self.spec = spec
  }

  func write(to json: JSONWriter) {
    json.object {
      $0.member("id", record.id)
      $0.member("init_process_pid", record.initProcessPID)
      $0.member("init_process_start", record.initProcessStart)
      $0.member("created", record.created)
      $0.object("config", write(config:))
      if record.config.cgroups.isRootless { $0.member("rootless", true) }
      $0.object("cgroup_paths") {
        for (controller, path) in record.cgroup.directories { $0.member(named: controller, path) }
      }
      if hasInit { write(initIn: $0) }
      if let group = record.resctrlGroup {
        $0.member("intel_rdt_path", group)
        $0.member("intel_rdt_mon_path", record.resctrlMonitoringGroup)
        $0.object("apus") { $0.member("resctrl_groups_made", record.resctrlGroupsMade) }
      }
    }
  }

  /// Nobody can exec into a container before.
  private var hasInit: Bool { record.initProcessPID != 0 }

  private func write(config json: JSONMembers) {
    let config = record.config
    json.member("rootfs", config.rootfs)
    json.list("namespaces") {
      for namespace in config.namespaces {
        $0.object {
          $0.member("type", namespace.type)
          $0.member("path", namespace.path)
        }
      }
    }
    json.object("cgroups", write(cgroups:))
    json.object("Hooks") {
      write($0, "poststart", config.hooks.poststart)
      write($0, "poststop", config.hooks.poststop)
    }
    json.member("version", config.version)
    json.member("labels", config.labels)
    if config.noNewKeyring { json.member("no_new_keyring", true) }
    if config.cgroups.isRootless {
      json.member("rootless_euid", true)
      json.member("rootless_cgroups", true)
    }
    if hasInit {
      write(mappings: json)
      spec.process?.write(members: json)
      spec.linux?.write(members: json)
    }
  }

  private func write(_ json: JSONMembers, _ key: StaticString, _ hooks: [Spec.Hook]) {
    json.list(key) {
      for hook in hooks { $0.object(RecordedHook(hook, in: record.bundle).write(members:)) }
    }
  }

  private func write(cgroups json: JSONMembers) {
    let cgroups = record.config.cgroups
    let path = cgroups.isSystemd ? nil : nonEmpty(spec.linux?.cgroupsPath)
    json.member("name", path == nil ? cgroups.name : nil)
    json.member("parent", cgroups.parent)
    json.member("path", path)
    json.member("scope_prefix", cgroups.scopePrefix)
    if cgroups.isSystemd { json.member("Systemd", true) }
    if cgroups.isRootless { json.member("Rootless", true) }
    // Without any of its resources runc refuses to handle a cgroup of v1.
    json.member("devices", [String]())
    if let resources = spec.linux?.resources { RecordedResources(resources).write(members: json) }
  }

  private func write(initIn json: JSONMembers) {
    let pid = record.initProcessPID
    json.object("namespace_paths") {
      for kind in NamespaceKind.allCases {
        $0.member(named: kind.libcontainerName, "/proc/\(pid)/ns/\(kind.procName)")
      }
    }
    json.member(
      "external_descriptors", (0...2).map { (try? readLink("/proc/self/fd/\($0)")) ?? "" })
  }

  /// Who the users of its user namespace are outside. About one that is joined config.json may be
  /// silent, and runc's exec still wants to know.
  private func write(mappings json: JSONMembers) {
    guard let linux = spec.linux, linux.has(.user) else { return }
    func ranges(_ given: [Spec.Linux.IDMapping]?, _ file: String) -> [IDRange] {
      guard let given, !given.isEmpty else {
        return (try? idRanges(in: "/proc/\(record.initProcessPID)/\(file)")) ?? []
      }
      return given.map { IDRange(inside: $0.containerID, outside: $0.hostID, count: $0.size) }
    }
    write(json, "uid_mappings", ranges(linux.uidMappings, "uid_map"))
    write(json, "gid_mappings", ranges(linux.gidMappings, "gid_map"))
  }

  private func write(_ json: JSONMembers, _ key: StaticString, _ ranges: [IDRange]) {
    json.list(key) {
      for range in ranges {
        $0.object {
          $0.member("container_id", range.inside)
          $0.member("host_id", range.outside)
          $0.member("size", range.count)
        }
      }
    }
  }
}
