import Cgroups
import LinuxKernel
import OCISpec

/// One kernel-level act, and the place in config.json that asks for it.
public struct Step: Equatable, Sendable {
  /// What is done.
  public let action: Action
  /// The JSON pointer into config.json; empty for what every container gets.
  public let pointer: String

  /// A step of a plan.
  public init(_ action: Action, _ pointer: String = "") {
    self.action = action
    self.pointer = pointer
  }
}

/// Which of the two processes performs a step.
public enum Performer: String, Sendable {
  /// The runtime, on the host.
  case runtime
  /// The container's init.
  case container
}

/// The acts that a plan is made of.
public enum Action: Equatable, Sendable {
  case createCgroup([String])
  case writeCgroup(CgroupWrite)
  case clone([NamespaceKind])
  case joinCgroup([String])
  case setLimit(ResourceLimit, soft: UInt64, hard: UInt64)
  case recordState
  case runHooks(HookKind, [Spec.Hook])

  case joinNamespace(NamespaceKind, path: String)
  case joinSessionKeyring(String)
  case setOOMScore(Int)
  case unshareCgroupNamespace
  case bringUpLoopback
  case setRootPropagation(Propagation)
  case openRootfs(String)
  case mount(PlannedMount)
  case makeDevice(PlannedDevice)
  case makeLink(path: String, target: String)
  case pivotRoot
  case remount(path: String, MountAttributes)
  case setPropagation(path: String, Propagation)
  case setHostname(String)
  case setDomainname(String)
  case writeSysctl(key: String, value: String)
  case makeReadonly(String)
  case mask(String)
  case setNoNewPrivileges
  case limitBoundingCapabilities(CapabilitySet)
  case setGroups([UInt32])
  case setUser(uid: UInt32, gid: UInt32)
  case applyCapabilities(Capabilities)
  case setUmask(UInt32)
  case changeDirectory(String)
  case findProgram(String)
  case waitAtGate
  case exec([String])
}

/// The six kinds of hooks (config.md, POSIX-platform Hooks).
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

extension Action {
  /// Who performs it.
  public var performer: Performer {
    switch self {
    case .createCgroup, .writeCgroup, .clone, .joinCgroup, .setLimit, .recordState: .runtime
    case .runHooks(let kind, _):
      kind == .createContainer || kind == .startContainer ? .container : .runtime
    default: .container
    }
  }
}
