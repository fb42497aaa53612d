extension Spec.Process {
  func weigh(_ report: inout WeaknessReport) {
    capabilities?.weigh(&report, at: "/process/capabilities")
    if noNewPrivileges != true {
      report.add(
        .note, "/process/noNewPrivileges",
        "programs that are set-user-ID or have file capabilities gain what the bounding set has",
        advice: "set it to true")
    }
    if apparmorProfile == "unconfined" {
      report.add(.note, "/process/apparmorProfile", "not confined by AppArmor")
    }
    if let label = selinuxLabel, label.split(separator: ":").contains("spc_t") {
      report.add(.note, "/process/selinuxLabel", "not confined by SELinux (type spc_t)")
    }
  }
}

extension Spec.Process.Capabilities {
  /// Whether a program of the container can come to have it.
  func has(_ name: String) -> Bool { place(of: name) != nil }

  func weigh(_ report: inout WeaknessReport, at pointer: String) {
    if Vocabulary.capabilities.allSatisfy(has) {
      report.warn(
        pointer, "has all capabilities: whoever is root in it can do almost what root can",
        advice: "name those that are needed")
    } else {
      for (name, power) in Self.powerful {
        guard let place = place(of: name) else { continue }
        report.warn("\(pointer)/\(place)", "\(name) \(power)", advice: "leave it out")
      }
    }
    let kept = (inheritable ?? []).filter { ambient?.contains($0) != true }
    if !kept.isEmpty {
      report.add(
        .note, "\(pointer)/inheritable",
        "files marked inheritable give these to whoever runs them: \(kept.joined(separator: ", "))",
        advice: "leave inheritable empty where ambient is")
    }
  }

  private func place(of name: String) -> String? {
    if let index = effective?.firstIndex(of: name) { return "effective/\(index)" }
    if let index = permitted?.firstIndex(of: name) { return "permitted/\(index)" }
    return bounding?.firstIndex(of: name).map { "bounding/\($0)" }
  }

  /// Those that lead out of a container, or reach the whole host. (capabilities(7))
  private static let powerful = [
    ("CAP_SYS_ADMIN", "can mount, join namespaces and more: almost all of root"),
    ("CAP_SYS_MODULE", "can load modules into the host's kernel"),
    ("CAP_SYS_RAWIO", "can reach memory and devices of the host directly"),
    ("CAP_SYS_PTRACE", "can trace, and take over, processes of other users"),
    ("CAP_DAC_READ_SEARCH", "can open any file of the host's file systems by its handle"),
    ("CAP_SYS_BOOT", "can reboot the host, and load another kernel"),
    ("CAP_SYS_TIME", "can set the host's clock"),
    ("CAP_BPF", "can load programs into the host's kernel"),
    ("CAP_PERFMON", "can watch the host's kernel and all processes"),
    ("CAP_SYSLOG", "can read the kernel's log and addresses"),
    ("CAP_MAC_ADMIN", "can change the rules of the host's security module"),
    ("CAP_MAC_OVERRIDE", "passes over the rules of the host's security module"),
  ]
}
