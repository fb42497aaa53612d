import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec
import Testing

/// Whole configurations, and the plans that they come to, on a host with either kind of cgroups.
///
/// The plans are in the folder Golden, to be read by people, too. After a change that is meant:
///
///     UPDATE_GOLDEN=1 swift test --filter GoldenTests
///
/// writes them anew and fails; read what `git diff` shows of them, and run the tests again.
struct GoldenTests {
  @Test(arguments: ["default", "docker", "podman", "containerd", "containerd-limited"], Host.all)
  func text(configuration: String, host: Host) throws {
    let plan = try plan(configuration, host)
    try compare("\(plan)\n", with: "\(configuration)-\(host.name).txt")
  }

  @Test func json() throws {
    let plan = try plan("default", .unified)
    let text = String(decoding: encodeJSON(plan, style: .pretty(indent: "  ")), as: UTF8.self)
    try compare(text + "\n", with: "default-v2.json")
  }

  private func plan(_ configuration: String, _ host: Host) throws -> Plan {
    let spec =
      configuration == "default"
      ? Spec.default(unifiedCgroups: host.layout == .unified)
      : try decodeJSON(Spec.self, from: readFile("\(folder)/Fixtures/\(configuration).json"))
    #expect(spec.validate() == [])
    return try ContainerPlanTests.plan(for: spec, cgroups: host.layout)
  }

  private func compare(_ text: String, with name: String) throws {
    let path = "\(folder)/Golden/\(name)"
    if getenv("UPDATE_GOLDEN") != nil {
      let file = try open(path, [.writeOnly, .create, .truncate], mode: 0o644)
      try write(Array(text.utf8), to: file.number, path: path)
      Issue.record("\(name) was written anew; look at it, and test without UPDATE_GOLDEN")
      return
    }
    let golden = String(decoding: try readFile(path), as: UTF8.self)
    guard text != golden else { return }
    let expected = lines(golden)
    let found = lines(text)
    let first = zip(expected, found).prefix { $0 == $1 }.count
    let isShown = first..<first + 3
    Issue.record(
      """
      \(name) differs from line \(first + 1) on. Expected:
      \(expected[isShown.clamped(to: expected.indices)].joined(separator: "\n"))
      Found:
      \(found[isShown.clamped(to: found.indices)].joined(separator: "\n"))
      """)
  }

  private func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }
}

/// A kind of host.
struct Host: Sendable, CustomTestStringConvertible {
  let name: String
  let layout: CgroupLayout

  static let hybrid = Host(name: "v1", layout: ContainerPlanTests.hybrid)
  static let unified = Host(name: "v2", layout: .unified)
  static let all = [hybrid, unified]

  var testDescription: String { name }
}

private var folder: String { split(#filePath).above }
