import Cgroups
import LinuxKernel
import OCISpec

/// The acts that a plan is made of.
public enum Action: Equatable, Sendable {
  // On the host.
  /// Makes the directories of the container's cgroup, one in each hierarchy (`cgroups(7)`).
  case createCgroup([String])
  /// Has systemd make a unit for the container's process, and move it there.
  case startUnit(SystemdUnit, [SystemdProperty])
  /// Has systemd move a process into the cgroup of a unit.
  case joinUnit(SystemdUnit)
  /// Writes a limit or another value to a file of the cgroup.
  case writeCgroup(CgroupWrite)
  /// Attaches the eBPF program that decides on devices to the cgroup, in v2 (`bpf(2)`).
  case attachDeviceFilter(DeviceFilter)
  /// Makes a group of resctrl.
  case makeResctrlGroup(String, root: String)
  /// Shares caches and memory bandwidth out to a group of resctrl.
  case writeSchemata([String], group: String, root: String)
  /// Sees to it that a group of resctrl has these shares already.
  case requireSchemata([String], group: String)
  /// Makes the container's process, in new namespaces of these kinds (`clone(2)`).
  case clone([NamespaceKind])
  /// Gives the cgroup to a user, who may divide it then (config-linux.md, Cgroup ownership).
  case handOverCgroup(uid: UInt32)
  /// Writes the process to the tasks of groups of resctrl.
  case joinResctrlGroups(ResctrlGroups)
  /// Sets a resource limit of the process (`prlimit(2)`).
  case setLimit(ResourceLimit, soft: UInt64, hard: UInt64)
  /// Writes state.json.
  case recordState
  /// Gives the process's new user namespace its users and groups.
  case mapIDs(users: [IDRange], groups: [IDRange], by: IDMapper = .root)
  /// Moves the clocks of the new time namespace (`time_namespaces(7)`).
  case setClockOffsets([ClockOffset])
  /// Sets how likely the process is killed for want of memory (`proc_pid_oom_score_adj(5)`).
  case setOOMScore(Int)
  /// Before the clone for the runtime itself, from which the process has it; then for the process.
  case setAffinity(NumberSet)
  /// Moves a network device of the host, by name, into the container, and renames it there.
  case moveNetworkDevice(String, to: String)
  /// The same as ``ownStandardStreams(uid:)``, for streams that only the host's root may give away.
  case handOverStandardStreams(uid: UInt32)

  // Where it runs: cgroups and namespaces.
  /// Has the process in its cgroups: it is born in that of v2, and moves itself to those of v1.
  case joinCgroup(CgroupPaths)
  /// Joins the namespace that a path refers to (`setns(2)`).
  case joinNamespace(NamespaceKind, path: String)
  /// Joins those of a process and goes on as a child of it that is born there.
  case enterContainer([NamespaceKind])
  /// Moves the process into a new namespace (`unshare(2)`).
  case unshare(NamespaceKind)
  /// Becomes user and group 0 of the user namespace, without the supplementary groups unless
  /// kept (`user_namespaces(7)`).
  case becomeRoot(keepingGroups: Bool = false)
  /// Goes on as a child that is born in new namespaces.
  case goOnInChild([NamespaceKind])
  /// Joins a session keyring of this name, a new one if there is none (`keyctl(2)`).
  case joinSessionKeyring(String)
  /// Brings up the network device lo (`rtnetlink(7)`).
  case bringUpLoopback

  // What it sees: the root file system.
  /// Sets the propagation of all mounts, before any is added (`mount_namespaces(7)`).
  case setRootPropagation(Propagation)
  /// Makes the mount that holds a path of the host private, to keep the new mounts from it.
  case makeParentMountPrivate(String)
  /// Binds the root file system on itself, which pivot_root asks for, and keeps it open.
  case openRootfs(String)
  /// Keeps the root file system open as it is, where no mount namespace is the container's own.
  case openRootfsInPlace(String)
  /// Mounts a new file system, or a part of the host's (`fsopen(2)`, `open_tree(2)`).
  case mount(PlannedMount)
  /// Makes a directory, and those above it, where missing.
  case makeDirectory(String)
  /// Makes a device node (`mknod(2)`).
  case makeDevice(PlannedDevice)
  /// Binds the host's node of the same path, where no device can be made.
  case bindDevice(PlannedDevice)
  /// Makes a symbolic link (`symlink(2)`).
  case makeLink(path: String, target: String)
  /// Makes a symbolic link like one of the host; one that is there must be the same.
  case copyLink(path: String, target: String)
  /// Makes the root file system /, and unmounts the host's (`pivot_root(2)`).
  case pivotRoot
  /// Moves the root file system over /, where that is a ramfs, which can't be pivoted away. The
  /// host's procfs and sysfs, which stay below, are covered first.
  case moveRoot
  /// Makes the root file system the root of the process alone (`chroot(2)`).
  case chroot
  /// Changes a mount that is in place (`mount_setattr(2)`).
  case changeAttributes(path: String, MountChange)
  /// Changes the options of the file system that is mounted at a place (`fspick(2)`).
  case reconfigure(path: String, [String])
  /// Sets the hostname of the UTS namespace (`sethostname(2)`).
  case setHostname(String)
  /// Sets the NIS domain name of the UTS namespace (`setdomainname(2)`).
  case setDomainname(String)
  /// Writes a parameter of the kernel, such as "net.ipv4.ip_forward" (`sysctl(8)`).
  case writeSysctl(key: String, value: String)
  /// Binds a path, and what is mounted below it, read-only on itself; nothing if it is missing.
  case makeReadonly(String)
  /// Hides a path under an empty directory or the null device; nothing if it is missing.
  case mask(String)

  // Who it is and what it may do.
  /// Opens a pseudoterminal as the standard streams, and hands its master out (`pty(7)`);
  /// `console`: it is bound to /dev/console, too.
  case openTerminal(Spec.Process.ConsoleSize?, console: Bool)
  /// Sets how the process competes for processors (`sched_setattr(2)`).
  case setScheduling(Scheduling)
  /// Sets its priority for access to disks (`ioprio_set(2)`).
  case setIOPriority(IOPriority)
  /// Sets its execution domain (`personality(2)`).
  case setPersonality(Personality)
  /// Sets from which nodes its memory comes (`set_mempolicy(2)`).
  case setMemoryPolicy(MemoryPolicy)
  /// Has a security module label the process so at its next exec.
  case labelExec(SecurityModule, String)
  /// Keeps exec from giving it privileges, for good (`PR_SET_NO_NEW_PRIVS(2const)`).
  case setNoNewPrivileges
  /// Puts it under a filter of system calls, for good (`seccomp(2)`).
  case loadSeccomp(SeccompFilter)
  /// Takes all others out of the bounding set (`capabilities(7)`).
  case limitBoundingCapabilities(CapabilitySet)
  /// Gives the standard streams to the user, who could not reopen them as /dev/stdout otherwise.
  case ownStandardStreams(uid: UInt32)
  /// Sets the supplementary groups (`setgroups(2)`).
  case setGroups([UInt32])
  /// Becomes a user and group, keeping the permitted capabilities (`setresuid(2)`).
  case setUser(uid: UInt32, gid: UInt32)
  /// Sets the capabilities of the user's program (`capset(2)`).
  case applyCapabilities(Capabilities)
  /// Sets the mask of new files' modes (`umask(2)`).
  case setUmask(UInt32)
  /// Changes to the working directory, and makes sure that it is within the root (`chdir(2)`).
  case changeDirectory(String)
  /// Finds the user's program, in PATH unless its name has a slash, as `execvp(3)` does.
  case findProgram(String)

  // And off it goes.
  /// Runs a hook, on the host or in the container as its kind has it.
  case runHook(HookKind, Spec.Hook)
  /// Waits until `start` opens exec.fifo.
  case waitAtGate
  /// Becomes the user's program (`execve(2)`).
  case exec(PlannedProgram)
}

/// The six kinds of hooks, in the order in which they are called (config.md, POSIX-platform Hooks).
public enum HookKind: String, Sendable, CaseIterable {
  /// On the host, before the change of root; deprecated.
  case prestart
  /// On the host, before the change of root.
  case createRuntime
  /// In the container's namespaces, before the change of root.
  case createContainer
  /// In the container, before its program.
  case startContainer
  /// On the host, after the program has begun.
  case poststart
  /// On the host, after the container is deleted.
  case poststop
}

/// A device node to make.
public struct PlannedDevice: Equatable, Sendable {
  /// Its path in the container.
  public let path: String
  /// "c", "b" or "p".
  public let type: String
  /// The number of the driver.
  public let major: UInt32
  /// The number of the device among the driver's.
  public let minor: UInt32
  /// The permission bits.
  public let mode: UInt32
  /// The owner, as the container sees it.
  public let uid: UInt32
  /// The owner's group, as the container sees it.
  public let gid: UInt32
}

/// The user's program.
public struct PlannedProgram: Equatable, Sendable {
  /// All arguments, the program's own name first.
  public let arguments: [String]
  /// Each name once. HOME is missing when it is to come from the container's /etc/passwd.
  public let environment: [String]
  /// How many descriptors from 3 on it inherits.
  public let preservedDescriptors: Int
}

/// A change of a mount that is in place.
public struct MountChange: Equatable, Sendable {
  /// The attributes that it gets.
  public var set: MountAttributes = []
  /// The attributes that it loses.
  public var clear: MountAttributes = []
  /// How it propagates from now on; nil: as before.
  public var propagation: Propagation?
  /// Whether what is mounted below is changed, too.
  public var recursive = false
}

/// A filter of system calls: what config.json asks for, and the program that it comes to.
public struct SeccompFilter: Equatable, Sendable {
  /// The answer to calls that no rule is about: "SCMP_ACT_ERRNO".
  public let defaultAction: String
  /// How many rules config.json has.
  public let rules: Int
  /// What the kernel loads.
  public let program: SeccompProgram
  /// Who answers for the calls that the filter leaves to others.
  public var listener: Listener?

  /// A socket that is sent the listener, and what its owner is told.
  public struct Listener: Equatable, Sendable {
    /// The Unix socket's path on the host (`listenerPath`).
    public let path: String
    /// Passed on as it stands (`listenerMetadata`).
    public let metadata: String
  }
}

/// Why a configuration can't become a plan.
public struct PlanError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The JSON pointer into config.json.
  public let pointer: String
  /// What is wrong with it, and what to do.
  public let problem: String

  /// Describes a problem.
  public init(_ pointer: String, _ problem: String) {
    self.pointer = pointer
    self.problem = problem
  }

  /// "/linux/seccomp/…: …".
  public var description: String { "\(pointer): \(problem)" }
}
