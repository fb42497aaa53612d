import Glibc
import OCISpec
import Testing

/// `intelRdt` in config.json. Few machines have what it takes: the groups are folders here, which a
/// container's record is made to name.
@Suite struct IntelRdtTests {
  static let isMounted = lines(of: "/proc/self/mountinfo").contains { $0.contains(" - resctrl ") }

  @Test(.enabled(if: !isMounted, "resctrl is mounted here"))
  func withoutResctrlItIsRefused() throws {
    let apus = try Sandbox("/bin/true") { $0.linux?.intelRdt = .init(closID: "gold") }
    expectRefusal(try apus.create(), "/linux/intelRdt", "resctrl")
    #expect(apus.leftovers() == [])
  }

  /// Adds members to the record of a container, as create writes them where there is resctrl.
  func record(_ members: String, in apus: Sandbox) throws {
    let path = "state/\(apus.id)/state.json"
    let record = text(of: "\(apus.folder)/\(path)")
    try #require(record.hasPrefix("{"))
    try apus.write("{\(members)," + record.dropFirst(), to: path)
  }

  @Test func execJoinsTheGroupsOfTheContainer() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(
      try apus.script("mkdir -p group/mon_groups/own; touch group/tasks group/mon_groups/own/tasks")
        == .silently)
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let group = "\(apus.folder)/group"
    try record(
      #""intel_rdt_path":"\#(group)","intel_rdt_mon_path":"\#(group)/mon_groups/own""#, in: apus)
    let exec = try apus.script("$APUS exec --pid-file pid $ID true; cat pid")
    #expect(exec.status == 0)
    // The process is born in the container as a child of the one that has joined.
    let joined = text(of: "\(group)/tasks")
    #expect(Int(joined) ?? 0 > 1, "\(joined)")
    #expect(text(of: "\(group)/mon_groups/own/tasks") == joined)
  }

  @Test func updateSharesOutAnew() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.script("mkdir group; touch group/schemata") == .silently)
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let schemas = ["--l3-cache-schema", "L3:0=f0", "--mem-bw-schema", "MB:0=20"]
    expectRefusal(
      try apus.script("$APUS update \(schemas.joined(separator: " ")) $ID"), "/linux/intelRdt")
    try record(#""intel_rdt_path":"\#(apus.folder)/group""#, in: apus)
    #expect(try apus.script("$APUS update \(schemas.joined(separator: " ")) $ID") == .silently)
    #expect(text(of: "\(apus.folder)/group/schemata") == "L3:0=f0\nMB:0=20\n")
    #expect(try apus("update", "--mem-bw-schema", "MB:0=30", apus.id) == .silently)
    #expect(text(of: "\(apus.folder)/group/schemata").hasPrefix("MB:0=30\n"))
    #expect(try apus("update", "--l3-cache-schema=", "--pids-limit", "50", apus.id) == .silently)
    #expect(try apus.script("rm -r group") == .silently)
    expectRefusal(try apus("update", "--mem-bw-schema", "MB:0=40", apus.id), "schemata", "ENOENT")
  }

  @Test(arguments: [false, true]) func deleteRemovesWhatWasMadeForIt(byForce: Bool) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    #expect(try apus.script("mkdir -p own others") == .silently)
    try record(
      #""intel_rdt_path":"\#(apus.folder)/others","#
        + #""apus":{"resctrl_groups_made":["\#(apus.folder)/own","\#(apus.folder)/gone"]}"#,
      in: apus)
    #expect(try (byForce ? apus.deleteByForce() : apus.delete()) == .silently)
    #expect(!apus.has("own"))
    #expect(apus.has("others"))
    #expect(apus.leftovers() == [])
  }

  /// Where runc has written the record, what it makes itself goes: the group that is named after the
  /// container, or else the one that it is monitored in.
  @Test(arguments: [("{}", "group", "monitoring"), (#"{"closID":"gold"}"#, "monitoring", "group")])
  func deleteRemovesWhatRuncMade(rdt: String, removed: String, kept: String) throws {
    let apus = try Sandbox("/bin/sleep", "100")
    #expect(try apus.create() == .silently)
    #expect(try apus.script("mkdir -p group monitoring") == .silently)
    try record(
      #""intel_rdt_path":"\#(apus.folder)/group","intel_rdt_mon_path":"\#(apus.folder)/monitoring""#,
      in: apus)
    let path = "state/\(apus.id)/state.json"
    let record = text(of: "\(apus.folder)/\(path)")
    try apus.write(
      record.replacing(#""config":{"#, with: #""config":{"intel_rdt":\#(rdt),"#), to: path)
    #expect(try apus.delete() == .silently)
    #expect(!apus.has(removed))
    #expect(apus.has(kept))
  }

  /// runc passes over what it does not know, and apus over what is not there.
  @Test func aRecordWithoutThemIsAsBefore() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus.create() == .silently)
    let record = text(of: "\(apus.folder)/state/\(apus.id)/state.json")
    #expect(!record.contains("intel_rdt") && !record.contains("\"apus\""))
  }
}
