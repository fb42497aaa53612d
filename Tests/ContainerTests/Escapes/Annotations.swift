import JSON
import Testing

/// Annotations may come from whoever may start a container: none of them does anything, but for
/// properties of a unit where systemd makes one (SystemdTests).
@Suite("CVE-2024-3154: annotations") struct AnnotationTests {
  @Test("CVE-2024-3154: properties for systemd are none without it") func propertiesForSystemd()
    throws
  {
    let apus = try Sandbox("/bin/true")
    let command = "[('/bin/touch', ['touch', '\(apus.folder)/made'], false)]"
    try apus.configure {
      $0.annotations = [
        "org.systemd.property.ExecStart": command, "org.systemd.property.ExecStopPost": command,
        "org.systemd.property.CollectMode": "'inactive-or-failed'", "org.systemd.property.": "x",
        "run.oci.handler": "krun", "run.oci.hooks.stdout": "\(apus.folder)/made",
        "run.oci.seccomp_bpf_data": "AAAA", "org.criu.config": "\(apus.folder)/made",
      ]
    }
    #expect(try apus.run() == .silently)
    #expect(!apus.has("made"))
  }

  /// The folder is kept beside them, and its config.json says what exec may do.
  @Test("CVE-2024-3154: none takes the place of the bundle") func theBundle() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    try apus.configure {
      $0.annotations = [
        "bundle": "/evil", "bundle=/evil": "x", "Bundle": "/evil", "a": "b\nbundle=/evil",
      ]
    }
    try #require(try apus("run", "--detach", apus.id) == .silently)
    #expect(try apus.state().bundle == apus.folder)
    #expect(try apus("exec", apus.id, "/bin/true") == .silently)
    let labels = text(of: "\(apus.folder)/state/\(apus.id)/state.json")
    #expect(labels.contains("\"bundle=\(apus.folder)\""))
    #expect(!labels.contains("\"bundle=/evil"))
  }

  @Test("CVE-2024-3154: the features name those that must come from nobody else")
  func theFeaturesNameThem() throws {
    struct Features: Decodable { var potentiallyUnsafeConfigAnnotations: [String] }
    let features = try Sandbox("/bin/true")("features").output
    let unsafe = try decodeJSON(Features.self, from: Array(features.utf8))
    #expect(
      unsafe.potentiallyUnsafeConfigAnnotations == [
        "bundle", "org.systemd.property.", "org.criu.config",
      ])
  }
}
