import ApusRuntime
import Cgroups
import Glibc
import JSON
import LinuxKernel
import OCISpec

extension Command {
  static let spec = Command(
    "spec", "write a config.json to begin with", count: 0...0,
    description: """
      Writes config.json for a container that runs "sh" on a terminal, its root file
      system in the folder "rootfs" beside it. It never overwrites a file.
      """,
    options: [.bundle, .file, .rootless]
  ) { invocation throws(RuntimeError) in
    let name = invocation.arguments[.file] ?? "config.json"
    let path = isAbsolute(name) ? name : "\(try bundlePath(invocation.arguments))/\(name)"
    do throws(KernelError) {
      let spec = Spec.default(
        rootless: invocation.arguments.has(.rootless), uid: geteuid(), gid: getegid(),
        unifiedCgroups: try CgroupLayout.detect() == .unified)
      let file = try open(path, [.writeOnly, .create, .exclusive], mode: 0o666)
      try write(encodeJSON(spec, style: .pretty(indent: "\t")), to: file.number, path: path)
    } catch {
      if error.errno == .fileExists {
        throw RuntimeError("File \(name) exists. Remove it first: \(path)")
      }
      throw RuntimeError("write a configuration", error)
    }
    return 0
  }
}

extension Option {
  static let file = Option(
    "file", short: "f", .text("FILE"), help: "write FILE in the bundle (default: config.json)")
  static let rootless = Option(
    "rootless", help: "for a user without root's rights, in a user namespace")
}
