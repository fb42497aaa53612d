import Cgroups
import LinuxKernel
import OCISpec
import Testing

@testable import ContainerPlan

/// A user namespace in the plan: who makes it, who is mapped, and what only the host's root may do.
struct UserNamespaceTests {
  private static let mappings = [
    Spec.Linux.IDMapping(containerID: 0, hostID: 100_000, size: 1000),
    Spec.Linux.IDMapping(containerID: 5000, hostID: 7, size: 1),
  ]
  private static let ranges = [
    IDRange(inside: 0, outside: 100_000, count: 1000), IDRange(inside: 5000, outside: 7, count: 1),
  ]

  /// The steps of a container with a mount namespace and these.
  private func actions(
    _ namespaces: Spec.Linux.Namespace..., cgroups: CgroupLayout = .unified,
    change: (inout Spec) -> Void = { _ in }
  ) throws(PlanError) -> [Action] {
    var spec = Spec(
      process: Spec.Process(args: ["sh"]), root: Spec.Root(path: "rootfs"),
      linux: Spec.Linux(
        uidMappings: Self.mappings, gidMappings: Self.mappings,
        namespaces: [Spec.Linux.Namespace(type: "mount")] + namespaces))
    change(&spec)
    let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: cgroups)
    return try Plan(for: spec, facts: facts).steps.map(\.action)
  }

  /// Whether these are there, in this order.
  private func isOrdered(_ wanted: Action..., in actions: [Action]) -> Bool {
    let places = wanted.compactMap { actions.firstIndex(of: $0) }
    return places.count == wanted.count && places == places.sorted()
  }

  @Test func aNewOneIsMadeWithTheProcessAndMappedByTheRuntime() throws {
    let actions = try actions(.init(type: "user"), .init(type: "pid"))
    let map = Action.mapIDs(users: Self.ranges, groups: Self.ranges)
    #expect(
      isOrdered(
        .clone([.mount, .user, .pid]), map, .becomeRoot(), .openRootfs("/bundle/rootfs"),
        in: actions)
    )
    #expect(map.performer == .runtime)
    #expect(Action.becomeRoot().performer == .container)
  }

  @Test func itWaitsToBeMappedBeforeItDoesAnything() throws {
    var spec = Spec(
      process: Spec.Process(args: ["sh"]),
      linux: Spec.Linux(
        uidMappings: Self.mappings, gidMappings: Self.mappings,
        namespaces: [.init(type: "mount"), .init(type: "user")]))
    let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    #expect(try Plan(for: spec, facts: facts).waitsForRuntimeFirst)
    spec.linux?.namespaces?.append(.init(type: "network", path: "/ns/net"))
    #expect(try Plan(for: spec, facts: facts).waitsForRuntimeFirst)
  }

  @Test func withNoneNobodyIsMapped() throws {
    let actions = try actions {
      $0.linux?.uidMappings = nil; $0.linux?.gidMappings = nil
    }
    #expect(!actions.contains(.becomeRoot()))
    #expect(!actions.contains { if case .mapIDs = $0 { true } else { false } })
  }

  @Test func othersThatAreJoinedAreJoinedWithTheRightsOfTheHost() throws {
    let actions = try actions(
      .init(type: "user"), .init(type: "network", path: "/ns/net"), .init(type: "pid"))
    #expect(
      isOrdered(
        .clone([]), .joinNamespace(.network, path: "/ns/net"), .unshare(.user),
        .mapIDs(users: Self.ranges, groups: Self.ranges), .becomeRoot(),
        .goOnInChild([.mount, .pid]),
        .openRootfs("/bundle/rootfs"), in: actions))
  }

  @Test func aJoinedOneOwnsThoseThatAreMadeAfterIt() throws {
    let actions = try actions(
      .init(type: "user", path: "/ns/user"), .init(type: "ipc", path: "/ns/ipc"),
      .init(type: "pid"))
    #expect(
      isOrdered(
        .clone([]), .joinNamespace(.ipc, path: "/ns/ipc"),
        .joinNamespace(.user, path: "/ns/user"), .becomeRoot(), .goOnInChild([.mount, .pid]),
        in: actions))
    #expect(!actions.contains(.mapIDs(users: Self.ranges, groups: Self.ranges)))
  }

  @Test func withNothingElseToMakeThereIsNoChild() throws {
    let actions = try actions(
      .init(type: "user"), .init(type: "network", path: "/ns/net")
    ) { $0.linux?.namespaces?[0].path = "/ns/mnt" }
    #expect(isOrdered(.joinNamespace(.network, path: "/ns/net"), .unshare(.user), in: actions))
    #expect(!actions.contains { if case .goOnInChild = $0 { true } else { false } })
  }

  @Test func theMountNamespaceIsJoinedLast() throws {
    let actions = try actions(
      .init(type: "user", path: "/ns/user"), .init(type: "uts", path: "/ns/uts")
    ) { $0.linux?.namespaces?[0].path = "/ns/mnt" }
    #expect(
      isOrdered(
        .joinNamespace(.uts, path: "/ns/uts"), .joinNamespace(.user, path: "/ns/user"),
        .joinNamespace(.mount, path: "/ns/mnt"), .becomeRoot(), in: actions))
    #expect(!actions.contains { if case .goOnInChild = $0 { true } else { false } })
  }

  @Test func devicesAreTheHosts() throws {
    let actions = try actions(.init(type: "user")) {
      $0.linux?.devices = [
        .init(path: "/dev/fuse", type: "u", major: 10, minor: 229),
        .init(path: "/dev/pipe", type: "p"),
      ]
    }
    let fuse = PlannedDevice(
      path: "/dev/fuse", type: "c", major: 10, minor: 229, mode: 0o666, uid: 0, gid: 0)
    #expect(actions.contains(.bindDevice(fuse)))
    let made = actions.compactMap {
      if case .makeDevice(let device) = $0 { device.path } else { nil }
    }
    #expect(made == ["/dev/pipe"])
  }

  @Test func theTreeOfCgroupsIsBoundWhereItCannotBeMounted() throws {
    let cgroups = Spec.Mount(destination: "/sys/fs/cgroup", type: "cgroup", options: ["ro"])
    func source(_ namespaces: Spec.Linux.Namespace...) throws -> PlannedMount.Source? {
      let actions =
        namespaces.count == 1
        ? try actions(namespaces[0]) { $0.mounts = [cgroups] }
        : try actions(namespaces[0], namespaces[1]) { $0.mounts = [cgroups] }
      return actions.compactMap { if case .mount(let mount) = $0 { mount.source } else { nil } }
        .first
    }
    #expect(
      try source(.init(type: "user")) == .bind(path: "/sys/fs/cgroup/box", recursive: false))
    #expect(
      try source(.init(type: "user"), .init(type: "cgroup"))
        == .filesystem(type: "cgroup2", source: "cgroup", parameters: []))
  }

  @Test(arguments: [(UInt32(0), UInt32(100_000)), (999, 100_999), (5000, 7)])
  func standardStreamsAreGivenAwayByTheHostsRoot(uid: UInt32, outside: UInt32) throws {
    let action = Action.handOverStandardStreams(uid: outside)
    func change(_ spec: inout Spec) { spec.process?.user.uid = uid }
    let made = try actions(.init(type: "user"), change: change)
    #expect(isOrdered(action, .clone([.mount, .user]), in: made))
    #expect(action.performer == .runtime)
    let terminal = try actions(.init(type: "user")) {
      change(&$0)
      $0.process?.terminal = true
    }
    #expect(!terminal.contains(action))
  }

  @Test func execEntersItAndBecomesItsRoot() throws {
    let spec = Spec(linux: Spec.Linux(uidMappings: Self.mappings, gidMappings: Self.mappings))
    let facts = Plan.Facts(id: "box", bundle: "/bundle", cgroups: .unified)
    let cgroup = CgroupPaths(directories: [("", "/sys/fs/cgroup/box")])
    func actions(_ kinds: [NamespaceKind]) throws -> [Action] {
      try Plan(
        entering: kinds, Spec.Process(args: ["sh"], oomScoreAdj: 5), spec: spec, cgroup: cgroup,
        facts: facts
      ).steps.map(\.action)
    }
    let entering = try actions([.mount, .user])
    #expect(
      isOrdered(
        .handOverStandardStreams(uid: 100_000), .clone([]), .setOOMScore(5),
        .enterContainer([.mount, .user]), .becomeRoot(), in: entering))
    #expect(try !actions([.mount]).contains(.becomeRoot()))
  }

  @Test(
    arguments: [
      (UInt32(0), UInt32?(100_000)), (999, 100_999), (1000, nil), (4999, nil), (5000, 7),
      (5001, nil),
    ])
  func whoAnIDIsOutside(_ inside: UInt32, _ outside: UInt32?) {
    #expect(Self.ranges.outside(of: inside) == outside)
  }

  @Test func inWords() {
    #expect(
      Action.mapIDs(users: Self.ranges, groups: []).description
        == "map the users 0 to 999 as 100000 to 100999, 5000 as 7, and the groups ")
    #expect(
      Action.goOnInChild([.pid, .mount]).description
        == "go on in a child, in new namespaces: pid, mount")
  }
}
