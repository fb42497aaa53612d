import OCISpec
import Testing

/// The session keyring, as /proc/keys shows it.
@Suite struct KeyringTests {
  /// The lines of /proc/keys that are about the container's keyring: number and permissions.
  func keyrings(_ apus: Sandbox, _ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.contains("_ses.\(apus.id)") }.map {
      // 0a1b2c3d I--Q---     2 perm 3f1b0000     0     0 keyring   _ses.NAME: empty
      let fields = $0.split(separator: " ")
      return "\(fields[0]) \(fields[4])"
    }
  }

  @Test func itsUserMayFindItByName() throws {
    let apus = try Sandbox("/bin/cat", "/proc/keys") { $0.linux?.maskedPaths = nil }
    let keys = try apus("run", apus.id).output
    #expect(keyrings(apus, keys).map { $0.suffix(8) } == ["3f1b0000"], "\(keys)")
  }

  @Test(arguments: [false, true]) func execHasTheSameOne(inUserNamespace: Bool) throws {
    let apus = try Sandbox("/bin/sh", "-c", "cat /proc/keys > /keys/init; sleep 100") {
      $0.linux?.maskedPaths = nil
      $0.mounts?.append(
        Spec.Mount(destination: "/keys", type: "bind", source: "keys", options: ["bind"]))
      if inUserNamespace {
        $0.linux?.namespaces?.append(.init(type: "user"))
        $0.linux?.uidMappings = UserNamespaceTests.uids
        $0.linux?.gidMappings = UserNamespaceTests.gids
      }
    }
    let made = try apus.script(
      "mkdir keys; chmod 755 . rootfs; if \(inUserNamespace); then chown -R 100000:200000 rootfs keys; fi"
    )
    #expect(made == .silently)
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let path = "\(apus.folder)/keys/init"
    #expect(eventually { text(of: path).contains("_ses.\(apus.id)") })
    let inits = keyrings(apus, text(of: path))
    let execs = keyrings(apus, try apus("exec", apus.id, "/bin/cat", "/proc/keys").output)
    #expect(inits.count == 1)
    #expect(execs == inits)
  }

  @Test func theCallersIsKeptWhenAskedFor() throws {
    let apus = try Sandbox("/bin/probe")
    let report = try apus.report(of: try apus("run", "--no-new-keyring", apus.id))
    #expect(report.sessionKeyring != "_ses.\(apus.id)")
  }
}
