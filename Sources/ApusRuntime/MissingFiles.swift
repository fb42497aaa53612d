import CLinux
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

/// Looks whether what a configuration names is there: on the host, and in the root file system as
/// far as no mount covers it.
struct MissingFiles {
  private let spec: Spec
  private let bundle: String
  private(set) var findings: [Finding] = []

  init(of spec: Spec, bundle: String) {
    self.spec = spec
    self.bundle = bundle
    look()
  }

  private mutating func add(
    _ pointer: String, _ message: String, _ advice: String? = nil, _ level: Finding.Level = .error
  ) {
    findings.append(Finding(level, .host, pointer, message, advice: advice))
  }

  private mutating func look() {
    for (index, namespace) in (spec.linux?.namespaces ?? []).enumerated() {
      guard let path = namespace.path, !path.isEmpty else { continue }
      require(path, "/linux/namespaces/\(index)/path")
    }
    for name in spec.linux?.netDevices?.keys.sorted() ?? []
    where access("/sys/class/net/\(name)", F_OK) != 0 {
      add(
        entry(name, of: "/linux/netDevices"), "the host has no network device \"\(name)\"")
    }
    lookForSysctls()
    lookForHooks()
    lookForListener()
    guard spec.linux?.has(.mount) == true else { return }
    for (index, mount) in (spec.mounts ?? []).enumerated() {
      guard MountOptions(mount.options ?? []).bind != nil || mount.type == "bind",
        let source = mount.source, !source.isEmpty
      else { continue }
      require(source, "/mounts/\(index)/source")
    }
    lookIntoRootfs()
  }

  /// A path of the host; of the bundle, if it is relative.
  @discardableResult
  private mutating func require(
    _ path: String, _ pointer: String, _ level: Finding.Level = .error
  ) -> stat? {
    do throws(KernelError) {
      return try status(of: onHost(path))
    } catch {
      add(pointer, "\(error)", nil, level)
      return nil
    }
  }

  private func onHost(_ path: String) -> String { isAbsolute(path) ? path : "\(bundle)/\(path)" }

  private mutating func lookForSysctls() {
    for key in spec.linux?.sysctl?.keys.sorted() ?? [] {
      let path = sysctlPath(key)
      // Interfaces of the container come with their own.
      if path.hasPrefix("net/"), strstr(path, "/conf/") != nil || strstr(path, "/neigh/") != nil {
        continue
      }
      if access("/proc/sys/\(path)", F_OK) != 0 {
        add(
          entry(key, of: "/linux/sysctl"), "this kernel has no parameter \"\(key)\"",
          "see /proc/sys; a module may have to be loaded first", .warning)
      }
    }
  }

  private mutating func lookForHooks() {
    let hooks = spec.hooks
    let lists = [
      ("prestart", hooks?.prestart), ("createRuntime", hooks?.createRuntime),
      ("createContainer", hooks?.createContainer), ("poststart", hooks?.poststart),
      ("poststop", hooks?.poststop),
    ]
    for (kind, list) in lists {
      for (index, hook) in (list ?? []).enumerated() where isAbsolute(hook.path) {
        let pointer = "/hooks/\(kind)/\(index)/path"
        if let found = require(hook.path, pointer) { requireExecutable(found, hook.path, pointer) }
      }
    }
  }

  private mutating func requireExecutable(_ found: stat, _ path: String, _ pointer: String) {
    if found.isDirectory {
      add(pointer, "\(path) is a directory, not a program")
    } else if found.st_mode & 0o111 == 0 {
      add(pointer, "\(path) is not executable", "chmod +x")
    }
  }

  private mutating func lookForListener() {
    guard let profile = spec.linux?.seccomp, let path = profile.listenerPath, !path.isEmpty,
      profile.syscalls?.contains(where: { $0.action == "SCMP_ACT_NOTIFY" }) == true
    else { return }
    // Its owner may still be on the way.
    if let found = require(path, "/linux/seccomp/listenerPath", .warning),
      found.fileType != S_IFSOCK
    {
      add("/linux/seccomp/listenerPath", "\(path) is not a socket")
    }
  }

  private mutating func lookIntoRootfs() {
    guard let path = spec.root?.path, !path.isEmpty,
      let found = require(path, "/root/path")
    else { return }
    guard found.isDirectory else {
      return add("/root/path", "\(onHost(path)) is not a directory")
    }
    guard let root = try? open(onHost(path), [.path, .directory]),
      let name = spec.process?.args?.first, !name.isEmpty
    else { return }
    lookForProgram(name, in: root.number)
  }

  private mutating func lookForProgram(_ name: String, in root: Int32) {
    let pointer = "/process/args/0"
    let folders = searchPath.utf8.split(separator: UInt8(ascii: ":")).map { String(Substring($0)) }
      .filter { isAbsolute($0) }
    let hasSlash = name.utf8.contains(UInt8(ascii: "/"))
    let places =
      isAbsolute(name)
      ? [name]
      : hasSlash
        ? ["\(spec.process?.cwd ?? "")/\(name)"] : folders.map { "\($0)/\(name)" }
    var isUnusable = false
    for place in places {
      do throws(KernelError) {
        let file = try open(place, in: root, .path)
        if isCovered(file.number, root) { return }
        let found = try status(file.number)
        if !found.isDirectory, found.st_mode & 0o111 != 0 { return }
        isUnusable = true
      } catch {
        // Whom the folders are closed to can't tell.
        guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { return }
      }
    }
    if mountsPrograms { return }
    if isUnusable {
      add(pointer, "\"\(name)\" in the root file system is not executable", "chmod +x")
    } else {
      add(
        pointer, "the root file system has no program \"\(name)\"",
        hasSlash ? nil : "PATH is \(searchPath)")
    }
  }

  private var searchPath: String {
    spec.process?.env?.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) }
      ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  }

  /// Whether something will be mounted over a file of the root file system.
  private func isCovered(_ file: Int32, _ root: Int32) -> Bool {
    guard let path = try? readLink("/proc/self/fd/\(file)"),
      let base = try? readLink("/proc/self/fd/\(root)"), isPath(path, atOrBelow: base)
    else { return true }
    let inside = base == "/" ? path : String(Substring(path.utf8.dropFirst(base.utf8.count)))
    return (spec.mounts ?? []).contains { isPath(inside, atOrBelow: clean($0.destination)) }
  }

  /// Whether a program may come with a mount.
  private var mountsPrograms: Bool {
    (spec.mounts ?? []).contains { mount in
      let place = clean(mount.destination)
      return !["/proc", "/sys", "/dev", "/etc"].contains { isPath(place, atOrBelow: $0) }
    }
  }
}

/// Where procfs shows a parameter, whichever of sysctl(8)'s two ways it is written in.
private func sysctlPath(_ key: String) -> String {
  let first = key.first { $0 == "." || $0 == "/" }
  guard first == "." else { return key }
  return String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
}
