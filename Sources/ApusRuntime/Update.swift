import Cgroups
import Glibc
import JSON
import LinuxKernel
import OCISpec

extension Container {
  /// Changes limits of a container that is not stopped: those that are given, as config.json has
  /// them, and nothing else. All of them, or none: what was written is put back when one is refused.
  public func update(_ resources: Spec.Linux.Resources) throws(RuntimeError) {
    let purpose = "update container \"\(id)\""
    if let violation = resources.validate().first { throw RuntimeError("\(purpose): \(violation)") }
    let folder = try store.lock(id)
    let now = try Container(id, in: store)
    guard now.isAlive else {
      throw RuntimeError("\(purpose): container not running (it is \(now.status.rawValue))")
    }
    try now.requireCgroup("update")
    for setting in now.cgroup.leftOut(of: resources) {
      store.log(.warning, "\(purpose): \(place(setting.pointer)) is left out: \(setting.reason)")
    }
    try now.update(resources, folder.number, purpose)
  }

  private func update(_ resources: Spec.Linux.Resources, _ folder: Int32, _ purpose: String)
    throws(RuntimeError)
  {
    let bytes = try attempt(purpose) { () throws(KernelError) in
      try readFile("state.json", at: folder)
    }
    let before = try recordedResources(bytes, purpose)
    let asked = resources.completed(from: before, isUnified: cgroup.isUnified)
    try requireRoom(for: asked, purpose)
    let writes: [CgroupWrite]
    do throws(LimitError) {
      writes = try cgroup.writes(
        for: asked, isUpdate: true, bySystemd: record.config.cgroups.isSystemd)
    } catch {
      throw RuntimeError("\(purpose): \(place(error.pointer)): \(error.problem)")
    }
    let restoring = writes.map { (write: $0, back: $0.restoring) }
    try tellSystemd(writes, purpose)
    var count = 0
    do throws(RefusedWrite) {
      try write(writes, &count)
      try updateDevices(resources)
    } catch {
      var sentence = "\(purpose): \(place(error.write.pointer)): \(error.reason)"
      do throws(RefusedWrite) {
        var ignored = 0
        let done = restoring.prefix(count).reversed().filter { $0.write != error.write }
        try write(done.compactMap { $0.back }.tied, &ignored)
        try? tellSystemd(restoring.compactMap { $0.back }, purpose)
      } catch {
        sentence += "; what had been changed before could not be put back: \(error.reason)"
      }
      throw RuntimeError(sentence)
    }
    try record(resources, before, bytes, folder, purpose)
  }

  /// Writes values, and counts those that it came to.
  private func write(_ writes: [CgroupWrite], _ count: inout Int) throws(RefusedWrite) {
    var files = CgroupFile()
    for write in writes {
      count += 1
      try files.write(write)
    }
  }

  /// Device rules come last, for they can't be put back one by one.
  private func updateDevices(_ resources: Spec.Linux.Resources) throws(RefusedWrite) {
    guard resources.devices != nil, isHostsRoot() else { return }
    try cgroup.replaceDeviceRules(with: resources)
  }

  /// `checkBeforeUpdate`: rather no limit than one that kills. v1 refuses it by itself.
  private func requireRoom(for resources: Spec.Linux.Resources, _ purpose: String)
    throws(RuntimeError)
  {
    guard let memory = resources.memory, memory.checkBeforeUpdate == true,
      let usage = cgroup.memoryUsage
    else { return }
    for (limit, name) in [(memory.swap, "memory+swap"), (memory.limit, "memory")] {
      guard let limit, limit > 0, UInt64(limit) <= usage else { continue }
      throw RuntimeError("\(purpose): rejecting \(name) limit \(limit) <= usage \(usage)")
    }
  }

  private func recordedResources(_ bytes: [UInt8], _ purpose: String) throws(RuntimeError)
    -> Spec.Linux.Resources
  {
    do throws(JSONError) {
      return try decodeJSON(Recorded.self, from: bytes).config.cgroups.resources
    } catch {
      throw RuntimeError("\(purpose): \(store.root)/\(id)/state.json: \(error)")
    }
  }

  /// Changes the limits in the record, and leaves all else in it, runc's part too, as it is.
  private func record(
    _ resources: Spec.Linux.Resources, _ before: Spec.Linux.Resources, _ bytes: [UInt8],
    _ folder: Int32, _ purpose: String
  ) throws(RuntimeError) {
    let new: [UInt8]
    do throws(JSONError) {
      new = try replaceMembers(
        of: ["config", "cgroups"], in: bytes, named: resources.recordedNames,
        with: encodeJSON(RecordedResources(resources.merged(into: before)), style: .compact))
    } catch {
      throw RuntimeError("\(purpose): \(store.root)/\(id)/state.json: \(error)")
    }
    try attempt("\(purpose): record it") { () throws(KernelError) in
      try replaceFile(
        "state.json", with: new, mode: 0o600, at: folder, path: "\(store.root)/\(id)/state.json")
    }
  }
}

/// A place in the resources that an update gives.
private func place(_ pointer: String) -> String {
  let prefix = "/linux/resources"
  return pointer.hasPrefix(prefix) ? String(pointer.dropFirst(prefix.count)) : pointer
}

/// As much of state.json as an update builds on.
private struct Recorded: JSONReadable {
  struct Config: JSONReadable {
    let cgroups: RecordedResources

    init(json: JSONValue) throws(JSONError) { cgroups = try json.object().required("cgroups") }
  }

  let config: Config

  init(json: JSONValue) throws(JSONError) { config = try json.object().required("config") }
}
