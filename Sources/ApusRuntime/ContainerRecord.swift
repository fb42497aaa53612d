import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

/// `state.json`, which is libcontainer's, as far as commands read it: runc's containers are read as
/// ours are. What only runc's commands read, ``StateFile`` writes.
public struct ContainerRecord: Sendable, Equatable {
  /// The container's name.
  public var id: String
  /// 0 until init has been made.
  public var initProcessPID: Int32
  /// Clock ticks since boot, which tell a process from a later one of the same number.
  public var initProcessStart: UInt64
  /// RFC 3339, UTC.
  public var created: String
  /// Of libcontainer's own form of the configuration.
  public var config: Config
  /// Controller and directory on the host.
  public var cgroup: CgroupPaths
  /// The group of resctrl that its processes are in; nil: none.
  public var resctrlGroup: String?
  /// The one below it in which they are monitored; nil: none.
  public var resctrlMonitoringGroup: String?
  /// The groups of resctrl that go with the container.
  public var resctrlGroupsMade: [String]

  /// The part of libcontainer's configuration that is read again.
  public struct Config: Sendable, Equatable {
    /// The root file system on the host, absolute.
    public var rootfs: String
    /// What libcontainer keeps of the cgroup beside its paths.
    public var cgroups: Cgroups
    /// The `ociVersion` of config.json.
    public var version: String
    /// "bundle=/path", and the annotations.
    public var labels: [String]
    /// Those of config.json, new or joined.
    public var namespaces: [Namespace]
    /// Those that are still to be run.
    public var hooks: Hooks
    /// Whether its processes stay in the session keyring of whoever makes them.
    public var noNewKeyring: Bool
    /// The class of service in resctrl; empty for one named after the container, nil for none.
    public var closID: String?
  }

  /// runc refuses a record in which this object is missing.
  public struct Cgroups: Sendable, Equatable {
    /// The container's name; with systemd the last part of `cgroupsPath`.
    public var name: String
    /// With systemd, the slice.
    public var parent: String?
    /// With systemd, what a scope's name begins with.
    public var scopePrefix: String?
    /// Whether systemd has made it.
    public var isSystemd = false
    /// Whether it is one of an ordinary user.
    public var isRootless = false

    /// The unit that systemd keeps it in.
    public var unitName: String? { isSystemd ? unit?.name : nil }

    /// The unit, if it is one of an ordinary user.
    var userUnit: SystemdUnit? { isSystemd && isRootless ? unit : nil }

    private var unit: SystemdUnit? {
      try? SystemdUnit(
        cgroupsPath: "\(parent ?? ""):\(scopePrefix ?? ""):\(name)", id: "",
        instance: isRootless ? .user(cgroup: "") : .system)
    }
  }

  /// "NEWPID" and the like; a path when it was joined.
  public struct Namespace: Sendable, Equatable {
    /// "NEWPID", "NEWNS"; empty for a kind that isn't known.
    public var type: String
    /// The namespace that was joined; nil for a new one.
    public var path: String?
  }

  /// The hooks that come after `create`.
  public struct Hooks: Sendable, Equatable {
    /// Run by `start`, once the program is on its way.
    public var poststart: [Spec.Hook]
    /// Run by `delete`, after everything is gone.
    public var poststop: [Spec.Hook]
  }

  /// The bundle's folder, which libcontainer keeps among the labels.
  public var bundle: String {
    let prefix = "bundle="
    // The last: an annotation may have the name, too.
    return config.labels.last { $0.utf8.starts(with: prefix.utf8) }
      .map { String($0.unicodeScalars.dropFirst(prefix.utf8.count)) }
      ?? ""
  }

  /// The annotations of config.json, which are the other labels.
  public var annotations: [String: String] {
    var annotations: [String: String] = [:]
    for label in config.labels where !label.utf8.starts(with: "bundle=".utf8) {
      let end = label.utf8.firstIndex(of: UInt8(ascii: "=")) ?? label.endIndex
      annotations[String(label[..<end])] = String(label[end...].unicodeScalars.dropFirst())
    }
    return annotations
  }

  /// The namespaces that the container doesn't share with the host.
  public var namespaceKinds: [NamespaceKind] {
    NamespaceKind.allCases.filter { kind in
      config.namespaces.contains { $0.type == kind.libcontainerName }
    }
  }
}

extension NamespaceKind {
  /// "NEWPID", "NEWNS".
  var libcontainerName: String {
    switch self {
    case .pid: "NEWPID"
    case .network: "NEWNET"
    case .ipc: "NEWIPC"
    case .uts: "NEWUTS"
    case .mount: "NEWNS"
    case .user: "NEWUSER"
    case .cgroup: "NEWCGROUP"
    case .time: "NEWTIME"
    }
  }
}

extension ContainerRecord {
  /// The record of a container that is about to be made.
  init(id: String, spec: Spec, options: CreateOptions, cgroup: CgroupPaths, unit: SystemdUnit?) {
    let path = spec.root?.path ?? "rootfs"
    let bundle = options.bundle
    let annotations = (spec.annotations ?? [:]).sorted { $0.key < $1.key }
    // runc takes the first label of the bundle's name for it, and reads config.json there.
    let labels = annotations.map { "\($0.key)=\($0.value)" }.filter { !$0.hasPrefix("bundle=") }
    self.init(
      id: id, initProcessPID: 0, initProcessStart: 0, created: rfc3339Now(),
      config: Config(
        rootfs: isAbsolute(path) ? path : "\(bundle)/\(path)",
        cgroups: Cgroups(id: id, unit: unit),
        version: spec.ociVersion,
        labels: labels + ["bundle=\(bundle)"],
        namespaces: (spec.linux?.namespaces ?? []).map {
          let kind = NamespaceKind(rawValue: $0.type)
          return Namespace(type: kind?.libcontainerName ?? "", path: $0.path)
        },
        hooks: Hooks(
          poststart: spec.hooks?.poststart ?? [], poststop: spec.hooks?.poststop ?? []),
        noNewKeyring: options.noNewKeyring, closID: spec.linux?.intelRdt.map { $0.closID ?? "" }),
      cgroup: cgroup,
      resctrlGroupsMade: [])
  }

  /// Notes that CRIU has made its processes.
  mutating func noteRestored(movesClocks: Bool) {
    created = rfc3339Now()
    let clocks = NamespaceKind.time.libcontainerName
    guard movesClocks, !config.namespaces.contains(where: { $0.type == clocks }) else { return }
    config.namespaces.append(Namespace(type: clocks))
  }

  /// Notes init.
  mutating func note(_ process: borrowing ProcessDescriptor) {
    initProcessPID = process.pid
    initProcessStart = ProcessStat(pid: process.pid)?.startTime ?? 0
  }
}

extension ContainerRecord.Cgroups {
  init(id: String, unit: SystemdUnit?) {
    name = unit?.ownName ?? id
    guard let unit else {
      isRootless = geteuid() != 0
      return
    }
    isSystemd = true
    parent = unit.slice
    scopePrefix = unit.prefix
    isRootless = unit.instance != .system
  }
}

/// The time of day as state.json has it: nanoseconds, UTC.
private func rfc3339Now() -> String {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  // gmtime would read the host's time zone first.
  let (year, month, day) = date(daysSince1970: now.tv_sec / 86400)
  let second = now.tv_sec % 86400
  func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
  let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
  let time = "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
  // As Go's RFC3339Nano, which runc writes it in again when it shows it.
  var fraction = pad(now.tv_nsec, 9)
  while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
  return "\(date)T\(time)\(fraction.isEmpty ? "" : ".")\(fraction)Z"
}

/// The date of a day in the Gregorian calendar, reckoned in years that begin in March: so the leap day
/// is their last, and 400 of them have 146,097 days.
private func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
  let sinceMarchOfYear0 = days + 719_468
  let (period, day) = sinceMarchOfYear0.quotientAndRemainder(dividingBy: 146_097)
  let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365
  let dayOfYear = day - (365 * year + year / 4 - year / 100)
  let month = (5 * dayOfYear + 2) / 153
  return (
    400 * period + year + (month < 10 ? 0 : 1), month < 10 ? month + 3 : month - 9,
    dayOfYear - (153 * month + 2) / 5 + 1
  )
}
