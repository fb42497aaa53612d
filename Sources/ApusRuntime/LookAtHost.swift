import Cgroups
import ContainerPlan
import Glibc
import LinuxKernel
import OCISpec

extension HostAbilities {
  /// Looks at this host, and at what this process may do.
  init(looking layout: CgroupLayout) {
    self.init()
    namespaces = namespaces.filter {
      access("/proc/self/ns/\($0.procName)", F_OK) == 0
    }
    for kind in NamespaceKind.allCases { namespaceBars[kind] = bar(kind) }
    filesystems = lines("/proc/filesystems").map { lines in
      Set(lines.compactMap { $0.split(separator: "\t").last.map(String.init) })
    }
    loadsModules =
      access("/proc/modules", F_OK) == 0 && number("/proc/sys/kernel/modules_disabled") != 1
    lookAtCgroups(layout)
    hasSeccomp = access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0
    seccompFlags = Set(supportedSeccompFlags())
    if let line = lines("/proc/self/status")?.first(where: { $0.hasPrefix("CapPrm:\t") }),
      let bits = UInt64(line.dropFirst(8), radix: 16)
    {
      capabilities = CapabilitySet(bits: bits)
    }
    for limit in ResourceLimit.allCases {
      var value = rlimit()
      if getrlimit(__rlimit_resource_t(UInt32(limit.rawValue)), &value) == 0 {
        hardLimits[limit] = UInt64(value.rlim_max)
      }
    }
    descriptorLimit = number("/proc/sys/fs/nr_open").map { UInt64($0) } ?? .max
    oomScoreAdj = number("/proc/self/oom_score_adj") ?? -1000
    appArmorProfiles = lines("/sys/kernel/security/apparmor/profiles").map { lines in
      // "name (enforce)", where a name may have spaces.
      Set(
        lines.compactMap { line in line.lastIndex(of: "(").map { String(line[..<$0].dropLast()) } })
    }
    missingMappers = ["newuidmap", "newgidmap"].filter { (try? findProgram($0, [])) == nil }
  }

  private func bar(_ kind: NamespaceKind) -> String? {
    let limit = "/proc/sys/user/max_\(kind.procName)_namespaces"
    if number(limit) == 0 { return "\(limit) to more than 0" }
    guard kind == .user, geteuid() != 0 else { return nil }
    for (file, good) in [
      ("/proc/sys/kernel/unprivileged_userns_clone", 1),
      ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0),
    ] {
      if let value = number(file), value != good { return "\(file) to \(good)" }
    }
    return nil
  }

  private mutating func lookAtCgroups(_ layout: CgroupLayout) {
    let numbers: String
    switch layout {
    case .unified:
      let text = lines("\(CgroupLayout.mountPoint)/cgroup.controllers")?.first ?? ""
      controllers = Set(text.split(separator: " ").map(String.init))
      let own = lines("/proc/self/cgroup")?.first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
      // The root has no limits.
      if own != "/", access("\(CgroupLayout.mountPoint)\(own)/memory.max", F_OK) == 0 {
        limitsSwap = access("\(CgroupLayout.mountPoint)\(own)/memory.swap.max", F_OK) == 0
      }
      numbers = "possible"
    case .legacy(let hierarchies):
      isUnified = false
      for hierarchy in hierarchies {
        let names = hierarchy.controllers.split(separator: ",").map(String.init)
        controllers.formUnion(names)
        if names.contains("memory") {
          limitsSwap = access("\(hierarchy.mountPoint)/memory.memsw.limit_in_bytes", F_OK) == 0
        }
      }
      numbers = "online"
    }
    processors = set("/sys/devices/system/cpu/\(numbers)")
    memoryNodes = set("/sys/devices/system/node/\(numbers)")
  }
}

private func lines(_ path: String) -> [String]? {
  guard let bytes = try? readFile(path) else { return nil }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}

private func number(_ path: String) -> Int? { lines(path)?.first.flatMap { Int($0) } }

private func set(_ path: String) -> Set<Int> {
  Set(lines(path)?.first.flatMap { numbers(in: $0) }?.joined() ?? [].joined())
}
