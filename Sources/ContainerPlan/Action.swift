import Cgroups
import LinuxKernel
import OCISpec

/// The acts that a plan is made of.
public enum Action: Equatable, Sendable {
  // On the host.
  case createCgroup([String])
  case writeCgroup(CgroupWrite)
  case attachDeviceFilter(DeviceFilter)
  case clone([NamespaceKind])
  case joinCgroup([String])
  case setLimit(ResourceLimit, soft: UInt64, hard: UInt64)
  case recordState
  /// Gives the process's new user namespace its users and groups.
  case mapIDs(users: [IDRange], groups: [IDRange], by: IDMapper = .root)
  case setClockOffsets([ClockOffset])
  case setOOMScore(Int)
  /// Before the clone for the runtime itself, from which the process has it; then for the process.
  case setAffinity(NumberSet)
  case moveNetworkDevice(String, to: String)
  /// The same as ``ownStandardStreams(uid:)``, for streams that only the host's root may give away.
  case handOverStandardStreams(uid: UInt32)

  // Where it runs: namespaces.
  case joinNamespace(NamespaceKind, path: String)
  /// Joins those of a process and goes on as a child of it that is born there.
  case enterContainer([NamespaceKind])
  case unshare(NamespaceKind)
  case becomeRoot(keepingGroups: Bool = false)
  /// Goes on as a child that is born in new namespaces.
  case goOnInChild([NamespaceKind])
  case joinSessionKeyring(String)
  case bringUpLoopback

  // What it sees: the root file system.
  case setRootPropagation(Propagation)
  case makeParentMountPrivate(String)
  case openRootfs(String)
  case mount(PlannedMount)
  case makeDirectory(String)
  case makeDevice(PlannedDevice)
  /// Binds the host's node of the same path, where no device can be made.
  case bindDevice(PlannedDevice)
  case makeLink(path: String, target: String)
  case pivotRoot
  case moveRoot
  case changeAttributes(path: String, MountChange)
  case setHostname(String)
  case setDomainname(String)
  case writeSysctl(key: String, value: String)
  case makeReadonly(String)
  case mask(String)

  // Who it is and what it may do.
  case openTerminal(Spec.Process.ConsoleSize?, console: Bool)
  case setScheduling(Scheduling)
  case setIOPriority(IOPriority)
  case setPersonality(Personality)
  case setMemoryPolicy(MemoryPolicy)
  case labelExec(SecurityModule, String)
  case setNoNewPrivileges
  case loadSeccomp(SeccompFilter)
  case limitBoundingCapabilities(CapabilitySet)
  case ownStandardStreams(uid: UInt32)
  case setGroups([UInt32])
  case setUser(uid: UInt32, gid: UInt32)
  case applyCapabilities(Capabilities)
  case setUmask(UInt32)
  case changeDirectory(String)
  case findProgram(String)

  // And off it goes.
  case runHook(HookKind, Spec.Hook)
  case waitAtGate
  case exec(PlannedProgram)
}

/// The six kinds of hooks, in the order in which they are called (config.md, POSIX-platform Hooks).
public enum HookKind: String, Sendable, CaseIterable {
  case prestart, createRuntime, createContainer, startContainer, poststart, poststop
}

/// A device node to make.
public struct PlannedDevice: Equatable, Sendable {
  public let path: String
  /// "c", "b" or "p".
  public let type: String
  public let major: UInt32
  public let minor: UInt32
  public let mode: UInt32
  public let uid: UInt32
  public let gid: UInt32
}

/// The user's program.
public struct PlannedProgram: Equatable, Sendable {
  public let arguments: [String]
  /// Each name once. HOME is missing when it is to come from the container's /etc/passwd.
  public let environment: [String]
  /// How many descriptors from 3 on it inherits.
  public let preservedDescriptors: Int
}

/// A change of a mount that is in place.
public struct MountChange: Equatable, Sendable {
  public var set: MountAttributes = []
  public var clear: MountAttributes = []
  public var propagation: Propagation?
  public var recursive = false
}

/// A filter of system calls: what config.json asks for, and the program that it comes to.
public struct SeccompFilter: Equatable, Sendable {
  public let defaultAction: String
  public let rules: Int
  public let program: SeccompProgram
  /// Who answers for the calls that the filter leaves to others.
  public var listener: Listener?

  /// A socket that is sent the listener, and what its owner is told.
  public struct Listener: Equatable, Sendable {
    public let path: String
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
