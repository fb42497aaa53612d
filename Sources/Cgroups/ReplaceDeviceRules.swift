import LinuxKernel
import OCISpec

extension CgroupPaths {
  /// Puts other device rules in the place of those that are in force.
  public func replaceDeviceRules(with resources: Spec.Linux.Resources) throws(RefusedWrite) {
    let writes = deviceWrites(for: resources)
    guard writes.isEmpty else { return try replaceDeviceRules(with: writes) }
    let list = "/linux/resources/devices"
    let filter: DeviceFilter?
    do throws(TooManyDevices) {
      filter = try deviceFilter(for: resources)
    } catch {
      throw RefusedWrite(
        write: CgroupWrite(self[""] ?? "", "", "", list),
        reason: "the \(error.count) block devices with rules of their own are too many")
    }
    do throws(KernelError) {
      guard let directory = self[""] else { return }
      let program = try filter.map { (filter) throws(KernelError) in
        try loadDeviceProgram(filter.program.instructions)
      }
      try replaceDeviceProgram(of: directory, with: program)
    } catch {
      throw RefusedWrite(write: CgroupWrite(self[""] ?? "", "", "", list), reason: "\(error)")
    }
  }

  /// v1 takes rules one by one, the first of which denies all: nobody in the container may look
  /// meanwhile.
  private func replaceDeviceRules(with writes: [CgroupWrite]) throws(RefusedWrite) {
    let stops = !isFrozen
    if stops { try freeze(true, writes[0]) }
    var files = CgroupFile()
    do throws(RefusedWrite) {
      for write in writes { try files.write(write) }
    } catch {
      if stops { try? setFrozen(false) }
      throw error
    }
    if stops { try freeze(false, writes[0]) }
  }

  private func freeze(_ frozen: Bool, _ write: CgroupWrite) throws(RefusedWrite) {
    do throws(KernelError) {
      try setFrozen(frozen)
    } catch {
      throw RefusedWrite(write: write, reason: "\(error)")
    }
  }
}
