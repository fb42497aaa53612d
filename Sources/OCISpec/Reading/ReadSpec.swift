// How config.json is read at start-up; ``JSONReadable`` says why not by `Decodable` alone.

import JSON

extension Spec: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    ociVersion = try object.required("ociVersion")
    process = try object.optional("process")
    root = try object.optional("root")
    hostname = try object.optional("hostname")
    domainname = try object.optional("domainname")
    mounts = try object.optional("mounts")
    hooks = try object.optional("hooks")
    annotations = try object.optional("annotations")
    linux = try object.optional("linux")
  }
}

extension Spec.Root: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    path = try object.required("path")
    readonly = try object.optional("readonly")
  }
}

extension Spec.Mount: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    destination = try object.required("destination")
    type = try object.optional("type")
    source = try object.optional("source")
    options = try object.optional("options")
    uidMappings = try object.optional("uidMappings")
    gidMappings = try object.optional("gidMappings")
  }
}

extension Spec.Process: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    terminal = try object.optional("terminal")
    consoleSize = try object.optional("consoleSize")
    user = try object.optional("user") ?? User()
    args = try object.optional("args")
    env = try object.optional("env")
    cwd = try object.optional("cwd") ?? ""
    capabilities = try object.optional("capabilities")
    rlimits = try object.optional("rlimits")
    noNewPrivileges = try object.optional("noNewPrivileges")
    apparmorProfile = try object.optional("apparmorProfile")
    oomScoreAdj = try object.optional("oomScoreAdj")
    scheduler = try object.optional("scheduler")
    selinuxLabel = try object.optional("selinuxLabel")
    ioPriority = try object.optional("ioPriority")
    execCPUAffinity = try object.optional("execCPUAffinity")
  }
}

extension Spec.Process.ConsoleSize: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    height = try object.required("height")
    width = try object.required("width")
  }
}

extension Spec.Process.User: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    uid = try object.optional("uid") ?? 0
    gid = try object.optional("gid") ?? 0
    umask = try object.optional("umask")
    additionalGids = try object.optional("additionalGids")
    username = try object.optional("username")
  }
}

extension Spec.Process.Capabilities: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    bounding = try object.optional("bounding")
    effective = try object.optional("effective")
    inheritable = try object.optional("inheritable")
    permitted = try object.optional("permitted")
    ambient = try object.optional("ambient")
  }
}

extension Spec.Process.RLimit: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    type = try object.required("type")
    hard = try object.required("hard")
    soft = try object.required("soft")
  }
}

extension Spec.Process.Scheduler: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    policy = try object.required("policy")
    nice = try object.optional("nice")
    priority = try object.optional("priority")
    flags = try object.optional("flags")
    runtime = try object.optional("runtime")
    deadline = try object.optional("deadline")
    period = try object.optional("period")
  }
}

extension Spec.Process.IOPriority: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    self.`class` = try object.required("class")
    priority = try object.optional("priority") ?? 0
  }
}

extension Spec.Process.ExecCPUAffinity: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    initial = try object.optional("initial")
    self.`final` = try object.optional("final")
  }
}

extension Spec.Hooks: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    prestart = try object.optional("prestart")
    createRuntime = try object.optional("createRuntime")
    createContainer = try object.optional("createContainer")
    startContainer = try object.optional("startContainer")
    poststart = try object.optional("poststart")
    poststop = try object.optional("poststop")
  }
}

extension Spec.Hook: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    path = try object.required("path")
    args = try object.optional("args")
    env = try object.optional("env")
    timeout = try object.optional("timeout")
  }
}
