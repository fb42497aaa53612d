/// The unit that systemd keeps a container in, and with it where its cgroup is.
public struct SystemdUnit: Equatable, Sendable {
  /// Which systemd: the host's, or the one of a user.
  public enum Instance: Equatable, Sendable {
    /// The host's.
    case system
    /// A user's, whose own cgroup this is.
    case user(cgroup: String)
  }

  /// "docker-ID.scope", or a slice.
  public let name: String
  /// The second part of `cgroupsPath`: "docker".
  public let prefix: String
  /// The last part of `cgroupsPath`.
  public let ownName: String
  /// The slice that it is in: "system.slice".
  public let slice: String
  /// Whose it is.
  public let instance: Instance
  /// Its cgroup, from that of the instance on: "/system.slice/docker-ID.scope".
  private let place: String

  /// The unit that `cgroupsPath` asks for, "slice:prefix:name"; one named after the container if it
  /// is empty. A name that ends in ".slice" is a slice's; of all others a scope is made.
  public init(cgroupsPath: String, id: String, instance: Instance) throws(SystemdNameError) {
    self.instance = instance
    var parts = ["", "apus", id]
    if !cgroupsPath.isEmpty {
      parts = cgroupsPath.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
      guard parts.count == 3 else {
        throw SystemdNameError(
          "\"\(cgroupsPath)\" is a path; with systemd it has to be SLICE:PREFIX:NAME, such as "
            + "\"system.slice:apus:\(id)\"")
      }
    }
    slice = parts[0].isEmpty ? (instance == .system ? "system.slice" : "user.slice") : parts[0]
    prefix = parts[1]
    ownName = parts[2]
    name = parts[2].hasSuffix(".slice") ? parts[2] : "\(parts[1])-\(parts[2]).scope"
    let plain = name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "@"), UInt8(ascii: "+"):
        true
      default: false
      }
    }
    guard plain, name.utf8.count < 256, !parts[2].isEmpty, !name.hasPrefix("-") else {
      throw SystemdNameError("\"\(name.prefix(64))\" can't be the name of a unit of systemd")
    }
    let above = try Self.path(ofSlice: slice)
    // A slice is where its name says, whatever it is wanted by.
    place = try name.hasSuffix(".slice") ? Self.path(ofSlice: name) : "\(above)/\(name)"
  }

  /// Its cgroup, from the mount point on.
  public var path: String {
    let base = if case .user(let cgroup) = instance { cgroup } else { "" }
    return base + place
  }

  /// Whether it is a scope.
  public var isScope: Bool { name.hasSuffix(".scope") }

  /// "a-b.slice" is within "a.slice" (`systemd.slice(5)`).
  private static func path(ofSlice slice: String) throws(SystemdNameError) -> String {
    let wrong = SystemdNameError(
      "\"\(slice.prefix(64))\" is no slice of systemd; one is called like \"machine-web.slice\"")
    guard slice.hasSuffix(".slice"), !slice.contains("/"), slice.utf8.count < 256 else {
      throw wrong
    }
    if slice == "-.slice" { return "" }
    var path = ""
    var prefix = ""
    for part in slice.dropLast(6).split(separator: "-", omittingEmptySubsequences: false) {
      guard !part.isEmpty else { throw wrong }
      path += "/\(prefix)\(part).slice"
      prefix += "\(part)-"
    }
    return path
  }
}

/// A name that systemd would not take; why.
public struct SystemdNameError: Error, Equatable, Sendable {
  /// Half a sentence.
  public let reason: String

  init(_ reason: String) { self.reason = reason }
}
