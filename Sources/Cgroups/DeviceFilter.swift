import LinuxKernel
import OCISpec

/// What restricts devices where there is no controller for them, that is, on v2.
public struct DeviceFilter: Equatable, Sendable {
  /// The cgroup's directory on the host.
  public let directory: String
  /// The JSON pointer into config.json; empty where it has no rules.
  public let pointer: String
  /// The rules of config.json. What every container may use comes after them.
  public let rules: [DeviceRule]
  /// What they come to.
  public let program: DeviceProgram

  /// Puts all processes that are or come to be in the cgroup under the filter, for as long as the
  /// cgroup is there. Filters of cgroups above stay in force, too.
  public func attach() throws(KernelError) {
    let loaded = try loadDeviceProgram(program.instructions)
    try attachDeviceProgram(loaded, to: directory)
  }
}

extension CgroupPaths {
  /// The filter of devices that config.json's resources come to; nil where v1 does that, and when
  /// nothing is denied.
  public func deviceFilter(for resources: Spec.Linux.Resources?) throws(TooManyDevices)
    -> DeviceFilter?
  {
    guard self["devices"] == nil, let directory = self[""] else { return nil }
    let rules = DeviceRule.given(by: resources)
    let all = rules + DeviceRule.always(resources)
    guard let program = try DeviceProgram(all.map(\.rule)) else { return nil }
    return DeviceFilter(
      directory: directory, pointer: all.last?.pointer ?? "", rules: rules.map(\.rule),
      program: program)
  }
}
