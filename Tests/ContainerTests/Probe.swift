import JSON
import OCISpec
import Testing

/// Programs for the inside of a container (Tests/Probe): beside apus, made when they are not there or
/// are older than their source.
enum Probe {
  /// Looks around.
  static let path = made("probe")
  /// Spies on other processes.
  static let watcher = made("watcher")

  private static func made(_ name: String) -> Result<String, any Error> {
    Result {
      let apus = try variable("APUS")
      let path = apus[..<(apus.lastIndex(of: "/") ?? apus.startIndex)] + "/\(name)"
      let script = #filePath.replacing("Tests/ContainerTests/Probe.swift", with: "Scripts/probe")
      let made = try shell("\(script) \(path)")
      try #require(made == .silently)
      return String(path)
    }
  }
}

/// What the probe saw.
struct Report: Decodable {
  var descriptors: [String: String]
  var pid, ppid, session: Int
  /// Real, effective, saved, of the file system.
  var uid, gid: [UInt32]
  var groups: [UInt32]
  var umask: UInt32
  var cwd, hostname, domainname, machine: String
  var args, env: [String]
  var status: Status
  var oomScoreAdj: Int
  var limits: [String: Limit]
  /// Inode numbers, by the names in /proc/PID/ns.
  var namespaces: [String: UInt64]
  var secondsSinceBoot, nice, scheduler, ioPriority, personality: Int
  var terminal: Terminal?
  var sessionKeyring: String?
  var mounts: [Mount]
  var cgroups: [String: String]
  var dev, nodes: [String: Node]
  var answers: [String: String]

  /// From /proc/self/status: sets are bit masks.
  struct Status: Decodable {
    var inheritable, permitted, effective, bounding, ambient: UInt64
    var noNewPrivileges, seccomp, threads: Int
    var blockedSignals, ignoredSignals: UInt64

    enum CodingKeys: String, CodingKey {
      case inheritable = "CapInh"
      case permitted = "CapPrm"
      case effective = "CapEff"
      case bounding = "CapBnd"
      case ambient = "CapAmb"
      case noNewPrivileges = "NoNewPrivs"
      case seccomp = "Seccomp"
      case threads = "Threads"
      case blockedSignals = "SigBlk"
      case ignoredSignals = "SigIgn"
    }
  }

  struct Limit: Decodable, Equatable {
    var soft, hard: UInt64
  }

  struct Terminal: Decodable {
    var name: String
    var rows, columns, foreground: Int
    var controlling: Bool
  }

  /// A line of /proc/self/mountinfo.
  struct Mount: Decodable {
    var root, point, options, type, source, superblock: String
    var propagation: [String]

    /// The options of the mount and of its file system.
    var allOptions: Set<String> {
      Set((options + "," + superblock).split(separator: ",").map(String.init))
    }
  }

  /// A file, as lstat(2) sees it.
  struct Node: Decodable, Equatable {
    var kind: String
    var mode, uid, gid, major, minor: UInt32
    var target: String?
  }

  /// What is mounted on top at a place.
  func mount(at point: String) -> Mount? { mounts.last { $0.point == point } }
}

extension Sandbox {
  /// Runs the probe as the container's program, and reads what it saw.
  /// - Parameter questions: what it shall try out besides, as read:PATH, write:PATH, open:PATH,
  ///   list:PATH or stat:PATH.
  func report(_ questions: String..., at location: SourceLocation = #_sourceLocation) throws
    -> Report
  {
    try configure { $0.process?.args = ["/bin/probe"] + questions }
    return try report(of: try run(), at: location)
  }

  /// Reads what a command printed that ran the probe.
  func report(of result: Finished, at location: SourceLocation = #_sourceLocation) throws -> Report
  {
    try #require(result.status == 0, "\(result)", sourceLocation: location)
    return try decodeJSON(Report.self, from: Array(result.output.utf8))
  }
}
