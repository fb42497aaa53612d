import Cgroups
import LinuxKernel
import OCISpec

extension Action: CustomStringConvertible {
  /// The act in an engineer's words: "mount proc at /proc", "drop to the user 1000:1000".
  public var description: String {
    switch self {
    case .createCgroup(let paths): "make the cgroup \(foldedByHierarchy(paths))"
    case .startUnit(let unit, let properties):
      "have systemd make \(unit.name) in \(unit.slice) for the process"
        + (properties.isEmpty ? "" : ", with \(properties.words)")
    case .joinUnit(let unit): "have systemd move the process into \(unit.name)"
    case .writeCgroup(let write): "write \(write.value) to \(write.directory)/\(write.file)"
    case .attachDeviceFilter(let filter): "attach the device filter: \(filter.words)"
    case .makeResctrlGroup(let path, _): "make the resctrl group \(path)"
    case .writeSchemata(let lines, let group, _):
      "write \(lines.joined(separator: " and ")) to \(group)/schemata"
    case .requireSchemata(let lines, let group):
      "check that \(group)/schemata has \(lines.joined(separator: " and "))"
    case .joinResctrlGroups(let groups):
      "move the process into the resctrl group \(groups.monitoring ?? groups.control)"
    case .clone(let kinds):
      kinds.isEmpty
        ? "clone a process" : "clone a process into new namespaces: \(kinds.named)"
    case .handOverCgroup(let uid): "give the cgroup to the host's user \(uid)"
    case .setLimit(let limit, let soft, let hard):
      "set \(limit.name) to \(words(soft)), with a hard limit of \(words(hard))"
    case .recordState: "write state.json"
    case .mapIDs(let users, let groups, let mapper):
      "map the users \(users.words), and the groups \(groups.words)"
        + (mapper == .helpers ? ", by newuidmap and newgidmap" : "")
    case .setClockOffsets(let offsets):
      "move the clocks \(offsets.map(\.description).joined(separator: ", "))"
    case .setOOMScore(let score): "set oom_score_adj to \(score)"
    case .setAffinity(let processors): "run on the processors \(processors)"
    case .moveNetworkDevice(let name, let inside):
      "move in the network device \(name)" + (inside == name ? "" : " as \(inside)")
    case .handOverStandardStreams(let uid):
      "give standard input, output and error to the host's user \(uid)"
    default: descriptionInContainer
    }
  }

  private var descriptionInContainer: String {
    switch self {
    case .joinCgroup: "move the process into its cgroup"
    case .joinNamespace(let kind, let path): "join the \(kind.rawValue) namespace \(path)"
    case .enterContainer(let kinds):
      kinds.isEmpty
        ? "go on in a child" : "join the container's namespaces: \(kinds.named)"
    case .unshare(let kind): "make a new \(kind.rawValue) namespace"
    case .becomeRoot: "become root of the user namespace"
    case .goOnInChild(let kinds):
      kinds.isEmpty ? "go on in a child" : "go on in a child, in new namespaces: \(kinds.named)"
    case .joinSessionKeyring(let name): "join the session keyring \(name)"
    case .bringUpLoopback: "bring up the network device lo"
    case .setRootPropagation(let propagation): "make / r\(propagation.word)"
    case .makeParentMountPrivate(let path): "make the mount that holds \(path) private"
    case .openRootfs(let path): "bind the root file system \(path) on itself"
    case .openRootfsInPlace(let path): "open the root file system \(path)"
    case .mount(let mount): mount.description
    case .makeDirectory(let path): "make the directory \(path) if it is missing"
    case .makeDevice(let device): "make the device \(device)"
    case .bindDevice(let device): "bind the host's device \(device)"
    case .makeLink(let path, let target): "link \(path) to \(target)"
    case .copyLink(let path, let target): "link \(path) to \(target), as the host's link is"
    case .pivotRoot: "pivot_root into the root file system, and unmount the old root"
    case .moveRoot:
      "cover the host's proc and sysfs, move the root file system over /, and chroot"
    case .chroot: "chroot into the root file system"
    case .changeAttributes(let path, let change): change.words(of: path)
    case .reconfigure(let path, let parameters):
      "reconfigure \(path) with \(parameters.joined(separator: ","))"
    case .setHostname(let name): "set the hostname \(name)"
    case .setDomainname(let name): "set the domainname \(name)"
    case .writeSysctl(let key, let value): "set the sysctl \(key) to \(value)"
    case .makeReadonly(let path): "make \(path) read-only"
    case .mask(let path): "mask \(path)"
    default: descriptionOfProcess
    }
  }

  private var descriptionOfProcess: String {
    switch self {
    case .openTerminal(let size, let console):
      "open a terminal" + (size.map { " of \($0.height) rows and \($0.width) columns" } ?? "")
        + (console ? ", bound to /dev/console" : "")
    case .setScheduling(let scheduling): "set the scheduling: \(scheduling.words)"
    case .setIOPriority(let priority):
      "set the I/O priority \(priority.class), level \(priority.level)"
    case .setPersonality(let personality): "set the personality \(personality)"
    case .setMemoryPolicy(let policy): "set the memory policy \(policy.words)"
    case .labelExec(let module, let label): "have \(module.rawValue) label it \(label) at exec"
    case .setNoNewPrivileges: "set no_new_privs"
    case .loadSeccomp(let filter):
      "load the seccomp filter (\(filter.rules) rule\(filter.rules == 1 ? "" : "s"), "
        + "else \(filter.defaultAction))"
        + (filter.listener.map { ", and send its listener to \($0.path)" } ?? "")
    case .limitBoundingCapabilities(let set): "limit the bounding set to \(set.words)"
    case .ownStandardStreams(let uid): "give standard input, output and error to the user \(uid)"
    case .setGroups(let groups):
      groups.isEmpty
        ? "drop all supplementary groups"
        : "set the supplementary groups \(groups.map(String.init).joined(separator: ", "))"
    case .setUser(let uid, let gid): "become the user \(uid) and group \(gid)"
    case .applyCapabilities(let capabilities): "set the capabilities: \(capabilities.words)"
    case .setUmask(let mask): "set the umask to 0\(String(mask, radix: 8))"
    case .changeDirectory(let path): "change to the directory \(path)"
    case .findProgram(let name):
      name.contains("/") ? "find the program \(name)" : "find the program \(name) in PATH"
    case .runHook(let kind, let hook): "run the \(kind.rawValue) hook \(hook.path)"
    case .waitAtGate: "wait at the gate, exec.fifo, until start opens it"
    case .exec(let program): "exec \(program.arguments.map(word).joined(separator: " "))"
    default: ""
    }
  }

  private func words(_ limit: UInt64) -> String { limit == .max ? "unlimited" : String(limit) }

  /// An argument, in quotes where it would not be seen to be one.
  private func word(_ argument: String) -> String {
    let isPlain = !argument.isEmpty && argument.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    return isPlain ? argument : argument.debugDescription
  }
}

/// The paths of one cgroup in several hierarchies, as a shell would expand them:
/// "/sys/fs/cgroup/{cpu,memory}/x". The ways below the hierarchies may differ.
private func foldedByHierarchy(_ paths: [String]) -> String {
  let mountPoint = CgroupLayout.mountPoint + "/"
  var groups: [(hierarchies: [Substring], below: Substring)] = []
  for path in paths {
    let relative = path.dropFirst(path.hasPrefix(mountPoint) ? mountPoint.count : 0)
    let hierarchy = relative.prefix { $0 != "/" }
    let below = relative[hierarchy.endIndex...]
    if let known = groups.firstIndex(where: { $0.below == below }) {
      groups[known].hierarchies.append(hierarchy)
    } else {
      groups.append(([hierarchy], below))
    }
  }
  return groups.map { hierarchies, below in
    let names = hierarchies.joined(separator: ",")
    return mountPoint + (hierarchies.count > 1 ? "{\(names)}" : names) + below
  }.joined(separator: ", ")
}

extension DeviceFilter {
  /// "deny all, allow c 10:229 rwm, b 7:* r, deny c 5:1 w, allow the default devices".
  fileprivate var words: String {
    var words = ""
    var verb: Bool?
    func add(_ allow: Bool, _ what: String) {
      if !words.isEmpty { words += ", " }
      if allow != verb { words += allow ? "allow " : "deny " }
      words += what
      verb = allow
    }
    for rule in rules { add(rule.allow, rule.type == .all ? "all" : rule.description) }
    add(true, "the default devices")
    return words
  }
}

extension [NamespaceKind] {
  fileprivate var named: String { map(\.rawValue).joined(separator: ", ") }
}

extension [IDRange] {
  /// "0 to 65535 as 100000 to 165535".
  fileprivate var words: String {
    map { range in
      let last = UInt64(range.count) - 1
      return range.count == 1
        ? "\(range.inside) as \(range.outside)"
        : "\(range.inside) to \(UInt64(range.inside) + last) as "
          + "\(range.outside) to \(UInt64(range.outside) + last)"
    }.joined(separator: ", ")
  }
}

extension Scheduling {
  fileprivate var words: String {
    var words = ["\(policy)"]
    if nice != 0 { words.append("nice \(nice)") }
    if priority != 0 { words.append("priority \(priority)") }
    if period != 0 || deadline != 0 || runtime != 0 {
      words.append("\(runtime) ns within \(deadline) ns of each \(period) ns")
    }
    if !flags.isEmpty { words.append("flags 0x\(String(flags.rawValue, radix: 16))") }
    return words.joined(separator: ", ")
  }
}

extension MemoryPolicy {
  fileprivate var words: String {
    var words = ["\(mode)"]
    if !nodes.words.isEmpty { words.append("nodes \(nodes)") }
    if !flags.isEmpty { words.append("flags 0x\(String(flags.rawValue, radix: 16))") }
    return words.joined(separator: ", ")
  }
}

extension ClockOffset: CustomStringConvertible {
  /// "boottime by 100 s".
  public var description: String {
    let rest = nanoseconds == 0 ? "" : " and \(nanoseconds) ns"
    return "\(clock.rawValue) by \(seconds) s\(rest)"
  }
}

extension PlannedMount: CustomStringConvertible {
  /// "mount tmpfs at /dev, nosuid,mode=755", "bind /src at /dst, ro".
  public var description: String {
    let what: String
    var words: [String]
    switch source {
    case .filesystem(let type, let source, let parameters):
      // Others are dummies: "proc", "shm".
      let device = source.flatMap { $0.contains("/") ? " of \($0)" : nil } ?? ""
      what = "mount \(type)\(device) at \(destination)"
      words = options.words + parameters
    case .bind(let path, let recursive):
      what = "bind \(path)\(recursive ? " and what is mounted below it" : "") at \(destination)"
      words = options.words
    }
    if let idMapping { words.append(idMapping.words) }
    if options.copiesUp { words.append("with a copy of what is there") }
    return words.isEmpty ? what : "\(what), \(words.joined(separator: ","))"
  }
}

extension PlannedMount.IDMapping {
  fileprivate var words: String {
    let prefix = recursive ? "ridmap" : "idmap"
    return switch source {
    case .container: "\(prefix) by the container's user namespace"
    case .ranges(let users, let groups):
      "\(prefix) of the users \(users.words), and the groups \(groups.words)"
    }
  }
}

extension PlannedDevice: CustomStringConvertible {
  /// "/dev/null, c 1:3, mode 0666".
  public var description: String {
    let number = type == "p" ? "" : " \(major):\(minor)"
    let owner = uid == 0 && gid == 0 ? "" : ", owner \(uid):\(gid)"
    return "\(path), \(type)\(number), mode 0\(String(mode, radix: 8))\(owner)"
  }
}

extension MountOptions {
  fileprivate var words: [String] {
    self.set.words + clear.cleared(self.set) + recursiveSet.words.map { "r" + $0 }
      + recursiveClear.cleared(recursiveSet).map { "r" + $0 }
      + propagation.map { ($0.recursive ? "r" : "") + $0.propagation.word }
      + (followsSource ? [] : ["src-nofollow"]) + (followsDestination ? [] : ["dest-nofollow"])
  }
}

extension MountChange {
  /// "remount /dev ro", "remount /sys/fs/cgroup and what is mounted below it ro,nosuid",
  /// "make / rshared".
  fileprivate func words(of path: String) -> String {
    let attributes = self.set.words + clear.cleared(self.set)
    let shared = propagation.map { (recursive ? "r" : "") + $0.word }
    if attributes.isEmpty, let shared { return "make \(path) \(shared)" }
    let below = recursive ? " and what is mounted below it" : ""
    let words = attributes + (shared.map { [$0] } ?? [])
    return "remount \(path)\(below) \(words.joined(separator: ","))"
  }
}

extension MountAttributes {
  fileprivate var words: [String] {
    let names: [(MountAttributes, String)] = [
      (.readOnly, "ro"), (.noSetUserID, "nosuid"), (.noDevices, "nodev"), (.noExec, "noexec"),
      (.noAccessTime, "noatime"), (.strictAccessTime, "strictatime"),
      (.noDirectoryAccessTime, "nodiratime"), (.noSymlinksFollowed, "nosymfollow"),
    ]
    return names.filter { contains($0.0) }.map(\.1)
  }

  /// The opposites, for what is cleared. A new mode of access times says what it clears.
  fileprivate func cleared(_ set: MountAttributes) -> [String] {
    let times =
      !set.isDisjoint(with: .accessTimeMask)
      ? []
      : contains(.accessTimeMask)
        ? ["relatime"]
        : (contains(.noAccessTime) ? ["atime"] : [])
          + (contains(.strictAccessTime) ? ["nostrictatime"] : [])
    let names: [(MountAttributes, String)] = [
      (.readOnly, "rw"), (.noSetUserID, "suid"), (.noDevices, "dev"), (.noExec, "exec"),
      (.noDirectoryAccessTime, "diratime"), (.noSymlinksFollowed, "symfollow"),
    ]
    return names.filter { contains($0.0) }.map(\.1) + times
  }
}

extension CapabilitySet {
  fileprivate var words: String {
    memberNames.isEmpty ? "nothing" : memberNames.joined(separator: ", ")
  }
}

extension Capabilities {
  fileprivate var words: String {
    let both = permitted == effective
    var parts = ["\(both ? "effective and permitted" : "effective") \(effective.words)"]
    if !both { parts.append("permitted \(permitted.words)") }
    if inheritable.bits != 0 { parts.append("inheritable \(inheritable.words)") }
    if ambient.bits != 0 { parts.append("ambient \(ambient.words)") }
    return parts.joined(separator: "; ")
  }
}
