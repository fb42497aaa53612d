import CLinux

/// From which nodes a process's memory comes (`set_mempolicy(2)`).
public struct MemoryPolicy: Equatable, Sendable {
  /// A mode, by its number.
  public enum Mode: UInt32, Sendable {
    case `default` = 0
    case preferred, bind, interleave, local, preferredMany, weightedInterleave
  }

  /// Flags beside the mode.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let staticNodes = Flags(rawValue: 1 << 15)
    public static let relativeNodes = Flags(rawValue: 1 << 14)
    public static let balancing = Flags(rawValue: 1 << 13)
  }

  public let mode: Mode
  public let flags: Flags
  public let nodes: NumberSet

  /// Describes a policy.
  public init(_ mode: Mode, flags: Flags = [], nodes: NumberSet = NumberSet([])) {
    self.mode = mode
    self.flags = flags
    self.nodes = nodes
  }

  /// Makes it this process's.
  public func apply() throws(KernelError) {
    // The kernel takes the number of bits for one more than it is.
    let bits = nodes.words.isEmpty ? 0 : nodes.words.count * UInt.bitWidth + 1
    try check("set_mempolicy", nodes.words.isEmpty ? "" : "of the nodes \(nodes)") {
      nodes.words.withUnsafeBufferPointer {
        apus_set_mempolicy(
          Int32(mode.rawValue | flags.rawValue), bits == 0 ? nil : $0.baseAddress, UInt(bits))
      }
    }
  }
}

/// An execution domain (`personality(2)`).
public enum Personality: UInt, Sendable {
  case linux = 0
  /// What a 32-bit kernel would say of the machine.
  case linux32 = 8

  /// Makes it this process's.
  public func apply() throws(KernelError) {
    try check("personality") { apus_personality(rawValue) }
  }
}
