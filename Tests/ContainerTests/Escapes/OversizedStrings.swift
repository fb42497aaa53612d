import Glibc
import JSON
import OCISpec
import Testing

/// Strings, lists and depths that no buffer was made for: in every place of config.json, one after
/// the other. A container is made or refused in one sentence, within bounds, and nothing is left.
@Suite("CVE-2021-43784: oversized input") struct OversizedStringTests {
  /// A configuration that has all kinds of strings, and can be made here.
  private func sandbox() throws -> Sandbox {
    let hook = Spec.Hook(path: "/bin/true", args: ["true", "x"], env: ["PATH=/bin"], timeout: 10)
    return try Sandbox("/bin/true", "argument") {
      $0.domainname = "domain"
      $0.process?.user = .init(uid: 0, gid: 0, umask: 0o22, additionalGids: [7])
      $0.process?.env = ["PATH=/bin", "A=B"]
      $0.process?.cwd = "/work"
      $0.process?.capabilities?.inheritable = ["CAP_KILL"]
      $0.process?.capabilities?.ambient = ["CAP_KILL"]
      $0.process?.scheduler = .init(policy: "SCHED_OTHER", nice: 1)
      $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_BE", priority: 4)
      $0.process?.execCPUAffinity = .init(initial: "0", final: "0")
      $0.mounts?.append(
        .init(destination: "/data", type: "tmpfs", source: "none", options: ["size=1m", "ro"]))
      $0.mounts?.append(.init(destination: "/bound", source: "/bin", options: ["rbind", "ro"]))
      $0.hooks = .init(
        prestart: [hook], createRuntime: [hook], createContainer: [hook],
        startContainer: [.init(path: "/bin/busybox", args: ["true"], env: ["A=B"])],
        poststart: [hook], poststop: [hook])
      $0.annotations = ["key": "value"]
      $0.linux?.sysctl = ["net.ipv4.ip_forward": "1"]
      $0.linux?.devices = [.init(path: "/dev/made", type: "c", major: 1, minor: 3)]
      $0.linux?.cgroupsPath = "/apus-oversized/x"
      $0.linux?.personality = .init(domain: "LINUX")
      $0.linux?.rootfsPropagation = "private"
      $0.linux?.seccomp = .init(
        defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
        flags: ["SECCOMP_FILTER_FLAG_LOG"],
        syscalls: [
          .init(
            names: ["personality"], action: "SCMP_ACT_ERRNO",
            args: [.init(index: 0, value: 8, op: "SCMP_CMP_EQ")])
        ])
    }
  }

  /// Where the strings of a JSON text are, without their quotes; keys, too.
  private func strings(in text: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start: Int?
    for (index, byte) in text.enumerated() where byte == UInt8(ascii: "\"") {
      if let begun = start { found.append(begun..<index) }
      start = start == nil ? index + 1 : nil
    }
    return found
  }

  /// Where the first elements of its lists are.
  private func firstElements(in text: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var open: [(bracket: UInt8, index: Int, isFirst: Bool)] = []
    for (index, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        open.append((byte, index, true))
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard let last = open.last else { continue }
        if last.bracket == UInt8(ascii: "["), last.isFirst, last.index + 1 < index {
          found.append(last.index + 1..<index)
        }
        open[open.count - 1].isFirst = false
        if byte != UInt8(ascii: ",") { open.removeLast() }
      default: break
      }
    }
    return found
  }

  /// Has a container made, started and deleted by this configuration, in little memory, and expects
  /// that it is, or that it is refused as it should be.
  private func expectOrder(
    _ apus: Sandbox, _ text: [UInt8], _ place: Range<Int>, _ other: [UInt8],
    megabytes: Int = 64, seconds: Double = 10
  ) throws {
    let subject = "\(String(decoding: text[place].prefix(60), as: UTF8.self)) at \(place)"
    let bytes = text[..<place.lowerBound] + other + text[place.upperBound...]
    let file = try #require(fopen("\(apus.folder)/config.json", "w"))
    bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
    let result = try apus.script(
      """
      ulimit -v \(megabytes * 1024)
      $APUS create $ID || exit
      $APUS start $ID 2> started || [ $? = 1 ] || exit 9
      exec $APUS delete --force $ID
      """, limit: seconds)
    let errors = result.errors.split(separator: "\n").filter { $0.contains("level=error") }
    #expect(errors.count == result.status, "\(subject): \(result.status) \(errors)")
    #expect(result.errors.utf8.count < 40_000, "\(subject)")
    #expect(apus.containers() == [], "\(subject)")
  }

  private func expectNothingLeft(_ apus: Sandbox) throws {
    #expect(apus.leftovers() == [])
    _ = try shell("rmdir /sys/fs/cgroup/*/apus-oversized")
  }

  static let fillings: [String: [UInt8]] = [
    "70 KB": Array("/".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 70_000),
    "a NUL": Array(#"a\u0000b"#.utf8),
  ]

  @Test("CVE-2021-43784: no text, or too much, in each string", arguments: fillings.keys.sorted())
  func inEachString(filling: String) throws {
    let apus = try sandbox()
    let text = encodeJSON(apus.spec, style: .compact)
    let places = distinct(strings(in: text), text)
    #expect(places.count > 120)
    let other = try #require(Self.fillings[filling])
    for place in places { try expectOrder(apus, text, place, other) }
    try expectNothingLeft(apus)
  }

  @Test("CVE-2021-43784: half a character is no text") func halfACharacter() throws {
    let apus = try sandbox()
    let text = encodeJSON(apus.spec, style: .compact)
    for place in strings(in: text).suffix(5) {
      try expectOrder(apus, text, place, [UInt8(ascii: "a"), 0xC3])
    }
  }

  @Test("CVE-2021-43784: 10 MB in one string in ten") func tenMegabytes() throws {
    let apus = try sandbox()
    let text = encodeJSON(apus.spec, style: .compact)
    let other = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000)
    for (index, place) in distinct(strings(in: text), text).enumerated() where index % 10 == 5 {
      try expectOrder(apus, text, place, other, megabytes: 512, seconds: 60)
    }
    try expectNothingLeft(apus)
  }

  /// Each list of hooks is of programs that are really run.
  @Test("CVE-2021-43784: 1,000 elements in each list") func longLists() throws {
    let apus = try sandbox()
    let text = encodeJSON(apus.spec, style: .compact)
    let places = distinct(firstElements(in: text), text)
    #expect(places.count > 20)
    for place in places {
      let element = Array(text[place]) + [UInt8(ascii: ",")]
      let many = [[UInt8]](repeating: element, count: 999).joined() + text[place]
      try expectOrder(apus, text, place, Array(many), megabytes: 128, seconds: 60)
    }
    try expectNothingLeft(apus)
  }

  /// Those of which the text has none like them before.
  private func distinct(_ places: [Range<Int>], _ text: [UInt8]) -> [Range<Int>] {
    var seen: Set<ArraySlice<UInt8>> = []
    return places.filter { seen.insert(text[$0]).inserted }
  }

  @Test("CVE-2021-43784: depth without end", arguments: ["[", "{\"a\":"]) func depth(open: String)
    throws
  {
    let apus = try sandbox()
    let text = encodeJSON(apus.spec, style: .compact)
    for place in strings(in: text).prefix(10) {
      let value = place.lowerBound - 1..<place.upperBound + 1
      let deep = String(repeating: open, count: 100_000)
      try expectOrder(apus, text, value, Array(deep.utf8))
    }
    try expectNothingLeft(apus)
  }

  @Test("CVE-2021-43784: namespace paths and mappings of any length") func namespacesAndMappings()
    throws
  {
    let apus = try Sandbox("/bin/true")
    let path = "/" + String(repeating: "x", count: 70_000)
    for kind in ["pid", "network", "ipc", "uts", "mount", "user", "cgroup", "time"] {
      try apus.configure {
        $0 = Spec.default()
        $0.process?.terminal = false
        $0.linux?.namespaces?.removeAll { $0.type == kind }
        $0.linux?.namespaces?.append(.init(type: kind, path: path))
      }
      expectRefusal(try apus.create(), "/linux/namespaces", "ENAMETOOLONG")
    }
    try apus.configure {
      $0 = Spec.default()
      $0.process?.terminal = false
      $0.linux?.namespaces?.append(.init(type: "user"))
      let maps = (0..<5_000).map { Spec.Linux.IDMapping(containerID: $0, hostID: $0, size: 1) }
      $0.linux?.uidMappings = maps
      $0.linux?.gidMappings = maps
    }
    expectRefusal(try apus.create(), "/linux/uidMappings")
    #expect(apus.leftovers() == [])
  }
}
