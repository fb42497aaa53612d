// How config.json is read at start-up; ``JSONReadable`` says why not by `Decodable` alone.

import JSON

extension Spec.Linux: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    uidMappings = try object.optional("uidMappings")
    gidMappings = try object.optional("gidMappings")
    sysctl = try object.optional("sysctl")
    resources = try object.optional("resources")
    cgroupsPath = try object.optional("cgroupsPath")
    namespaces = try object.optional("namespaces")
    devices = try object.optional("devices")
    netDevices = try object.optional("netDevices")
    seccomp = try object.optional("seccomp")
    rootfsPropagation = try object.optional("rootfsPropagation")
    maskedPaths = try object.optional("maskedPaths")
    readonlyPaths = try object.optional("readonlyPaths")
    mountLabel = try object.optional("mountLabel")
    intelRdt = try object.optional("intelRdt")
    memoryPolicy = try object.optional("memoryPolicy")
    personality = try object.optional("personality")
    timeOffsets = try object.optional("timeOffsets")
  }
}

extension Spec.Linux.Namespace: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    type = try object.required("type")
    path = try object.optional("path")
  }
}

extension Spec.Linux.IDMapping: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    containerID = try object.required("containerID")
    hostID = try object.required("hostID")
    size = try object.required("size")
  }
}

extension Spec.Linux.TimeOffset: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    secs = try object.optional("secs")
    nanosecs = try object.optional("nanosecs")
  }
}

extension Spec.Linux.Device: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    path = try object.required("path")
    type = try object.required("type")
    major = try type == "p" ? object.optional("major") ?? 0 : object.required("major")
    minor = try type == "p" ? object.optional("minor") ?? 0 : object.required("minor")
    fileMode = try object.optional("fileMode")
    uid = try object.optional("uid")
    gid = try object.optional("gid")
  }
}

extension Spec.Linux.NetDevice: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    name = try object.optional("name")
  }
}

extension Spec.Linux.Seccomp: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    defaultAction = try object.optional("defaultAction") ?? ""
    defaultErrnoRet = try object.optional("defaultErrnoRet")
    architectures = try object.optional("architectures")
    flags = try object.optional("flags")
    listenerPath = try object.optional("listenerPath")
    listenerMetadata = try object.optional("listenerMetadata")
    syscalls = try object.optional("syscalls")
  }
}

extension Spec.Linux.Seccomp.Rule: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    names = try object.required("names")
    action = try object.required("action")
    errnoRet = try object.optional("errnoRet")
    args = try object.optional("args")
  }
}

extension Spec.Linux.Seccomp.Argument: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    index = try object.required("index")
    value = try object.required("value")
    valueTwo = try object.optional("valueTwo")
    op = try object.required("op")
  }
}

extension Spec.Linux.IntelRdt: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    closID = try object.optional("closID")
    schemata = try object.optional("schemata")
    l3CacheSchema = try object.optional("l3CacheSchema")
    memBwSchema = try object.optional("memBwSchema")
    enableMonitoring = try object.optional("enableMonitoring")
  }
}

extension Spec.Linux.MemoryPolicy: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    // As in Go, one that is missing is an empty one, which no policy has.
    mode = try object.optional("mode") ?? ""
    nodes = try object.optional("nodes")
    flags = try object.optional("flags")
  }
}

extension Spec.Linux.Personality: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    domain = try object.required("domain")
    flags = try object.optional("flags")
  }
}
