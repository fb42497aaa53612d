extension Spec.Linux {
  /// Only what belongs to one of the container's own namespaces may be set; all else in /proc/sys is
  /// the host's.
  func checkSysctl(_ report: inout Report, at pointer: String) {
    guard let sysctl, !sysctl.isEmpty else { return }
    for (key, value) in sysctl.sorted(by: { $0.key < $1.key }) {
      let here = entry(key, of: pointer)
      report.rejectNUL(in: key, at: here)
      report.rejectNUL(in: value, at: here)
      let name = dottedSysctl(key)
      // A part such as `..`, written `//`, would lead out of the namespace's own directory.
      let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .map { Substring($0) }
      if parts.contains(where: { $0.isEmpty || $0 == "/" || $0 == "//" }) {
        report.add(here, "\(quoted(key)) is not a kernel parameter's name")
        continue
      }
      checkOwner(of: name, &report, at: here)
    }
  }

  private func checkOwner(of name: String, _ report: inout Report, at pointer: String) {
    if name == "kernel.hostname" {
      return report.add(
        pointer, "conflicts with config.json's own field", hint: "set \"hostname\" instead")
    }
    guard let owner = owner(of: name) else {
      return report.add(
        pointer, "\(quoted(name)) belongs to no namespace; setting it would change the host")
    }
    if namespace(owner) == nil {
      report.add(
        pointer,
        "\(quoted(name)) would be set on the host: the container has no \(owner) namespace",
        hint: "add {\"type\": \"\(owner)\"} to /linux/namespaces")
    }
  }
}

/// The type of namespace that a kernel parameter belongs to; nil for one of the whole kernel.
public func namespace(ofSysctl key: String) -> String? { owner(of: dottedSysctl(key)) }

private func owner(of name: String) -> String? {
  switch name {
  case "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall",
    "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced":
    return "ipc"
  case "kernel.domainname": return "uts"
  default: break
  }
  if name.utf8.starts(with: "fs.mqueue.".utf8) { return "ipc" }
  if name.utf8.starts(with: "net.".utf8) { return "network" }
  if name.utf8.starts(with: "user.".utf8) { return "user" }
  return nil
}

/// A parameter's name with dots between its parts. sysctl(8) takes slashes too: the separator that
/// comes first decides, and the other character then stands for the first.
private func dottedSysctl(_ key: String) -> String {
  let first = key.utf8.first { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
  guard first == UInt8(ascii: "/") else { return key }
  var dotted = ""
  for scalar in key.unicodeScalars {
    switch scalar {
    case ".": dotted += "/"
    case "/": dotted += "."
    default: dotted.unicodeScalars.append(scalar)
    }
  }
  return dotted
}
