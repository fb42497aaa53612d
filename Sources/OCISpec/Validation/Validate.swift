extension Spec {
  /// Checks every rule of the specification, and runc's own, that can be judged without a host.
  ///
  /// An empty optional string counts as absent, as in Go. Pure: no file is looked at.
  ///
  /// - Returns: what is wrong; empty for a specification that a runtime should accept.
  public func validate() -> [Violation] {
    var report = Report()
    checkVersion(&report)
    process?.check(&report, at: "/process")
    checkRoot(&report)
    checkNames(&report)
    for (index, mount) in (mounts ?? []).enumerated() {
      mount.check(&report, at: "/mounts/\(index)", in: linux)
    }
    hooks?.check(&report, at: "/hooks")
    checkAnnotations(&report)
    linux?.check(&report, at: "/linux")
    if let process, let linux { process.user.checkMapped(&report, by: linux) }
    return report.violations
  }

  /// What the author should know but what doesn't stop a container: runc logs it and goes on.
  public func warnings() -> [Violation] {
    var report = Report()
    if let version = SemanticVersion(ociVersion), version.major == 1, version.minor > 3 {
      report.add(
        "/ociVersion", "\(quoted(ociVersion)) is newer than 1.3, the newest that is known",
        hint: "keys that it added are ignored")
    }
    process?.capabilities?.warn(&report, at: "/process/capabilities")
    for (index, mount) in (mounts ?? []).enumerated()
    where !mount.destination.isEmpty && mount.destination.utf8.first != UInt8(ascii: "/") {
      report.add(
        "/mounts/\(index)/destination",
        "\(quoted(mount.destination)) is relative, which is deprecated; taken from /",
        hint: "write it with a leading /")
    }
    linux?.warn(&report, at: "/linux")
    return report.violations
  }

  private func checkVersion(_ report: inout Report) {
    guard let version = SemanticVersion(ociVersion) else {
      return report.add(
        "/ociVersion", "\(quoted(ociVersion)) is not a version as SemVer 2.0.0 defines it",
        hint: "write it like 1.3.0")
    }
    if version.major != 1 {
      report.add(
        "/ociVersion", "version \(quoted(ociVersion)) of the specification is not supported",
        hint: "supported: 1.0.0 to 1.3.0")
    }
  }

  private func checkRoot(_ report: inout Report) {
    guard let root else {
      return report.add("/root", "required, but missing", hint: "\"root\": {\"path\": \"rootfs\"}")
    }
    if root.path.isEmpty { report.add("/root/path", "must not be empty") }
    report.rejectNUL(in: root.path, at: "/root/path")
  }

  /// Host name and domain name: of a UTS namespace, or they would be the host's.
  private func checkNames(_ report: inout Report) {
    func check(_ name: String?, at pointer: String) {
      guard let name, !name.isEmpty else { return }
      report.rejectNUL(in: name, at: pointer)
      // __NEW_UTS_LEN of the kernel.
      if name.utf8.count > 64 { report.add(pointer, "longer than 64 bytes") }
      if linux?.namespace("uts") == nil {
        report.add(
          pointer, "can't be set without a UTS namespace",
          hint: "add {\"type\": \"uts\"} to /linux/namespaces")
      }
    }
    check(hostname, at: "/hostname")
    check(domainname, at: "/domainname")
  }

  private func checkAnnotations(_ report: inout Report) {
    if annotations?[""] != nil { report.add("/annotations/", "a key must not be empty") }
  }
}

/// Major and minor of a version as SemVer 2.0.0 defines it.
struct SemanticVersion {
  let major: Int
  let minor: Int

  init?(_ text: String) {
    func isNumber(_ part: Substring) -> Bool {
      part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        && (part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"))
    }
    func isIdentifier(_ part: Substring) -> Bool {
      !part.isEmpty
        && part.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
            true
          default: false
          }
        }
    }
    func parts(_ text: Substring, _ separator: Unicode.Scalar, _ splits: Int = .max) -> [Substring]
    {
      text.utf8.split(
        separator: UInt8(ascii: separator), maxSplits: splits, omittingEmptySubsequences: false
      ).map { Substring($0) }
    }
    let build = parts(text[...], "+", 1)
    if build.count == 2, !parts(build[1], ".").allSatisfy(isIdentifier) { return nil }
    let preRelease = parts(build[0], "-", 1)
    if preRelease.count == 2 {
      let isValid = parts(preRelease[1], ".").allSatisfy { part in
        let isNumeric = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isIdentifier(part) && (!isNumeric || isNumber(part))
      }
      guard isValid else { return nil }
    }
    let core = parts(preRelease[0], ".")
    guard core.count == 3, core.allSatisfy({ !$0.isEmpty && isNumber($0) }),
      let major = Int(core[0]), let minor = Int(core[1])
    else { return nil }
    self.major = major
    self.minor = minor
  }
}
