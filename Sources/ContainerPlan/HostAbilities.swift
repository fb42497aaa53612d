import Cgroups
import LinuxKernel

/// What a host has and allows, as far as a configuration may want more.
public struct HostAbilities: Sendable {
  /// The kinds of namespaces that the kernel has.
  public var namespaces = Set(NamespaceKind.allCases)
  /// Those of which none may be made: a file of procfs, and what it would have to be.
  public var namespaceBars: [NamespaceKind: String] = [:]
  /// The types of file systems that the kernel has; nil: not known.
  public var filesystems: Set<String>?
  /// Whether the kernel can load a module for one that it hasn't.
  public var loadsModules = false
  /// The controllers of cgroups, by the kernel's names, and whether they are v2's.
  public var controllers: Set<String> = []
  /// Whether all controllers are in one tree.
  public var isUnified = true
  /// Whether swap can be limited; nil: not known.
  public var limitsSwap: Bool?
  /// The numbers of processors and of memory nodes that cgroups can be given.
  public var processors: Set<Int> = []
  /// The numbers of memory nodes.
  public var memoryNodes: Set<Int> = []
  /// Whether the kernel has filters of system calls.
  public var hasSeccomp = true
  /// The flags of filters that it knows.
  public var seccompFlags = Set(SeccompFlag.allCases)
  /// What the runtime may hand on.
  public var capabilities = CapabilitySet(bits: .max)
  /// The runtime's own hard limits.
  public var hardLimits: [ResourceLimit: UInt64] = [:]
  /// The most that RLIMIT_NOFILE may be for anybody (`fs.nr_open`).
  public var descriptorLimit = UInt64.max
  /// The runtime's own oom_score_adj.
  public var oomScoreAdj = -1000
  /// The profiles that are loaded into AppArmor; nil: not known.
  public var appArmorProfiles: Set<String>?
  /// Which of the programs that map IDs for ordinary users are missing.
  public var missingMappers: [String] = []

  /// A host that has everything.
  public init() {}
}
