import CLinux

/// From which nodes a process's memory comes (`set_mempolicy(2)`).
public struct MemoryPolicy: Equatable, Sendable {
  /// A mode, by its number.
  public enum Mode: UInt32, Sendable {
    /// MPOL_DEFAULT: the node that is nearest.
    case `default` = 0
    /// MPOL_PREFERRED: one node, and others once it is full.
    case preferred
    /// MPOL_BIND: these nodes only.
    case bind
    /// MPOL_INTERLEAVE: pages in turn from each node.
    case interleave
    /// MPOL_LOCAL: the node that the allocating processor belongs to.
    case local
    /// MPOL_PREFERRED_MANY: these nodes, and others once they are full.
    case preferredMany
    /// MPOL_WEIGHTED_INTERLEAVE: in turn, as many pages as the weight of each node.
    case weightedInterleave
  }

  /// Flags beside the mode.
  public struct Flags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// From its bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// MPOL_F_STATIC_NODES: the numbers are the machine's, whatever the cpuset becomes.
    public static let staticNodes = Flags(rawValue: 1 << 15)
    /// MPOL_F_RELATIVE_NODES: the numbers count within the cpuset's nodes.
    public static let relativeNodes = Flags(rawValue: 1 << 14)
    /// MPOL_F_NUMA_BALANCING: pages move to where they are used.
    public static let balancing = Flags(rawValue: 1 << 13)
  }

  /// How the nodes are used.
  public let mode: Mode
  /// How their numbers are meant.
  public let flags: Flags
  /// The nodes, by number; none for some modes.
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
  /// PER_LINUX.
  case linux = 0
  /// What a 32-bit kernel would say of the machine.
  case linux32 = 8

  /// Makes it this process's.
  public func apply() throws(KernelError) {
    try check("personality") { apus_personality(rawValue) }
  }
}
