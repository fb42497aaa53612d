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
  /// The container's process.
  case container
}

extension Action {
  /// Who performs it.
  public var performer: Performer {
    switch self {
    case .createCgroup, .startUnit, .joinUnit, .writeCgroup, .attachDeviceFilter, .clone,
      .handOverCgroup, .setLimit, .recordState, .mapIDs,
      .setClockOffsets, .setOOMScore, .handOverStandardStreams, .setAffinity, .moveNetworkDevice,
      .makeResctrlGroup, .writeSchemata, .requireSchemata, .joinResctrlGroups:
      .runtime
    case .joinNamespace(let kind, _): kind == .pid ? .runtime : .container
    case .runHook(let kind, _): kind.performer
    default: .container
    }
  }
}

extension HookKind {
  /// Who runs hooks of this kind (config.md, POSIX-platform Hooks).
  public var performer: Performer {
    self == .createContainer || self == .startContainer ? .container : .runtime
  }
}
