import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec

/// `state.json`, in the shape of libcontainer's, as far as the life of a container needs it.
public struct ContainerRecord: Codable, Sendable, Equatable {
  /// The container's name.
  public var id: String
  /// 0 until init has been made.
  public var initProcessPID: Int32
  /// Clock ticks since boot, which tell a process from a later one of the same number.
  public var initProcessStart: UInt64
  /// RFC 3339, UTC.
  public var created: String
  /// libcontainer's own form of the configuration, in part.
  public var config: Config
  /// Controller and directory on the host.
  public var cgroupPaths: [String: String]
  /// "NEWPID" and the like, and where the kernel shows it.
  public var namespacePaths: [String: String]
  /// What standard input, output and error were.
  public var externalDescriptors: [String]
  /// The group of resctrl that its processes are in; nil: none.
  public var resctrlGroup: String?
  /// The one below it in which they are monitored; nil: none.
  public var resctrlMonitoringGroup: String?
  /// What only this runtime keeps there.
  public var own: Own?

  /// Additions to libcontainer's record, which passes over them.
  public struct Own: Codable, Sendable, Equatable {
    /// The groups of resctrl that go with the container.
    public var resctrlGroupsMade: [String]

    enum CodingKeys: String, CodingKey {
      case resctrlGroupsMade = "resctrl_groups_made"
    }
  }

  /// The part of libcontainer's configuration that is read again.
  public struct Config: Codable, Sendable, Equatable {
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
    /// Of a new user namespace.
    public var uidMappings: [IDMap]?
    /// The same for groups.
    public var gidMappings: [IDMap]?

    enum CodingKeys: String, CodingKey {
      case rootfs, cgroups, version, labels, namespaces
      case hooks = "Hooks"
      case uidMappings = "uid_mappings"
      case gidMappings = "gid_mappings"
    }
  }

  /// runc refuses a record in which this object is missing.
  public struct Cgroups: Codable, Sendable, Equatable {
    /// The container's name; with systemd the last part of `cgroupsPath`.
    public var name: String
    /// With systemd, the slice.
    public var parent: String?
    /// With systemd, what a scope's name begins with.
    public var scopePrefix: String?
    /// Whether systemd has made it.
    public var isSystemd = false
    /// Whether an ordinary user's systemd has.
    public var isRootless = false

    /// The limits; only written here, and read by an update.
    var limits = RecordedResources(Spec.Linux.Resources())

    /// Limits apart, which state.json has beside these.
    enum CodingKeys: String, CodingKey {
      case name, parent
      case scopePrefix = "scope_prefix"
      case isSystemd = "Systemd"
      case isRootless = "Rootless"
    }

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
  public struct Namespace: Codable, Sendable, Equatable {
    /// "NEWPID", "NEWNS"; empty for a kind that isn't known.
    public var type: String
    /// The namespace that was joined; nil for a new one.
    public var path: String?
  }

  /// A range of users or groups.
  public struct IDMap: Codable, Sendable, Equatable {
    /// The first one inside.
    public var containerID: UInt32
    /// The first one outside.
    public var hostID: UInt32
    /// How many there are.
    public var size: UInt32

    enum CodingKeys: String, CodingKey {
      case containerID = "container_id"
      case hostID = "host_id"
      case size
    }
  }

  /// The hooks that come after `create`.
  public struct Hooks: Codable, Sendable, Equatable {
    /// Run by `start`, once the program is on its way.
    public var poststart: [Hook]
    /// Run by `delete`, after everything is gone.
    public var poststop: [Hook]
  }

  /// A hook.
  public struct Hook: Codable, Sendable, Equatable {
    /// The program, absolute.
    public var path: String
    /// All arguments, the program's own name first.
    public var args: [String]
    /// "NAME=value".
    public var env: [String]
    /// Where libcontainer runs it; config.json can't say, so this is empty.
    public var dir: String
    /// Nanoseconds.
    public var timeout: Int?
  }

  enum CodingKeys: String, CodingKey {
    case id
    case initProcessPID = "init_process_pid"
    case initProcessStart = "init_process_start"
    case created, config
    case cgroupPaths = "cgroup_paths"
    case namespacePaths = "namespace_paths"
    case externalDescriptors = "external_descriptors"
    case resctrlGroup = "intel_rdt_path"
    case resctrlMonitoringGroup = "intel_rdt_mon_path"
    case own = "apus"
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
    self == .mount ? "NEWNS" : "NEW" + procName.uppercased()
  }
}

extension ContainerRecord {
  /// The record of a container that is about to be made.
  init(id: String, spec: Spec, bundle: String, cgroup: CgroupPaths, unit: SystemdUnit?) {
    let path = spec.root?.path ?? "rootfs"
    let annotations = (spec.annotations ?? [:]).sorted { $0.key < $1.key }
    // runc takes the first label of the bundle's name for it, and reads config.json there.
    let labels = annotations.map { "\($0.key)=\($0.value)" }.filter { !$0.hasPrefix("bundle=") }
    self.init(
      id: id, initProcessPID: 0, initProcessStart: 0, created: rfc3339Now(),
      config: Config(
        rootfs: isAbsolute(path) ? path : "\(bundle)/\(path)",
        cgroups: Cgroups(id: id, unit: unit, spec.linux?.resources),
        version: spec.ociVersion,
        labels: labels + ["bundle=\(bundle)"],
        namespaces: (spec.linux?.namespaces ?? []).map {
          let kind = NamespaceKind(rawValue: $0.type)
          return Namespace(type: kind?.libcontainerName ?? "", path: $0.path)
        },
        hooks: Hooks(
          poststart: (spec.hooks?.poststart ?? []).map(Hook.init),
          poststop: (spec.hooks?.poststop ?? []).map(Hook.init)),
        uidMappings: spec.linux?.uidMappings.map { $0.map(IDMap.init) },
        gidMappings: spec.linux?.gidMappings.map { $0.map(IDMap.init) }),
      cgroupPaths: Dictionary(cgroup.directories.map { ($0.controller, $0.path) }) { a, _ in a },
      namespacePaths: [:], externalDescriptors: [])
  }

  /// Notes init and what can be seen of it.
  mutating func note(_ process: borrowing ProcessDescriptor) {
    initProcessPID = process.pid
    initProcessStart = ProcessStat(pid: process.pid)?.startTime ?? 0
    for kind in NamespaceKind.allCases {
      namespacePaths[kind.libcontainerName] = "/proc/\(process.pid)/ns/\(kind.procName)"
    }
    externalDescriptors = (0...2).map { (try? readLink("/proc/self/fd/\($0)")) ?? "" }
  }
}

extension ContainerRecord.Cgroups {
  init(id: String, unit: SystemdUnit?, _ resources: Spec.Linux.Resources?) {
    name = unit?.ownName ?? id
    limits = RecordedResources(resources ?? Spec.Linux.Resources())
    guard let unit else { return }
    isSystemd = true
    parent = unit.slice
    scopePrefix = unit.prefix
    isRootless = unit.instance != .system
  }
}

extension ContainerRecord.IDMap {
  init(_ mapping: Spec.Linux.IDMapping) {
    self.init(containerID: mapping.containerID, hostID: mapping.hostID, size: mapping.size)
  }
}

extension ContainerRecord.Config {
  /// Who the container's root is on the host; nil where that is root, or not known.
  var rootOnHost: (uid: UInt32, gid: UInt32)? {
    func outside(_ maps: [ContainerRecord.IDMap]?) -> UInt32? {
      (maps ?? []).map { IDRange(inside: $0.containerID, outside: $0.hostID, count: $0.size) }
        .outside(of: 0)
    }
    guard let uid = outside(uidMappings), let gid = outside(gidMappings) else { return nil }
    return (uid, gid)
  }
}

extension ContainerRecord.Hook {
  private static let nanoseconds = 1_000_000_000

  init(_ hook: Spec.Hook) {
    self.init(
      path: hook.path, args: hook.args ?? [], env: hook.env ?? [], dir: "",
      timeout: hook.timeout.map { $0.multipliedReportingOverflow(by: Self.nanoseconds).0 })
  }

  /// The hook as config.json has it.
  var hook: Spec.Hook {
    Spec.Hook(path: path, args: args, env: env, timeout: timeout.map { $0 / Self.nanoseconds })
  }
}

/// The time of day as state.json has it: nanoseconds, UTC.
private func rfc3339Now() -> String {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  var parts = tm()
  gmtime_r(&now.tv_sec, &parts)
  func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
  let (year, month) = (pad(Int(parts.tm_year) + 1900, 4), pad(Int(parts.tm_mon) + 1, 2))
  let (hour, minute) = (pad(Int(parts.tm_hour), 2), pad(Int(parts.tm_min), 2))
  let date = "\(year)-\(month)-\(pad(Int(parts.tm_mday), 2))"
  let time = "\(hour):\(minute):\(pad(Int(parts.tm_sec), 2))"
  return "\(date)T\(time).\(pad(now.tv_nsec, 9))Z"
}
