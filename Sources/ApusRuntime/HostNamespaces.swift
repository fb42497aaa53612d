import JSON
import LinuxKernel
import OCISpec

/// Refuses kernel parameters of a namespace that is joined by its path and is the host's own, where
/// they would be set (CVE-2022-0811).
func requireOwnSysctls(_ linux: Spec.Linux?, _ purpose: String) throws(RuntimeError) {
  guard let linux, let sysctl = linux.sysctl, !sysctl.isEmpty else { return }
  for joined in linux.namespaces ?? [] {
    guard let path = joined.path, let kind = NamespaceKind(rawValue: joined.type),
      let theirs = try? status(of: path),
      let own = try? status(of: "/proc/self/ns/\(kind.procName)"),
      theirs.st_ino == own.st_ino, theirs.st_dev == own.st_dev
    else { continue }
    for key in sysctl.keys where namespace(ofSysctl: key) == joined.type {
      throw RuntimeError(
        "\(purpose): \"\(key)\" would be set on the host, whose own \(kind.rawValue) namespace is "
          + "at \(path) (config.json \(entry(key, of: "/linux/sysctl")))")
    }
  }
}
