import ApusRuntime
import JSON
import LinuxKernel
import OCISpec

/// What `exec` changes of the process in config.json, or the file that it takes instead.
struct ProcessOverrides {
  private let arguments: Arguments
  private let user: UserArgument?

  init(_ arguments: Arguments) throws(RuntimeError) {
    self.arguments = arguments
    user = if let text = arguments[.user] { try UserArgument(text) } else { nil }
    for gid in arguments.values(.additionalGids) where UInt32(gid) == .max {
      throw RuntimeError("invalid group \(gid): give a number from 0 to \(UInt32.max - 1)")
    }
  }

  /// Which options, or which file, errors have to name.
  var origin: ProcessOrigin {
    if let path = arguments[.process] {
      // The number of a descriptor says nothing to a person.
      return .document(path.hasPrefix("/proc/") ? nil : path)
    }
    var options = ["/process/args": "", "/process/terminal": "--tty"]
    func note(_ key: String, _ option: Option) {
      if arguments[option] != nil { options["/process/\(key)"] = "--\(option.name)" }
    }
    note("cwd", .cwd)
    note("env", .env)
    note("apparmorProfile", .apparmor)
    note("selinuxLabel", .processLabel)
    note("noNewPrivileges", .noNewPrivs)
    note("user", .user)
    note("user/additionalGids", .additionalGids)
    note("capabilities", .cap)
    return .configuration(options: options)
  }

  /// The process to run, checked; and the container's configuration, where it was read for that.
  func process(in container: Container) throws(RuntimeError) -> (Spec.Process, Spec?) {
    if let path = arguments[.process] {
      let process = try readProcess(path, container.store)
      try check(process, in: container)
      return (process, nil)
    }
    guard arguments.operands.count > 1 else {
      throw RuntimeError(
        "cannot run a process in container \"\(container.id)\": name a program, or a file with "
          + "--process")
    }
    let spec = try loadSpec(container.configuration)
    var process = spec.process ?? Spec.Process()
    change(&process)
    warn(container.store)
    try check(process, in: container)
    return (process, spec)
  }

  private func check(_ process: Spec.Process, in container: Container) throws(RuntimeError) {
    guard let violation = process.validate().first else { return }
    throw RuntimeError(
      "run a process in container \"\(container.id)\": "
        + "\(origin.prefix("/process\(violation.pointer)"))\(violation.advice)")
  }

  private func change(_ process: inout Spec.Process) {
    process.args = Array(arguments.operands.dropFirst())
    process.terminal = arguments.has(.tty)
    process.env = (process.env ?? []) + arguments.values(.env)
    if let cwd = arguments[.cwd], !cwd.isEmpty { process.cwd = cwd }
    if let profile = arguments[.apparmor], !profile.isEmpty { process.apparmorProfile = profile }
    if let label = arguments[.processLabel], !label.isEmpty { process.selinuxLabel = label }
    process.noNewPrivileges = arguments.setting(.noNewPrivs) ?? process.noNewPrivileges
    if let user {
      process.user.uid = user.uid
      process.user.gid = user.gid ?? process.user.gid
    }
    let groups = arguments.values(.additionalGids).compactMap { UInt32(decimal: $0) }
    if !groups.isEmpty {
      process.user.additionalGids = (process.user.additionalGids ?? []) + groups
    }
    addCapabilities(&process)
  }

  /// Never to the inheritable set, which a program could then pick up from a file's inheritable
  /// bits (CVE-2022-29162); and the kernel takes as ambient only what is inheritable.
  private func addCapabilities(_ process: inout Spec.Process) {
    let names = arguments.values(.cap)
    guard !names.isEmpty else { return }
    var sets = process.capabilities ?? Spec.Process.Capabilities()
    sets.bounding = (sets.bounding ?? []) + names
    sets.effective = (sets.effective ?? []) + names
    sets.permitted = (sets.permitted ?? []) + names
    let inheritable = names.filter { sets.inheritable?.contains($0) ?? false }
    if !inheritable.isEmpty { sets.ambient = (sets.ambient ?? []) + inheritable }
    process.capabilities = sets
  }

  private func warn(_ store: ContainerStore) {
    for name in arguments.values(.cap) where !Vocabulary.capabilities.contains(name) {
      store.log(.warning, "ignored: unknown capability \"\(name)\" of --cap")
    }
  }
}

private func readProcess(_ path: String, _ store: ContainerStore) throws(RuntimeError)
  -> Spec.Process
{
  let bytes: [UInt8]
  do throws(KernelError) {
    bytes = try readFile(path)
  } catch {
    throw RuntimeError("read the process to run", error)
  }
  do throws(JSONError) {
    var unknownKeys: [UnknownKey] = []
    let process = try decodeJSON(Spec.Process.self, from: bytes, unknownKeys: &unknownKeys)
    for key in unknownKeys { store.log(.debug, "\(path): \(key.pointer): ignored: unknown key") }
    return process
  } catch {
    throw RuntimeError("\(path): \(error)")
  }
}
