import Cgroups
import OCISpec

/// `state.json`, in the shape of libcontainer's, as far as the life of a container needs it.
public struct ContainerRecord: Codable, Sendable, Equatable {
  public var id: String
  /// 0 until init has been made.
  public var initProcessPID: Int32
  /// Clock ticks since boot, which tell a process from a later one of the same number.
  public var initProcessStart: UInt64
  /// RFC 3339, UTC.
  public var created: String
  public var config: Config
  /// Controller and directory on the host.
  public var cgroupPaths: [String: String]

  /// The part of libcontainer's configuration that is read again.
  public struct Config: Codable, Sendable, Equatable {
    public var rootfs: String
    public var cgroups: Cgroups
    public var version: String
    public var labels: [String]
    public var namespaces: [Namespace]

    enum CodingKeys: String, CodingKey { case rootfs, cgroups, version, labels, namespaces }
  }

  /// runc refuses a record in which this object is missing.
  public struct Cgroups: Codable, Sendable, Equatable {
    public var name: String
  }

  /// "NEWPID" and the like; a path when it was joined.
  public struct Namespace: Codable, Sendable, Equatable {
    public var type: String
    public var path: String?
  }

  enum CodingKeys: String, CodingKey {
    case id
    case initProcessPID = "init_process_pid"
    case initProcessStart = "init_process_start"
    case created, config
    case cgroupPaths = "cgroup_paths"
  }

  /// The bundle's folder, which libcontainer keeps among the labels.
  public var bundle: String {
    let prefix = "bundle="
    return config.labels.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      ?? ""
  }

  /// The annotations of config.json, which are the other labels.
  public var annotations: [String: String] {
    var annotations: [String: String] = [:]
    for label in config.labels where !label.hasPrefix("bundle=") {
      let parts = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      annotations[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    return annotations
  }
}
