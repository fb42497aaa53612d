// How config.json is read at start-up; ``JSONReadable`` says why not by `Decodable` alone.

import JSON

extension Spec.Linux.Resources: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    devices = try object.optional("devices")
    memory = try object.optional("memory")
    cpu = try object.optional("cpu")
    pids = try object.optional("pids")
    blockIO = try object.optional("blockIO")
    hugepageLimits = try object.optional("hugepageLimits")
    network = try object.optional("network")
    rdma = try object.optional("rdma")
    unified = try object.optional("unified")
  }
}

extension Spec.Linux.Resources.DeviceRule: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    allow = try object.required("allow")
    type = try object.optional("type")
    major = try object.optional("major")
    minor = try object.optional("minor")
    access = try object.optional("access")
  }
}

extension Spec.Linux.Resources.Memory: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    limit = try object.optional("limit")
    reservation = try object.optional("reservation")
    swap = try object.optional("swap")
    kernel = try object.optional("kernel")
    kernelTCP = try object.optional("kernelTCP")
    swappiness = try object.optional("swappiness")
    disableOOMKiller = try object.optional("disableOOMKiller")
    useHierarchy = try object.optional("useHierarchy")
    checkBeforeUpdate = try object.optional("checkBeforeUpdate")
  }
}

extension Spec.Linux.Resources.CPU: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    shares = try object.optional("shares")
    quota = try object.optional("quota")
    burst = try object.optional("burst")
    period = try object.optional("period")
    realtimeRuntime = try object.optional("realtimeRuntime")
    realtimePeriod = try object.optional("realtimePeriod")
    cpus = try object.optional("cpus")
    mems = try object.optional("mems")
    idle = try object.optional("idle")
  }
}

extension Spec.Linux.Resources.Pids: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    limit = try object.optional("limit")
  }
}

extension Spec.Linux.Resources.BlockIO: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    weight = try object.optional("weight")
    leafWeight = try object.optional("leafWeight")
    weightDevice = try object.optional("weightDevice")
    throttleReadBpsDevice = try object.optional("throttleReadBpsDevice")
    throttleWriteBpsDevice = try object.optional("throttleWriteBpsDevice")
    throttleReadIOPSDevice = try object.optional("throttleReadIOPSDevice")
    throttleWriteIOPSDevice = try object.optional("throttleWriteIOPSDevice")
  }
}

extension Spec.Linux.Resources.BlockIO.WeightDevice: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    major = try object.required("major")
    minor = try object.required("minor")
    weight = try object.optional("weight")
    leafWeight = try object.optional("leafWeight")
  }
}

extension Spec.Linux.Resources.BlockIO.ThrottleDevice: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    major = try object.required("major")
    minor = try object.required("minor")
    rate = try object.required("rate")
  }
}

extension Spec.Linux.Resources.HugepageLimit: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    pageSize = try object.required("pageSize")
    limit = try object.required("limit")
  }
}

extension Spec.Linux.Resources.Network: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    classID = try object.optional("classID")
    priorities = try object.optional("priorities")
  }
}

extension Spec.Linux.Resources.Network.Priority: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    name = try object.required("name")
    priority = try object.required("priority")
  }
}

extension Spec.Linux.Resources.RDMA: JSONReadable {
  /// Reads what stands at this place of config.json.
  public init(json: JSONValue) throws(JSONError) {
    let object = try json.object()
    hcaHandles = try object.optional("hcaHandles")
    hcaObjects = try object.optional("hcaObjects")
  }
}
