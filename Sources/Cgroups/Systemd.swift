import DBus

/// A connection to systemd (`org.freedesktop.systemd1(5)`). Every call has 30 s.
public struct Systemd: ~Copyable {
  private static let service = "org.freedesktop.systemd1"
  private static let object = "/org/freedesktop/systemd1"
  private static let manager = "org.freedesktop.systemd1.Manager"
  private static let seconds = 30

  private var connection: Connection

  /// Connects to the bus at a socket's path, on which systemd is.
  public init(bus: String) throws(DBusError) { connection = try Connection.connect(to: bus) }

  private static func call(_ method: String, _ body: DBus.Value...) -> Message {
    Message(calling: manager, method, of: object, at: service, body)
  }

  /// The cgroup that systemd itself manages, from the mount point on; a user's is below the host's.
  public mutating func controlGroup() throws(DBusError) -> String {
    let answer = try connection.call(
      Message(
        calling: "org.freedesktop.DBus.Properties", "Get", of: Self.object, at: Self.service,
        [.string(Self.manager), .string("ControlGroup")]), seconds: Self.seconds)
    return answer.first?.text ?? ""
  }

  /// Makes a unit, moves a process into it, and returns when that is done. A unit of that name that
  /// has failed, and that nobody has cleared away, gives way.
  public mutating func start(
    _ unit: SystemdUnit, with pid: Int32, _ properties: [SystemdProperty], description: String
  ) throws(DBusError) {
    do throws(DBusError) {
      try startOnce(unit, with: pid, properties, description)
    } catch {
      guard case .answer("org.freedesktop.systemd1.UnitExists", _) = error else { throw error }
      try resetFailed(unit.name)
      try startOnce(unit, with: pid, properties, description)
    }
  }

  private mutating func startOnce(
    _ unit: SystemdUnit, with pid: Int32, _ properties: [SystemdProperty], _ description: String
  ) throws(DBusError) {
    var all = [
      SystemdProperty("Description", .string(description)),
      // Not a service of the host: nothing of it is wanted by, or waits for, its targets.
      SystemdProperty("DefaultDependencies", .bool(false)),
      SystemdProperty("PIDs", .array(of: "u", [.uint32(UInt32(bitPattern: pid))])),
    ]
    if unit.isScope {
      all.append(SystemdProperty("Slice", .string(unit.slice)))
      // What is below is the container's, and what is written to its files is ours.
      all.append(SystemdProperty("Delegate", .bool(true)))
      // One that has failed is forgotten as others are: its name is free again.
      all.append(SystemdProperty("CollectMode", .string("inactive-or-failed")))
    } else {
      all.append(SystemdProperty("Wants", .strings([unit.slice])))
    }
    for name in ["CPUAccounting", "MemoryAccounting", "IOAccounting", "TasksAccounting"] {
      all.append(SystemdProperty(name, .bool(true)))
    }
    // What is said later counts.
    all += properties
    try matchJobs()
    let deadline = Deadline(seconds: Self.seconds)
    let serial = try connection.send(
      Self.call(
        "StartTransientUnit", .string(unit.name), .string("replace"), Self.list(all),
        .array(of: "(sa(sv))", [])))
    let job = try connection.answer(to: serial, "StartTransientUnit", deadline).first?.text
    let result = try resultOf(job ?? "", "the start of \(unit.name)", deadline)
    guard result == "done" else {
      try? resetFailed(unit.name)
      throw .answer(name: "JobRemoved", message: "systemd could not start \(unit.name): \(result)")
    }
  }

  /// Moves a process into a unit's cgroup. An ordinary user can't: the kernel asks who moves a
  /// process for the right to the cgroup that holds both, the old and the new one.
  public mutating func attach(_ pid: Int32, to name: String) throws(DBusError) {
    _ = try connection.call(
      Self.call(
        "AttachProcessesToUnit", .string(name), .string(""),
        .array(of: "u", [.uint32(UInt32(bitPattern: pid))])), seconds: Self.seconds)
  }

  /// Changes a unit that is there, for as long as it is.
  public mutating func set(_ properties: [SystemdProperty], of name: String) throws(DBusError) {
    _ = try connection.call(
      Self.call("SetUnitProperties", .string(name), .bool(true), Self.list(properties)),
      seconds: Self.seconds)
  }

  /// Ends a unit, and returns when it is gone. It may be gone already.
  public mutating func stop(_ name: String) throws(DBusError) {
    do throws(DBusError) {
      try matchJobs()
      let deadline = Deadline(seconds: Self.seconds)
      let serial = try connection.send(
        Self.call("StopUnit", .string(name), .string("replace")))
      let job = try connection.answer(to: serial, "StopUnit", deadline).first?.text
      _ = try resultOf(job ?? "", "the end of \(name)", deadline)
      try resetFailed(name)
    } catch {
      guard case .answer("org.freedesktop.systemd1.NoSuchUnit", _) = error else { throw error }
    }
  }

  private mutating func resetFailed(_ name: String) throws(DBusError) {
    do throws(DBusError) {
      _ = try connection.call(Self.call("ResetFailedUnit", .string(name)), seconds: Self.seconds)
    } catch {
      guard case .answer("org.freedesktop.systemd1.NoSuchUnit", _) = error else { throw error }
    }
  }

  /// Jobs tell of their end by a signal, which the bus passes on to who has asked for it before.
  private mutating func matchJobs() throws(DBusError) {
    _ = try connection.send(
      Message(
        calling: "org.freedesktop.DBus", "AddMatch", of: "/org/freedesktop/DBus",
        at: "org.freedesktop.DBus",
        [
          .string(
            "type='signal',sender='\(Self.service)',interface='\(Self.manager)',"
              + "member='JobRemoved',path='\(Self.object)'")
        ]))
  }

  private mutating func resultOf(_ job: String, _ what: String, _ deadline: Deadline)
    throws(DBusError) -> String
  {
    let signal = try connection.signal("JobRemoved", what, deadline) {
      $0.body.count == 4 && $0.body[1].text == job
    }
    return signal.body[3].text ?? ""
  }

  private static func list(_ properties: [SystemdProperty]) -> DBus.Value {
    .array(
      of: "(sv)", properties.map { .structure([.string($0.name), .variant($0.value)]) })
  }
}
