import OCISpec

let baseRules: [Rule] = [
  Rule("/ociVersion", "\"\" is not a version as SemVer 2.0.0 defines it") { $0.ociVersion = "" },
  Rule("/ociVersion", "\"1.0\" is not a version as SemVer 2.0.0 defines it") {
    $0.ociVersion = "1.0"
  },
  Rule("/ociVersion", "\"1.02.0\" is not a version as SemVer 2.0.0 defines it") {
    $0.ociVersion = "1.02.0"
  },
  Rule("/ociVersion", "\"1.0.0-\" is not a version as SemVer 2.0.0 defines it") {
    $0.ociVersion = "1.0.0-"
  },
  Rule("/ociVersion", "\"1.0.0-01\" is not a version as SemVer 2.0.0 defines it") {
    $0.ociVersion = "1.0.0-01"
  },
  Rule("/ociVersion", "\"v1.0.0\" is not a version as SemVer 2.0.0 defines it") {
    $0.ociVersion = "v1.0.0"
  },
  Rule("/ociVersion", "version \"2.0.0\" of the specification is not supported") {
    $0.ociVersion = "2.0.0"
  },
  Rule("/ociVersion", "version \"0.9.0\" of the specification is not supported") {
    $0.ociVersion = "0.9.0"
  },
  Rule("/root", "required, but missing") { $0.root = nil },
  Rule("/root/path", "must not be empty") { $0.root?.path = "" },
  Rule("/root/path", "contains a NUL byte") { $0.root?.path = "a\0b" },
  Rule("/hostname", "can't be set without a UTS namespace") { $0.hostname = "h" },
  Rule("/domainname", "can't be set without a UTS namespace") { $0.domainname = "d" },
  Rule("/hostname", "longer than 64 bytes") {
    $0.linux?.namespaces?.append(.init(type: "uts"))
    $0.hostname = String(repeating: "h", count: 65)
  },
  Rule("/domainname", "contains a NUL byte") {
    $0.linux?.namespaces?.append(.init(type: "uts"))
    $0.domainname = "d\0"
  },
  Rule("/annotations/", "a key must not be empty") { $0.annotations = ["": "x"] },
  Rule("/hooks/prestart/0/path", "\"bin/true\" must be an absolute path") {
    $0.hooks = .init(prestart: [.init(path: "bin/true")])
  },
  Rule("/hooks/createRuntime/0/path", "must not be empty") {
    $0.hooks = .init(createRuntime: [.init(path: "")])
  },
  Rule("/hooks/createContainer/1/path", "\"x\" must be an absolute path") {
    $0.hooks = .init(createContainer: [.init(path: "/x"), .init(path: "x")])
  },
  Rule("/hooks/startContainer/0/args/1", "contains a NUL byte") {
    $0.hooks = .init(startContainer: [.init(path: "/x", args: ["x", "\0"])])
  },
  Rule("/hooks/poststart/0/timeout", "0 is not greater than 0") {
    $0.hooks = .init(poststart: [.init(path: "/x", timeout: 0)])
  },
  Rule("/hooks/poststop/0/timeout", "-1 is not greater than 0") {
    $0.hooks = .init(poststop: [.init(path: "/x", timeout: -1)])
  },
]

let processRules: [Rule] = [
  Rule("/process/args", "must name a program") { $0.process?.args = nil },
  Rule("/process/args", "must name a program") { $0.process?.args = [] },
  Rule("/process/args/0", "the program's name is empty") { $0.process?.args = [""] },
  Rule("/process/args/1", "contains a NUL byte") { $0.process?.args = ["sh", "\0"] },
  Rule("/process/env/1", "\"NOVALUE\" has no '='") { $0.process?.env = ["A=", "NOVALUE"] },
  Rule("/process/env/0", "\"=x\" has no name") { $0.process?.env = ["=x"] },
  Rule("/process/env/0", "contains a NUL byte") { $0.process?.env = ["A=\0"] },
  Rule("/process/cwd", "required, but missing or empty") { $0.process?.cwd = "" },
  Rule("/process/cwd", "\"tmp\" must be an absolute path") { $0.process?.cwd = "tmp" },
  Rule("/process/cwd", "contains a NUL byte") { $0.process?.cwd = "/\0" },
  Rule("/process/user/uid", "4294967295 is nobody's") { $0.process?.user.uid = .max },
  Rule("/process/user/gid", "4294967295 is nobody's") { $0.process?.user.gid = .max },
  Rule("/process/user/additionalGids/1", "4294967295 is nobody's") {
    $0.process?.user.additionalGids = [1, .max]
  },
  Rule("/process/rlimits/0/type", "unknown resource limit \"RLIMIT_NONE\"") {
    $0.process?.rlimits = [.init(type: "RLIMIT_NONE", hard: 1, soft: 1)]
  },
  Rule("/process/rlimits/1/type", "\"RLIMIT_CORE\" is limited twice") {
    $0.process?.rlimits = .init(repeating: .init(type: "RLIMIT_CORE", hard: 1, soft: 1), count: 2)
  },
  Rule("/process/rlimits/0/soft", "2 is above the hard limit of RLIMIT_CORE, 1") {
    $0.process?.rlimits = [.init(type: "RLIMIT_CORE", hard: 1, soft: 2)]
  },
  Rule("/process/oomScoreAdj", "1001 is not within -1000 to 1000") {
    $0.process?.oomScoreAdj = 1001
  },
  Rule("/process/apparmorProfile", "contains a NUL byte") { $0.process?.apparmorProfile = "\0" },
  Rule("/process/selinuxLabel", "contains a NUL byte") { $0.process?.selinuxLabel = "\0" },
  Rule("/process/user/additionalGids", "more than 65536 groups") {
    $0.process?.user.additionalGids = .init(repeating: 0, count: 65537)
  },
  Rule("/process/scheduler/policy", "unknown scheduling policy \"SCHED_FAST\"") {
    $0.process?.scheduler = .init(policy: "SCHED_FAST")
  },
  Rule("/process/scheduler/flags/0", "unknown scheduling flag \"SCHED_FLAG_X\"") {
    $0.process?.scheduler = .init(policy: "SCHED_OTHER", flags: ["SCHED_FLAG_X"])
  },
  Rule("/process/scheduler/nice", "20 is not within -20 to 19") {
    $0.process?.scheduler = .init(policy: "SCHED_BATCH", nice: 20)
  },
  Rule("/process/scheduler/priority", "only SCHED_FIFO and SCHED_RR have a priority") {
    $0.process?.scheduler = .init(policy: "SCHED_OTHER", priority: 1)
  },
  Rule("/process/scheduler/runtime", "only SCHED_DEADLINE has a runtime") {
    $0.process?.scheduler = .init(policy: "SCHED_RR", priority: 1, runtime: 1)
  },
  Rule("/process/scheduler/period", "only SCHED_DEADLINE has a period") {
    $0.process?.scheduler = .init(policy: "SCHED_FIFO", priority: 1, period: 1)
  },
  Rule("/process/ioPriority/class", "unknown class of I/O priority \"IOPRIO_CLASS_X\"") {
    $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_X", priority: 0)
  },
  Rule("/process/ioPriority/priority", "8 is not within 0 to 7") {
    $0.process?.ioPriority = .init(class: "IOPRIO_CLASS_BE", priority: 8)
  },
  Rule("/process/execCPUAffinity/initial", "\"3-1\" is not a list of CPUs") {
    $0.process?.execCPUAffinity = .init(initial: "3-1")
  },
  Rule("/process/execCPUAffinity/final", "\"a\" is not a list of CPUs") {
    $0.process?.execCPUAffinity = .init(final: "a")
  },
  Rule("/process/user/uid", "1000 is not mapped in the container's user namespace") {
    $0.becomeUserNamespaced()
    $0.process?.user.uid = 1000
  },
  Rule("/process/user/additionalGids/1", "10 is not mapped in the container's user namespace") {
    $0.becomeUserNamespaced()
    $0.process?.user.additionalGids = [9, 10]
  },
]

let mountRules: [Rule] = [
  Rule("/mounts/0/destination", "must not be empty") {
    $0.mounts = [.init(destination: "", type: "proc")]
  },
  Rule("/mounts/1/destination", "contains a NUL byte") {
    $0.mounts = [.init(destination: "/p", type: "proc"), .init(destination: "/\0", type: "proc")]
  },
  Rule("/mounts/0/source", "contains a NUL byte") {
    $0.mounts = [.init(destination: "/p", type: "proc", source: "\0")]
  },
  Rule("/mounts/0/type", "contains a NUL byte") {
    $0.mounts = [.init(destination: "/p", type: "proc\0")]
  },
  Rule("/mounts/0/options/0", "contains a NUL byte") {
    $0.mounts = [.init(destination: "/p", type: "proc", options: ["\0"])]
  },
  Rule("/mounts/0/type", "required for a mount that is not a bind") {
    $0.mounts = [.init(destination: "/p", source: "/p")]
  },
  Rule("/mounts/0/source", "required for a bind mount") {
    $0.mounts = [.init(destination: "/p", options: ["bind"])]
  },
  Rule("/mounts/0/options/1", "a bind mount can't have the filesystem's option \"size=1k\"") {
    $0.mounts = [.init(destination: "/p", source: "/p", options: ["rbind", "size=1k"])]
  },
  Rule(
    "/mounts/0/options",
    "copy-symlink makes a link and no mount, so src-nofollow and dest-nofollow mean nothing"
  ) {
    $0.mounts = [
      .init(destination: "/a", source: "/a", options: ["bind", "dest-nofollow", "copy-symlink"])
    ]
  },
  Rule("/mounts/0", "only bind mounts can map IDs") {
    let map = [Spec.Linux.IDMapping(containerID: 0, hostID: 1, size: 1)]
    $0.mounts = [
      .init(destination: "/p", type: "tmpfs", uidMappings: map, gidMappings: map)
    ]
  },
  Rule("/mounts/0/gidMappings", "uidMappings and gidMappings go together") {
    let map = [Spec.Linux.IDMapping(containerID: 0, hostID: 1, size: 1)]
    $0.mounts = [.init(destination: "/p", source: "/p", options: ["bind"], uidMappings: map)]
  },
  Rule("/mounts/0/options", "idmap without mappings, and no user namespace to take them from") {
    $0.mounts = [.init(destination: "/p", source: "/p", options: ["bind", "ridmap"])]
  },
  Rule("/mounts/0/uidMappings/0/size", "must be more than 0") {
    $0.mounts = [
      .init(
        destination: "/p", source: "/p", options: ["bind", "idmap"],
        uidMappings: [.init(containerID: 0, hostID: 1, size: 0)],
        gidMappings: [.init(containerID: 0, hostID: 1, size: 1)])
    ]
  },
]

let warnings: [Rule] = [
  Rule(
    "/ociVersion",
    "\"1.4.0\" is newer than 1.3, the newest that is known (keys that it added are ignored)"
  ) {
    $0.ociVersion = "1.4.0"
  },
  Rule("/process/capabilities/bounding/1", "ignored: unknown capability \"CAP_FLY\"") {
    $0.process?.capabilities = .init(bounding: ["CAP_KILL", "CAP_FLY"])
  },
  Rule(
    "/process/capabilities/ambient",
    "can't raise ambient capability CAP_KILL, CAP_CHOWN: not both permitted and inheritable"
  ) {
    $0.process?.capabilities = .init(permitted: ["CAP_KILL"], ambient: ["CAP_KILL", "CAP_CHOWN"])
  },
  Rule(
    "/mounts/0/destination",
    "\"proc\" is relative, which is deprecated; taken from / (write it with a leading /)"
  ) { $0.mounts = [.init(destination: "proc", type: "proc")] },
  Rule("/linux/personality/flags/0", "ignored: unknown flag \"X\"") {
    $0.linux?.personality = .init(domain: "LINUX", flags: ["X"])
  },
  Rule("/linux/resources/devices/0/access", "ignored of \"rwa\": all but r, w and m") {
    $0.linux?.resources = .init(devices: [.init(allow: false, access: "rwa")])
  },
  Rule("/linux/intelRdt/l3CacheSchema", "should be one line that begins with L3:") {
    $0.linux?.intelRdt = .init(l3CacheSchema: "MB:0=1")
  },
]

let accepted: [Rule] = [
  Rule("/ociVersion", "a development version") { $0.ociVersion = "1.0.2-dev+build.7" },
  Rule("/process", "none") { $0.process = nil },
  Rule("/hostname", "empty strings are absent") {
    $0.hostname = ""
    $0.linux?.rootfsPropagation = ""
    $0.linux?.namespaces?.append(.init(type: "pid", path: ""))
  },
  Rule("/process/env", "an empty value") { $0.process?.env = ["A=", "B=x=y"] },
  Rule("/process/execCPUAffinity", "lists") {
    $0.process?.execCPUAffinity = .init(initial: "0-3, 7,", final: "")
  },
  Rule("/mounts", "a remount without a type") {
    $0.mounts = [.init(destination: "/p", options: ["remount", "ro"])]
  },
  Rule("/mounts", "a bind with every option") {
    $0.mounts = [
      .init(
        destination: "/p", source: "p",
        options: Vocabulary.mountOptions.filter {
          !["idmap", "ridmap", "copy-symlink"].contains($0)
        })
    ]
  },
  Rule("/mounts", "IDs mapped as in the user namespace") {
    $0.becomeUserNamespaced()
    $0.mounts = [.init(destination: "/p", source: "/p", options: ["bind", "idmap"])]
  },
  Rule("/process/user", "unmapped IDs of a namespace that is joined") {
    $0.linux?.namespaces?.append(.init(type: "user", path: "/proc/1/ns/user"))
    $0.process?.user.uid = 1000
  },
  Rule("/linux/uidMappings", "mappings beside a path, which the host must compare") {
    $0.becomeUserNamespaced()
    $0.linux?.namespaces?.removeLast()
    $0.linux?.namespaces?.append(.init(type: "user", path: "/proc/1/ns/user"))
  },
  Rule("/linux/sysctl", "of the container's namespaces") {
    $0.linux?.namespaces = Vocabulary.namespaces.filter { $0 != "user" }.map { .init(type: $0) }
    $0.linux?.sysctl = [
      "net.ipv4.ip_forward": "1", "net/ipv4/conf/eno2.100/rp_filter": "1", "kernel.sem": "1",
      "kernel.shm_rmid_forced": "1", "fs.mqueue.msg_max": "1", "kernel.domainname": "d",
    ]
  },
  Rule("/linux/resources/devices", "letters in any order, and twice") {
    $0.linux?.resources = .init(devices: [.init(allow: false, access: "mwrr")])
  },
  Rule("/linux/resources/cpu", "the kernel's own ways to write a list") {
    $0.linux?.resources = .init(cpu: .init(cpus: "0-31:1/2,N", mems: "all"))
  },
  Rule("/linux/devices", "the same device twice") {
    $0.linux?.devices = [
      .init(path: "/x", type: "c", major: 1, minor: 3, fileMode: 0o600),
      .init(path: "/x", type: "u", major: 1, minor: 3),
    ]
  },
  Rule("/linux/netDevices", "names that the kernel numbers") {
    $0.linux?.namespaces?.append(.init(type: "network"))
    $0.linux?.netDevices = ["eth0": .init(name: "lan%d"), "eth1": .init(name: "lan%d")]
  },
  Rule("/linux/seccomp", "neither a default nor rules") {
    $0.linux?.seccomp = .init(defaultAction: "")
  },
  Rule("/linux/seccomp", "names that no kernel knows") {
    $0.linux?.seccomp = .init(
      defaultAction: "SCMP_ACT_ERRNO", syscalls: [.init(names: ["nope"], action: "SCMP_ACT_ALLOW")])
  },
]

extension Spec {
  /// A new user namespace in which the IDs 0 to 9 are mapped.
  mutating func becomeUserNamespaced() {
    linux?.namespaces?.append(.init(type: "user"))
    linux?.uidMappings = [.init(containerID: 0, hostID: 100000, size: 10)]
    linux?.gidMappings = [.init(containerID: 0, hostID: 100000, size: 10)]
  }
}
