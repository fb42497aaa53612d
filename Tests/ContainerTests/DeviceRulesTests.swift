import OCISpec
import Testing

/// The rules on devices, whatever the host restricts them with: the same on v1 and v2.
@Suite struct DeviceRulesTests {
  private typealias Rule = Spec.Linux.Resources.DeviceRule

  /// What of some nodes can be opened in a container with rules, by a program that makes the nodes
  /// itself: "r 1:11" for reading, "w 1:11" for writing.
  private func opened(_ numbers: [String], _ rules: [Rule]?) throws -> [String] {
    let script = """
      cd /tmp; for n in \(numbers.joined(separator: " "))
      do busybox mknod $n c ${n%:*} ${n#*:} || exit; (: < $n) && echo r $n; (: >> $n) && echo w $n
      done; true
      """
    let apus = try Sandbox("/bin/busybox", "sh", "-c", "exec 2> /dev/null; \(script)") {
      $0.mounts?.append(Spec.Mount(destination: "/tmp", type: "tmpfs", source: "tmpfs"))
      $0.process?.env = ["PATH=/bin"]
      $0.linux?.resources = Spec.Linux.Resources(devices: rules)
      for capability in ["CAP_MKNOD", "CAP_SYSLOG"] {
        $0.process?.capabilities?.bounding?.append(capability)
        $0.process?.capabilities?.permitted?.append(capability)
        $0.process?.capabilities?.effective?.append(capability)
      }
    }
    let run = try apus.run()
    #expect(run.status == 0 && run.errors == "", "\(run)")
    return run.output.split(separator: "\n").map(String.init)
  }

  private let denyAll = Rule(allow: false, access: "rwm")
  private let kmsg = Rule(allow: true, type: "c", major: 1, minor: 11, access: "rwm")

  /// A node of a device that nobody allows is of no use, however it came there.
  @Test(arguments: [nil, [], [Spec.Linux.Resources.DeviceRule(allow: false, access: "rwm")]])
  func theDefaultDevicesAndNoOthers(_ rules: [Spec.Linux.Resources.DeviceRule]?) throws {
    #expect(try opened(["1:3", "1:1", "1:11"], rules) == ["r 1:3", "w 1:3"])
  }

  @Test func whatARuleAllows() throws {
    #expect(
      try opened(["1:11", "1:2"], [denyAll, kmsg]) == ["r 1:11", "w 1:11"])
    #expect(
      try opened(
        ["1:11"], [denyAll, Rule(allow: true, type: "c", major: 1, minor: 11, access: "r")])
        == ["r 1:11"])
    #expect(try opened(["1:11", "1:2"], [kmsg]) == ["r 1:11", "w 1:11"])
  }

  @Test func unknownLettersAreIgnoredWithAWarning() throws {
    let apus = try Sandbox("/bin/busybox", "true") {
      $0.linux?.resources = Spec.Linux.Resources(devices: [Rule(allow: false, access: "rwa")])
    }
    let run = try apus.run()
    #expect(run.status == 0, "\(run)")
    #expect(run.errors.contains("/linux/resources/devices/0/access: ignored"), "\(run)")
  }

  @Test func theLastRuleCounts() throws {
    let not = Rule(allow: false, type: "c", major: 1, minor: 11, access: "rwm")
    #expect(try opened(["1:11"], [denyAll, kmsg, not]) == [])
    #expect(try opened(["1:11"], [denyAll, not, kmsg]) == ["r 1:11", "w 1:11"])
    #expect(try opened(["1:11", "1:3"], [kmsg, denyAll]) == ["r 1:3", "w 1:3"])
  }

  /// As engines ask for it for privileged containers.
  @Test func everything() throws {
    let all = Rule(allow: true, access: "rwm")
    #expect(try opened(["1:11", "1:3"], [all]) == ["r 1:11", "w 1:11", "r 1:3", "w 1:3"])
    #expect(try opened(["1:11"], [denyAll, all]) == ["r 1:11", "w 1:11"])
  }

  /// A process that joins is under them, too.
  @Test func exec() throws {
    let apus = try Sandbox("/bin/sleep", "100") {
      $0.linux?.devices = [Spec.Linux.Device(path: "/dev/kmsg", type: "c", major: 1, minor: 11)]
    }
    #expect(try apus("run", "--detach", apus.id) == .silently)
    let cat = try apus("exec", apus.id, "/bin/cat", "/dev/kmsg")
    #expect(cat.status == 1 && cat.errors.contains("Operation not permitted"), "\(cat)")
    #expect(try apus("exec", apus.id, "/bin/cat", "/dev/null") == .silently)
  }

  /// There the kernel takes no rules, whatever the user's name is.
  @Test func noneInAUserNamespace() throws {
    let apus = try Sandbox("/bin/true")
    let rules = "grep -c -e 'device filter' -e /devices.deny -e /devices.allow"
    let outside = try apus.script("$APUS plan | \(rules)")
    #expect(outside.status == 0, "\(outside)")
    let inside = try apus.script(
      "unshare --user --map-root-user $APUS plan > plan && grep -q clone plan && \(rules) plan")
    #expect(inside == Finished(status: 1, output: "0\n", errors: ""), "\(inside)")
  }
}
