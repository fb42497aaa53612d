import OCISpec
import Testing

/// Which mounts the container and the host see of each other.
@Suite struct PropagationTests {
  /// Runs the probe where the host's mounts are shared.
  func report(_ apus: Sandbox) throws -> Report {
    try apus.configure { $0.process?.args = ["/bin/probe"] }
    return try apus.report(of: apus.inOwnMounts("exec \(apus.commandLine) run \(apus.id)"))
  }

  @Test(arguments: [
    (nil, "master"), ("", "master"), ("slave", "master"), ("rslave", "master"), ("private", ""),
    ("rprivate", ""), ("shared", "shared"), ("rshared", "shared"), ("unbindable", "unbindable"),
  ]) func ofTheRoot(wanted: String?, shown: String) throws {
    let apus = try Sandbox { $0.linux?.rootfsPropagation = wanted }
    let root = try #require(try report(apus).mount(at: "/"))
    #expect(kinds(root) == (shown.isEmpty ? [] : [shown]))
  }

  @Test(arguments: [
    ("private", []), ("rprivate", []), ("shared", ["shared"]), ("rshared", ["shared"]),
    ("slave", ["master"]), ("rslave", ["master"]), ("unbindable", ["unbindable"]),
    ("runbindable", ["unbindable"]),
  ]) func ofAMount(option: String, shown: [String]) throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(destination: "/here", type: "bind", source: "source", options: ["bind", option])
      )
    }
    #expect(try apus.script("mkdir source") == .silently)
    let here = try #require(try report(apus).mount(at: "/here"))
    if option.hasSuffix("shared") {
      #expect(kinds(here).contains("shared"))
    } else {
      #expect(kinds(here) == shown)
    }
  }

  /// What is mounted on the host after the start comes in by a slave, and not by a private mount.
  @Test func aSlaveReceivesWhatTheHostMounts() throws {
    let apus = try Sandbox(
      "/bin/sh", "-c",
      """
      while [ ! -e /slave/go ]; do sleep 0.01; done
      grep -c "/slave/below " /proc/self/mountinfo; grep -c "/private/below " /proc/self/mountinfo
      """
    ) {
      for option in ["slave", "private"] {
        $0.mounts?.append(
          Spec.Mount(
            destination: "/\(option)", type: "bind", source: "source", options: ["bind", option]))
      }
    }
    let run = try apus.inOwnMounts(
      """
      mkdir -p source; mount -t tmpfs tmpfs source; mkdir source/below
      \(apus.commandLine) create \(apus.id) > out
      \(apus.commandLine) start \(apus.id)
      mount -t tmpfs tmpfs source/below; touch source/go
      for i in $(seq 200); do [ $(wc -l < out) = 2 ] && break; sleep 0.01; done
      \(apus.commandLine) delete --force \(apus.id); cat out
      """)
    #expect(run == Finished(status: 0, output: "1\n0\n", errors: ""))
  }

  /// Nothing that a container mounts shows on a host whose mounts are shared.
  @Test func theHostSeesNothingOfTheContainersMounts() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let counts = try apus.inOwnMounts(
      """
      wc -l < /proc/self/mountinfo
      \(apus.commandLine) create \(apus.id) > /dev/null
      wc -l < /proc/self/mountinfo
      \(apus.commandLine) start \(apus.id) > /dev/null
      wc -l < /proc/self/mountinfo
      \(apus.commandLine) delete --force \(apus.id)
      wc -l < /proc/self/mountinfo
      """)
    #expect(counts.errors == "")
    let lines = counts.output.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(Set(lines).count == 1, "\(lines)")
  }

  /// "shared:7" is "shared".
  private func kinds(_ mount: Report.Mount) -> [String] {
    mount.propagation.map { $0.split(separator: ":")[0] }.map(String.init)
  }
}
