import LinuxKernel
import OCISpec
import Testing

/// Names of the kernel are the specification's.
struct NamesTests {
  @Test func capabilities() {
    #expect(CapabilitySet.names == Vocabulary.capabilities)
    #expect(CapabilitySet.number(of: "CAP_CHOWN") == 0)
    #expect(CapabilitySet.number(of: "CAP_SYS_ADMIN") == 21)
    #expect(CapabilitySet.number(of: "CAP_CHECKPOINT_RESTORE") == 40)
    #expect(CapabilitySet.number(of: "chown") == nil)
  }

  @Test func setsOfCapabilities() {
    var set = CapabilitySet()
    #expect(set.memberNames == [])
    set.insert(40)
    set.insert(0)
    set.insert(0)
    #expect(set == CapabilitySet(bits: 1 << 40 | 1))
    #expect(set.memberNames == ["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"])
    // Of a newer kernel, which has no name here.
    #expect(CapabilitySet(bits: 1 << 63).memberNames == [])
  }

  @Test func limits() {
    #expect(ResourceLimit.allCases.map(\.name).sorted() == Vocabulary.rlimits.sorted())
    for limit in ResourceLimit.allCases { #expect(ResourceLimit(name: limit.name) == limit) }
    #expect(ResourceLimit(name: "RLIMIT_NOFILE")?.rawValue == 7)
    #expect(ResourceLimit(name: "NOFILE") == nil)
    #expect(ResourceLimit.as.name == "RLIMIT_AS")
  }

  @Test func namespaces() {
    #expect(NamespaceKind.allCases.map(\.rawValue).sorted() == Vocabulary.namespaces.sorted())
    #expect(Set(NamespaceKind.allCases.map(\.cloneFlag)).count == NamespaceKind.allCases.count)
    for kind in NamespaceKind.allCases { #expect(kind.cloneFlag.nonzeroBitCount == 1) }
    #expect(NamespaceKind.mount.procName == "mnt")
    #expect(NamespaceKind.network.procName == "net")
  }

  @Test(
    arguments: [
      ("/a/b", "/a", "b"), ("/a", "/", "a"), ("/", "/", ""), ("a", ".", "a"), ("a/b", "a", "b"),
      ("/a/b///", "/a", "b"), ("/a/ö c", "/a", "ö c"), ("a/", ".", "a"),
    ])
  func pathsAreSplit(_ path: String, _ above: String, _ name: String) {
    let parts = split(path)
    #expect(parts.above == above)
    #expect(parts.name == name)
  }
}
