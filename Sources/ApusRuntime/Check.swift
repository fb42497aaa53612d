import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec

/// All that can be said about a bundle's config.json without making anything.
public struct CheckReport: Sendable, Equatable {
  /// The file.
  public let file: String
  /// What was found in it, the gravest first.
  public let findings: [Finding]

  /// How many findings are of a level.
  public func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }
}

extension CheckReport {
  /// Checks a bundle's config.json: against the specification, against this host and user, and for
  /// what isolates the container little. Nothing is made or written, and root is not needed.
  public init(bundle: String) throws(RuntimeError) {
    let path = "\(bundle)/config.json"
    let bytes = try attempt("check the bundle") { () throws(KernelError) in try readFile(path) }
    let layout = try attempt("find the host's cgroups") { () throws(KernelError) in
      try CgroupLayout.detect()
    }
    let found = find(bytes, bundle: bundle, layout)
    file = path
    findings = Finding.Level.allCases.flatMap { level in found.filter { $0.level == level } }
  }
}

private func find(_ bytes: [UInt8], bundle: String, _ layout: CgroupLayout) -> [Finding] {
  var unknown: [UnknownKey] = []
  let spec: Spec
  do throws(JSONError) {
    spec = try decodeJSON(Spec.self, from: bytes, unknownKeys: &unknown)
  } catch {
    var finding = Finding(
      .error, .syntax, error.pointer, error.reason,
      advice: "correct this first: the rest was not checked")
    (finding.line, finding.column) = (error.line, error.column)
    return [finding]
  }
  var findings = spec.validate().map { Finding(.error, $0) }
  // runc's own default configuration had ambient capabilities that can't be granted.
  findings += spec.warnings().map {
    Finding($0.pointer.hasSuffix("/ambient") ? .note : .warning, $0)
  }
  findings += unknown.map(Finding.init)

  let id = bundle.split(separator: "/").last.map { String($0) } ?? "container"
  let draft = spec.draft(id, bundle: bundle, layout)
  findings += draft.findings
  var onHost = draft.plan.refusals.map { Finding(.error, .host, $0.pointer, $0.problem) }
  onHost += spec.obstacles(on: HostAbilities(looking: layout), plan: draft.plan)
  onHost += MissingFiles(of: spec, bundle: bundle).findings
  for finding in onHost
  // Said already, as a rule of the specification or by the plan.
  where !findings.contains(where: { $0.level == .error && $0.pointer == finding.pointer }) {
    findings.append(finding)
  }
  return findings + spec.weaknesses(isOfTheHost: isNamespaceOfThisProcess)
}

extension Spec {
  /// The plan as `create` would have it, and what this user would have to go without.
  fileprivate func draft(_ id: String, bundle: String, _ layout: CgroupLayout) -> (
    plan: Plan, findings: [Finding]
  ) {
    var facts = Plan.Facts(id: id, bundle: bundle, cgroups: layout)
    facts.look(for: self)
    let wanted = linux?.cgroupsPath ?? ""
    let cgroup = CgroupPaths(
      layout: layout, cgroupsPath: wanted, id: id, above: facts.cgroupAbove)
    guard facts.ordinaryUser != nil, !cgroup.canBeMade else {
      return (Plan(drafting: self, facts: facts), [])
    }
    facts.managesCgroups = false
    var findings: [Finding] = []
    if !wanted.isEmpty {
      findings.append(
        Finding(
          .error, .host, "/linux/cgroupsPath", "this user may write to no cgroup there",
          advice: "leave it out, or have one delegated"))
    } else if linux?.resources != nil {
      findings.append(
        Finding(
          .warning, .host, "/linux/resources",
          "this user may make no cgroup: the limits will be left out",
          advice: "have a cgroup delegated, and name it in /linux/cgroupsPath"))
    }
    return (Plan(drafting: self, facts: facts), findings)
  }
}

extension Finding {
  fileprivate init(_ key: UnknownKey) {
    if let likely = key.likely, key.isTaken {
      self.init(
        .warning, .unknownKey, key.pointer,
        "taken for \"\(likely)\", which other runtimes may not do",
        advice: "write \"\(likely)\"")
    } else if let likely = key.likely {
      self.init(
        .warning, .unknownKey, key.pointer, "unknown, and passed over",
        advice: "write \"\(likely)\" if that is meant")
    } else if ["/windows", "/solaris", "/vm", "/zos", "/freebsd"].contains(key.pointer) {
      self.init(.note, .unknownKey, key.pointer, "for another platform, and passed over")
    } else {
      self.init(.note, .unknownKey, key.pointer, "unknown, and passed over")
    }
  }
}

/// Whether this process, which is on the host, is in the namespace at a path.
private func isNamespaceOfThisProcess(_ path: String) -> Bool {
  guard let found = try? status(of: path) else { return isPathOfTheHostsInit(path) }
  return NamespaceKind.allCases.contains { kind in
    guard let own = try? status(of: "/proc/self/ns/\(kind.procName)") else { return false }
    return own.st_dev == found.st_dev && own.st_ino == found.st_ino
  }
}

extension CheckReport: CustomStringConvertible {
  /// A line for each finding, and one that counts them.
  public var description: String {
    func words(_ level: Finding.Level) -> String {
      let count = self.count(level)
      return "\(count) \(level.rawValue)\(count == 1 ? "" : "s")"
    }
    let lines = findings.map { "\($0)\n" }.joined()
    return lines + "\(file): " + Finding.Level.allCases.map(words).joined(separator: ", ") + "\n"
  }
}

extension CheckReport: JSONWritable {
  /// `{"file": …, "errors": 0, "warnings": 0, "notes": 0, "findings": […]}`.
  public func write(to json: JSONWriter) {
    json.object {
      $0.member("file", file)
      $0.member("errors", count(.error))
      $0.member("warnings", count(.warning))
      $0.member("notes", count(.note))
      $0.member("findings", findings)
    }
  }
}
