import JSON
import LinuxKernel

/// What `state` and `list` tell of a container: the state that the specification asks for and what
/// runc adds, in the order in which runc writes it.
public struct ContainerReport: Codable, Sendable, Equatable {
  /// The version of the specification that config.json was written for.
  public var ociVersion: String
  /// Its name.
  public var id: String
  /// Its first process as the host numbers it; 0 when it has stopped.
  public var pid: Int32
  /// `created`, `running`, `paused` or `stopped`.
  public var status: String
  /// The bundle's folder, absolute.
  public var bundle: String
  /// The root file system on the host, absolute.
  public var rootfs: String
  /// When it was made: RFC 3339, UTC.
  public var created: String
  /// The annotations of config.json; nil if there are none.
  public var annotations: [String: String]?
  /// The user who made it; `state` leaves this empty, as runc's does.
  public var owner: String
}

extension ContainerReport: JSONWritable {
  /// Writes the report as JSON.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("ociVersion", ociVersion)
      $0.member("id", id)
      $0.member("pid", pid)
      $0.member("status", status)
      $0.member("bundle", bundle)
      $0.member("rootfs", rootfs)
      $0.member("created", created)
      $0.member("annotations", annotations)
      $0.member("owner", owner)
    }
  }
}

extension Container {
  /// What is to be told of it now, without its owner.
  public func report() -> ContainerReport {
    let status = self.status
    let annotations = record.annotations
    return ContainerReport(
      ociVersion: record.config.version, id: id,
      pid: status == .stopped ? 0 : record.initProcessPID, status: status.rawValue,
      bundle: record.bundle, rootfs: record.config.rootfs, created: record.created,
      annotations: annotations.isEmpty ? nil : annotations, owner: "")
  }

  /// The user ID of who made it; nil when it is being deleted just now.
  public var ownerID: UInt32? { try? LinuxKernel.status(of: "\(store.root)/\(id)").st_uid }
}
