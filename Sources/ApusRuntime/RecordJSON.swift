// state.json is written by create and read by every command, so by hand: JSONReadable says why.

import JSON
import OCISpec

extension ContainerRecord: JSONReadable, JSONWritable {
  /// Reads a record, runc's too.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    id = try object.required("id")
    initProcessPID = try object.required("init_process_pid")
    initProcessStart = try object.required("init_process_start")
    created = try object.required("created")
    config = try object.required("config")
    cgroupPaths = try object.optional("cgroup_paths") ?? [:]
    namespacePaths = try object.optional("namespace_paths") ?? [:]
    externalDescriptors = try object.optional("external_descriptors") ?? []
    resctrlGroup = try object.optional("intel_rdt_path")
    resctrlMonitoringGroup = try object.optional("intel_rdt_mon_path")
    own = try object.optional("apus")
  }

  /// Writes the record.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("id", id)
      $0.member("init_process_pid", initProcessPID)
      $0.member("init_process_start", initProcessStart)
      $0.member("created", created)
      $0.member("config", config)
      $0.member("cgroup_paths", cgroupPaths)
      $0.member("namespace_paths", namespacePaths)
      $0.member("external_descriptors", externalDescriptors)
      $0.member("intel_rdt_path", resctrlGroup)
      $0.member("intel_rdt_mon_path", resctrlMonitoringGroup)
      $0.member("apus", own)
    }
  }
}

extension ContainerRecord.Own: JSONReadable, JSONWritable {
  /// Reads them.
  public init(json: JSONValue) throws(JSONError) {
    resctrlGroupsMade = try json.object().optional("resctrl_groups_made") ?? []
  }

  /// Writes them.
  public func write(to json: JSONWriter) {
    json.object { $0.member("resctrl_groups_made", resctrlGroupsMade) }
  }
}

extension ContainerRecord.Config: JSONReadable, JSONWritable {
  /// Reads what is needed of a configuration.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    rootfs = try object.optional("rootfs") ?? ""
    cgroups = try object.required("cgroups")
    version = try object.optional("version") ?? ""
    labels = try object.optional("labels") ?? []
    namespaces = try object.optional("namespaces") ?? []
    hooks = try object.optional("Hooks") ?? ContainerRecord.Hooks(poststart: [], poststop: [])
    uidMappings = try object.optional("uid_mappings")
    gidMappings = try object.optional("gid_mappings")
  }

  /// Writes the configuration.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("rootfs", rootfs)
      $0.member("cgroups", cgroups)
      $0.member("version", version)
      $0.member("labels", labels)
      $0.member("namespaces", namespaces)
      $0.member("Hooks", hooks)
      $0.member("uid_mappings", uidMappings)
      $0.member("gid_mappings", gidMappings)
    }
  }
}

extension ContainerRecord.Cgroups: JSONReadable, JSONWritable {
  /// Reads what is needed.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    name = try object.optional("name") ?? ""
    parent = try object.optional("parent")
    scopePrefix = try object.optional("scope_prefix")
    isSystemd = try object.optional("Systemd") ?? false
    isRootless = try object.optional("Rootless") ?? false
  }

  /// Writes it.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("name", name)
      $0.member("parent", parent)
      $0.member("scope_prefix", scopePrefix)
      if isSystemd { $0.member("Systemd", true) }
      if isRootless { $0.member("Rootless", true) }
      // Without any of its resources runc refuses to handle a cgroup of v1.
      $0.member("devices", [String]())
      limits.write(members: $0)
    }
  }
}

extension ContainerRecord.Namespace: JSONReadable, JSONWritable {
  /// Reads a namespace.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    type = try object.required("type")
    path = try object.optional("path")
  }

  /// Writes it.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("type", type)
      $0.member("path", path)
    }
  }
}

extension ContainerRecord.IDMap: JSONReadable, JSONWritable {
  /// Reads a range.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    containerID = try object.required("container_id")
    hostID = try object.required("host_id")
    size = try object.required("size")
  }

  /// Writes it.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("container_id", containerID)
      $0.member("host_id", hostID)
      $0.member("size", size)
    }
  }
}

extension ContainerRecord.Hooks: JSONReadable, JSONWritable {
  /// Reads the hooks that are still to come.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    poststart = try object.optional("poststart") ?? []
    poststop = try object.optional("poststop") ?? []
  }

  /// Writes them.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("poststart", poststart)
      $0.member("poststop", poststop)
    }
  }
}

extension ContainerRecord.Hook: JSONReadable, JSONWritable {
  /// Reads a hook.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    path = try object.required("path")
    args = try object.optional("args") ?? []
    env = try object.optional("env") ?? []
    dir = try object.optional("dir") ?? ""
    timeout = try object.optional("timeout")
  }

  /// Writes it.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("path", path)
      $0.member("args", args)
      $0.member("env", env)
      $0.member("dir", dir)
      $0.member("timeout", timeout)
    }
  }
}
