import Cgroups
import ContainerPlan
import DBus
import Glibc
import LinuxKernel
import OCISpec

/// Who makes the cgroups of containers.
public enum CgroupManager: String, Sendable, CaseIterable {
  /// apus itself, by writing to /sys/fs/cgroup.
  case cgroupfs
  /// systemd, which is asked over D-Bus for a scope.
  case systemd
  /// Nobody: containers stay in their caller's cgroup, without limits.
  case disabled
}

/// The bus that a systemd is on.
struct SystemdBus {
  /// The socket's path; "@" before an abstract name.
  let path: String

  /// The bus of the host's systemd, or of this user's (D-Bus Specification, Well-known Buses).
  init(ofUser: Bool) throws(RuntimeError) {
    let variable = ofUser ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS"
    if let address = environmentVariable(variable), !address.isEmpty {
      path = try Self.path(in: address, variable)
    } else if !ofUser {
      path = "/run/dbus/system_bus_socket"
    } else if let folder = environmentVariable("XDG_RUNTIME_DIR"), !folder.isEmpty {
      path = "\(folder)/bus"
    } else {
      throw RuntimeError(
        "find the bus of this user's systemd: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR "
          + "is set; log in through systemd, or use --cgroup-manager cgroupfs")
    }
  }

  /// The socket of an address: "unix:path=/run/user/1000/bus,guid=…". The first that is one.
  private static func path(in address: String, _ variable: String) throws(RuntimeError) -> String {
    for entry in address.split(separator: ";") where entry.hasPrefix("unix:") {
      for pair in entry.dropFirst(5).split(separator: ",") {
        if pair.hasPrefix("path=") { return String(pair.dropFirst(5)) }
        if pair.hasPrefix("abstract=") { return "@" + pair.dropFirst(9) }
      }
    }
    throw RuntimeError(
      "find the bus of systemd: \(variable) is \"\(address)\", which is no socket of this host; "
        + "give \"unix:path=…\"")
  }

  /// Connects to systemd, does something there, and closes the connection.
  func ask<Result>(
    _ purpose: String, _ body: (inout Systemd) throws(DBusError) -> Result
  ) throws(RuntimeError) -> Result {
    do throws(DBusError) {
      var systemd = try Systemd(bus: path)
      return try body(&systemd)
    } catch {
      throw RuntimeError(
        "\(purpose), by systemd over the bus \(path): \(error)\(advice(for: error))")
    }
  }

  private func advice(for error: DBusError) -> String {
    switch error {
    case .kernel, .closed, .late:
      "; see that systemd and its bus run, or use --cgroup-manager cgroupfs"
    default: ""
    }
  }
}

/// Has systemd make a unit, and move a process into it.
func start(
  _ unit: SystemdUnit, with pid: Int32, _ properties: [SystemdProperty], _ purpose: String
) throws(RuntimeError) {
  try SystemdBus(ofUser: unit.instance != .system).ask(purpose) { systemd throws(DBusError) in
    try systemd.start(unit, with: pid, properties, description: "container \(unit.ownName)")
  }
}

/// Has systemd move a process into the cgroup of a unit.
func attach(_ pid: Int32, to unit: SystemdUnit, _ purpose: String) throws(RuntimeError) {
  try SystemdBus(ofUser: unit.instance != .system).ask(purpose) { systemd throws(DBusError) in
    try systemd.attach(pid, to: unit.name)
  }
}

extension Container {
  /// Tells systemd, if it has made the container's cgroup, what is written there: it would write what
  /// it knows of again.
  func tellSystemd(_ writes: [CgroupWrite], _ purpose: String) throws(RuntimeError) {
    guard let name = record.config.cgroups.unitName else { return }
    let properties = SystemdProperty.properties(saying: writes)
    guard !properties.isEmpty else { return }
    try SystemdBus(ofUser: record.config.cgroups.isRootless).ask("\(purpose): change \(name)") {
      systemd throws(DBusError) in try systemd.set(properties, of: name)
    }
  }
}

extension ContainerStore {
  /// The unit of a new container; nil where systemd doesn't manage cgroups.
  func systemdUnit(for spec: Spec, _ id: String, _ layout: CgroupLayout, _ purpose: String)
    throws(RuntimeError) -> SystemdUnit?
  {
    guard cgroupManager == .systemd else { return nil }
    guard layout == .unified else {
      throw RuntimeError(
        "\(purpose): have systemd manage its cgroup: this host has cgroups of version 1, which apus "
          + "manages itself only; use --cgroup-manager cgroupfs")
    }
    var instance = SystemdUnit.Instance.system
    if isOrdinaryUser {
      let group = try SystemdBus(ofUser: true).ask("\(purpose): find this user's cgroup") {
        systemd throws(DBusError) in try systemd.controlGroup()
      }
      instance = .user(cgroup: group)
    }
    do throws(SystemdNameError) {
      return try SystemdUnit(
        cgroupsPath: spec.linux?.cgroupsPath ?? "", id: id, instance: instance)
    } catch {
      throw RuntimeError("\(purpose): (config.json /linux/cgroupsPath): \(error.reason)")
    }
  }

  /// Whether this is not the host's root, whose systemd is the host's.
  private var isOrdinaryUser: Bool { !isHostsRoot() }

  /// Makes sure that a container's unit is gone, and its name free. Its cgroup is gone already, so a
  /// systemd that doesn't answer keeps nothing from being deleted.
  func clearUnit(of record: ContainerRecord, _ purpose: String) {
    guard let name = record.config.cgroups.unitName else { return }
    do throws(RuntimeError) {
      try SystemdBus(ofUser: record.config.cgroups.isRootless).ask("\(purpose): end \(name)") {
        systemd throws(DBusError) in try systemd.stop(name)
      }
    } catch {
      log(.warning, error.description)
    }
  }
}
