import ContainerPlan
import JSON
import LinuxKernel
import OCISpec

// What runc's exec takes over from the container's first process, in libcontainer's words. It has
// the rest from config.json, or from its own --process.
extension Spec.Process {
  /// Writes the members, among others.
  func write(members json: JSONMembers) {
    if let sets = capabilities {
      json.object("capabilities") {
        $0.member("Bounding", sets.bounding)
        $0.member("Effective", sets.effective)
        $0.member("Inheritable", sets.inheritable)
        $0.member("Permitted", sets.permitted)
        $0.member("Ambient", sets.ambient)
      }
    }
    if noNewPrivileges == true { json.member("no_new_privileges", true) }
    json.member("umask", user.umask)
    json.member("oom_score_adj", oomScoreAdj)
    json.member("process_label", nonEmpty(selinuxLabel))
    if let scheduler {
      json.object("scheduler") {
        $0.member("policy", scheduler.policy)
        $0.member("nice", scheduler.nice)
        $0.member("priority", scheduler.priority)
        $0.member("flags", scheduler.flags)
        $0.member("runtime", scheduler.runtime)
        $0.member("deadline", scheduler.deadline)
        $0.member("period", scheduler.period)
      }
    }
    if let ioPriority {
      json.object("io_priority") {
        $0.member("class", ioPriority.class)
        $0.member("priority", ioPriority.priority)
      }
    }
    if let affinity = execCPUAffinity {
      json.object("exec_cpu_affinity") {
        $0.member("Initial", words(of: affinity.initial))
        $0.member("Final", words(of: affinity.final))
      }
    }
  }
}

extension Spec.Linux {
  /// Writes the members, among others.
  func write(members json: JSONMembers) {
    if let seccomp, !seccomp.isEmpty { json.object("seccomp", seccomp.write(members:)) }
    if let personality {
      json.object("personality") {
        let domain: LinuxKernel.Personality = personality.domain == "LINUX32" ? .linux32 : .linux
        $0.member("domain", domain.rawValue)
      }
    }
    if let memoryPolicy, let policy = try? LinuxKernel.MemoryPolicy(memoryPolicy) {
      json.object("memory_policy") {
        $0.member("mode", policy.mode.rawValue)
        $0.member("flags", policy.flags.rawValue)
        $0.member("nodes", nonEmpty(policy.nodes.words))
      }
    }
    if let intelRdt {
      json.object("intel_rdt") {
        $0.member("closID", intelRdt.closID)
        $0.member("schemata", intelRdt.schemata)
        $0.member("l3_cache_schema", intelRdt.l3CacheSchema)
        $0.member("memBwSchema", intelRdt.memBwSchema)
        $0.member("enableMonitoring", intelRdt.enableMonitoring)
      }
    }
  }
}

/// A list of processors, like `0-3,7`, as the words of a bit mask.
private func words(of list: String?) -> [UInt]? {
  nonEmpty(list).flatMap { numbers(in: $0) }.map { NumberSet($0).words }
}
