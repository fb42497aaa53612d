import OCISpec

let namespaceRules: [Rule] = [
  Rule("/linux/namespaces/1/type", "unknown type of namespace \"net\"") {
    $0.linux?.namespaces?.append(.init(type: "net"))
  },
  Rule("/linux/namespaces/1/type", "there is a mount namespace already") {
    $0.linux?.namespaces?.append(.init(type: "mount"))
  },
  Rule("/linux/namespaces/1/path", "\"ns/pid\" must be an absolute path") {
    $0.linux?.namespaces?.append(.init(type: "pid", path: "ns/pid"))
  },
  Rule("/linux/uidMappings", "maps IDs of a user namespace that isn't there") {
    $0.linux?.uidMappings = [.init(containerID: 0, hostID: 0, size: 1)]
  },
  Rule("/linux/gidMappings", "a new user namespace needs mappings") {
    $0.becomeUserNamespaced()
    $0.linux?.gidMappings = nil
  },
  Rule("/linux/uidMappings", "nothing maps the container's ID 0, which sets the container up") {
    $0.becomeUserNamespaced()
    $0.process?.user.uid = 1
    $0.linux?.uidMappings = [.init(containerID: 1, hostID: 1, size: 1)]
  },
  Rule("/linux/uidMappings/1/size", "must be more than 0") {
    $0.becomeUserNamespaced()
    $0.linux?.uidMappings?.append(.init(containerID: 10, hostID: 5, size: 0))
  },
  Rule("/linux/uidMappings/1/hostID", "the range goes beyond the largest ID") {
    $0.becomeUserNamespaced()
    $0.linux?.uidMappings?.append(.init(containerID: 10, hostID: .max, size: 2))
  },
  Rule("/linux/gidMappings/1", "overlaps the range at /linux/gidMappings/0 in the container") {
    $0.becomeUserNamespaced()
    $0.linux?.gidMappings?.append(.init(containerID: 9, hostID: 5, size: 1))
  },
  Rule("/linux/gidMappings/0", "overlaps the range at /linux/gidMappings/1 in the host") {
    $0.becomeUserNamespaced()
    $0.linux?.gidMappings?.append(.init(containerID: 10, hostID: 99999, size: 2))
  },
  Rule("/linux/uidMappings", "more than 340 ranges") {
    $0.becomeUserNamespaced()
    $0.linux?.uidMappings = (0..<341).map { .init(containerID: $0, hostID: $0, size: 1) }
  },
  Rule("/linux/timeOffsets", "needs a time namespace") {
    $0.linux?.timeOffsets = ["monotonic": .init(secs: 1)]
  },
  Rule("/linux/timeOffsets", "the clocks of a time namespace that is joined can't be moved") {
    $0.linux?.namespaces?.append(.init(type: "time", path: "/proc/1/ns/time"))
    $0.linux?.timeOffsets = ["monotonic": .init(secs: 1)]
  },
  Rule("/linux/timeOffsets/realtime", "unknown clock \"realtime\"") {
    $0.linux?.namespaces?.append(.init(type: "time"))
    $0.linux?.timeOffsets = ["realtime": .init(secs: 1)]
  },
  Rule("/linux/timeOffsets/boottime/nanosecs", "1000000000 is a second or more") {
    $0.linux?.namespaces?.append(.init(type: "time"))
    $0.linux?.timeOffsets = ["boottime": .init(nanosecs: 1_000_000_000)]
  },
  Rule(
    "/linux/sysctl/net.core.somaxconn",
    "\"net.core.somaxconn\" would be set on the host: the container has no network namespace"
  ) { $0.linux?.sysctl = ["net.core.somaxconn": "1"] },
  Rule(
    "/linux/sysctl/net~1core~1somaxconn",
    "\"net.core.somaxconn\" would be set on the host: the container has no network namespace"
  ) { $0.linux?.sysctl = ["net/core/somaxconn": "1"] },
  Rule(
    "/linux/sysctl/kernel.shmmax",
    "\"kernel.shmmax\" would be set on the host: the container has no ipc namespace"
  ) { $0.linux?.sysctl = ["kernel.shmmax": "1"] },
  Rule(
    "/linux/sysctl/fs.mqueue.msg_max",
    "\"fs.mqueue.msg_max\" would be set on the host: the container has no ipc namespace"
  ) { $0.linux?.sysctl = ["fs.mqueue.msg_max": "1"] },
  Rule(
    "/linux/sysctl/user.max_user_namespaces",
    "\"user.max_user_namespaces\" would be set on the host: the container has no user namespace"
  ) { $0.linux?.sysctl = ["user.max_user_namespaces": "1"] },
  Rule(
    "/linux/sysctl/kernel.domainname",
    "\"kernel.domainname\" would be set on the host: the container has no uts namespace"
  ) { $0.linux?.sysctl = ["kernel.domainname": "d"] },
  Rule("/linux/sysctl/kernel.hostname", "conflicts with config.json's own field") {
    $0.linux?.namespaces?.append(.init(type: "uts"))
    $0.linux?.sysctl = ["kernel.hostname": "h"]
  },
  Rule(
    "/linux/sysctl/kernel.core_pattern",
    "\"kernel.core_pattern\" belongs to no namespace; setting it would change the host"
  ) { $0.linux?.sysctl = ["kernel.core_pattern": "|/x"] },
  Rule(
    "/linux/sysctl/net...kernel.core_pattern",
    "\"net...kernel.core_pattern\" is not a kernel parameter's name"
  ) { $0.linux?.sysctl = ["net...kernel.core_pattern": "x"] },
  Rule(
    "/linux/sysctl/net~1..~1kernel~1core_pattern",
    "\"net/../kernel/core_pattern\" is not a kernel parameter's name"
  ) { $0.linux?.sysctl = ["net/../kernel/core_pattern": "x"] },
  Rule("/linux/sysctl/net.a", "contains a NUL byte") {
    $0.linux?.namespaces?.append(.init(type: "network"))
    $0.linux?.sysctl = ["net.a": "\0"]
  },
]

let linuxRules: [Rule] = [
  Rule("/linux/cgroupsPath", "contains a NUL byte") { $0.linux?.cgroupsPath = "\0" },
  Rule("/linux/rootfsPropagation", "unknown propagation \"public\"") {
    $0.linux?.rootfsPropagation = "public"
  },
  Rule("/linux/maskedPaths/1", "\"proc\" must be an absolute path") {
    $0.linux?.maskedPaths = ["/proc", "proc"]
  },
  Rule("/linux/readonlyPaths/0", "must not be empty") { $0.linux?.readonlyPaths = [""] },
  Rule(
    "/linux/maskedPaths", "needs a mount namespace, or the host's paths would be covered"
  ) {
    $0.linux?.namespaces = []
    $0.linux?.maskedPaths = ["/proc"]
  },
  Rule("/linux/mountLabel", "contains a NUL byte") { $0.linux?.mountLabel = "\0" },
  Rule("/linux/devices/0/path", "\"dev/x\" must be an absolute path") {
    $0.linux?.devices = [.init(path: "dev/x", type: "c")]
  },
  Rule("/linux/devices/0/type", "unknown type of device \"s\"") {
    $0.linux?.devices = [.init(path: "/x", type: "s")]
  },
  Rule("/linux/devices/0/major", "4096 is not within 0 to 4095") {
    $0.linux?.devices = [.init(path: "/x", type: "b", major: 4096)]
  },
  Rule("/linux/devices/0/minor", "-1 is not within 0 to 1048575") {
    $0.linux?.devices = [.init(path: "/x", type: "u", minor: -1)]
  },
  Rule("/linux/devices/1/path", "/linux/devices/0 is another device at the same path") {
    $0.linux?.devices = [
      .init(path: "/x", type: "c", major: 1, minor: 3),
      .init(path: "/x", type: "c", major: 1, minor: 5),
    ]
  },
  Rule("/linux/netDevices/eth1", "/linux/netDevices/eth0 has the name \"lan\" inside, too") {
    $0.linux?.namespaces?.append(.init(type: "network"))
    $0.linux?.netDevices = ["eth0": .init(name: "lan"), "eth1": .init(name: "lan")]
  },
  Rule("/linux/netDevices", "needs a network namespace to move the devices to") {
    $0.linux?.netDevices = ["eth0": .init()]
  },
  Rule("/linux/netDevices/a~1b", "\"a/b\" can't be a network device's name") {
    $0.linux?.namespaces?.append(.init(type: "network"))
    $0.linux?.netDevices = ["a/b": .init()]
  },
  Rule("/linux/netDevices/eth0/name", "\"0123456789abcdef\" can't be a network device's name") {
    $0.linux?.namespaces?.append(.init(type: "network"))
    $0.linux?.netDevices = ["eth0": .init(name: "0123456789abcdef")]
  },
  Rule("/linux/intelRdt/closID", "\"..\" can't be a directory's name") {
    $0.linux?.intelRdt = .init(closID: "..")
  },
  Rule("/linux/intelRdt/memBwSchema", "must be one line that begins with MB:") {
    $0.linux?.intelRdt = .init(memBwSchema: "L3:0=1")
  },
  Rule("/linux/intelRdt/schemata/1", "must be one line") {
    $0.linux?.intelRdt = .init(schemata: ["L3:0=1", "MB:0=1\nL3:0=2"])
  },
  Rule("/linux/memoryPolicy/mode", "invalid memory policy mode \"MPOL_X\"") {
    $0.linux?.memoryPolicy = .init(mode: "MPOL_X")
  },
  Rule("/linux/memoryPolicy/flags/0", "invalid memory policy flag \"MPOL_F_X\"") {
    $0.linux?.memoryPolicy = .init(mode: "MPOL_LOCAL", flags: ["MPOL_F_X"])
  },
  Rule("/linux/memoryPolicy/nodes", "invalid memory policy nodes \"0-\"") {
    $0.linux?.memoryPolicy = .init(mode: "MPOL_BIND", nodes: "0-")
  },
  Rule("/linux/memoryPolicy/nodes", "MPOL_BIND needs at least one node") {
    $0.linux?.memoryPolicy = .init(mode: "MPOL_BIND")
  },
  Rule(
    "/linux/memoryPolicy/nodes",
    "MPOL_DEFAULT takes no nodes: the mode requires 0 nodes but got 4"
  ) {
    $0.linux?.memoryPolicy = .init(mode: "MPOL_DEFAULT", nodes: "0-2,7")
  },
  Rule("/linux/personality/domain", "unknown execution domain \"WINDOWS\"") {
    $0.linux?.personality = .init(domain: "WINDOWS")
  },
]

let resourceRules: [Rule] = [
  Rule("/linux/resources/devices/0/type", "unknown type of device \"p\"") {
    $0.linux?.resources = .init(devices: [.init(allow: true, type: "p", access: "r")])
  },
  Rule("/linux/resources/devices/0/major", "-2 is not within -1 to 4294967295") {
    $0.linux?.resources = .init(devices: [.init(allow: true, major: -2, access: "r")])
  },
  Rule("/linux/resources/devices/0/minor", "4294967296 is not within -1 to 4294967295") {
    $0.linux?.resources = .init(
      devices: [.init(allow: true, major: 1, minor: 4_294_967_296, access: "r")])
  },
  Rule("/linux/resources/devices/0/access", "required, but missing") {
    $0.linux?.resources = .init(devices: [.init(allow: false)])
  },
  Rule("/linux/resources/devices/0/access", "unknown access \"xa\"") {
    $0.linux?.resources = .init(devices: [.init(allow: false, access: "xa")])
  },
  Rule("/linux/resources/memory/swappiness", "101 is not within 0 to 100") {
    $0.linux?.resources = .init(memory: .init(swappiness: 101))
  },
  Rule("/linux/resources/memory/swap", "1 is less than the limit of memory alone, 2") {
    $0.linux?.resources = .init(memory: .init(limit: 2, swap: 1))
  },
  Rule("/linux/resources/cpu/burst", "2 is more than the quota, 1") {
    $0.linux?.resources = .init(cpu: .init(quota: 1, burst: 2))
  },
  Rule("/linux/resources/cpu/idle", "2 is neither 0 nor 1") {
    $0.linux?.resources = .init(cpu: .init(idle: 2))
  },
  Rule("/linux/resources/cpu/cpus", "\"two\" is not a list of CPUs") {
    $0.linux?.resources = .init(cpu: .init(cpus: "two"))
  },
  Rule("/linux/resources/cpu/mems", "\"0-\" is not a list of memory nodes") {
    $0.linux?.resources = .init(cpu: .init(mems: "0-"))
  },
  Rule("/linux/resources/cpu/cpus", "contains a NUL byte") {
    $0.linux?.resources = .init(cpu: .init(cpus: "0\0"))
  },
  Rule("/linux/resources/blockIO/weightDevice/0", "needs a weight, a leafWeight or both") {
    $0.linux?.resources = .init(blockIO: .init(weightDevice: [.init(major: 8, minor: 0)]))
  },
  Rule("/linux/resources/hugepageLimits/0/pageSize", "\"../2MB\" is not a page size") {
    $0.linux?.resources = .init(hugepageLimits: [.init(pageSize: "../2MB", limit: 1)])
  },
  Rule("/linux/resources/rdma/mlx5_1", "needs hcaHandles, hcaObjects or both") {
    $0.linux?.resources = .init(rdma: ["mlx5_1": .init()])
  },
  Rule("/linux/resources/unified/..~1memory.max", "\"../memory.max\" is not a file of a cgroup") {
    $0.linux?.resources = .init(unified: ["../memory.max": "1"])
  },
  Rule("/linux/resources/unified/memory", "\"memory\" is not a file of a cgroup") {
    $0.linux?.resources = .init(unified: ["memory": "1"])
  },
]

let seccompRules: [Rule] = [
  Rule("/linux/seccomp/defaultAction", "unknown action \"SCMP_ACT_DENY\"") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_DENY")
  },
  Rule("/linux/seccomp/defaultAction", "unknown action \"\"") {
    $0.linux?.seccomp = .init(
      defaultAction: "", syscalls: [.init(names: ["open"], action: "SCMP_ACT_ALLOW")])
  },
  Rule("/linux/seccomp/defaultErrnoRet", "SCMP_ACT_ALLOW takes no errno") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 1)
  },
  Rule("/linux/seccomp/defaultErrnoRet", "4096 is not an errno: the largest is 4095") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 4096)
  },
  Rule("/linux/seccomp/defaultErrnoRet", "65536 does not fit into the 16 bits of a trace") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_TRACE", defaultErrnoRet: 65536)
  },
  Rule("/linux/seccomp/architectures/0", "unknown architecture \"amd64\"") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ALLOW", architectures: ["amd64"])
  },
  Rule("/linux/seccomp/flags/0", "unknown flag \"SECCOMP_FILTER_FLAG_X\"") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_X"])
  },
  Rule("/linux/seccomp/listenerMetadata", "means nothing without a listenerPath") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x")
  },
  Rule("/linux/seccomp/listenerPath", "contains a NUL byte") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_ALLOW", listenerPath: "/x\0")
  },
  Rule("/linux/seccomp/defaultAction", "SCMP_ACT_NOTIFY can't be the default") {
    $0.linux?.seccomp = .init(defaultAction: "SCMP_ACT_NOTIFY", listenerPath: "/x")
  },
  Rule("/linux/seccomp/syscalls/0/action", "SCMP_ACT_NOTIFY needs a listenerPath") {
    $0.filter(.init(names: ["open"], action: "SCMP_ACT_NOTIFY"))
  },
  Rule("/linux/seccomp/syscalls/0/names", "SCMP_ACT_NOTIFY cannot be used for the write syscall") {
    $0.filter(.init(names: ["open", "write"], action: "SCMP_ACT_NOTIFY"))
    $0.linux?.seccomp?.listenerPath = "/x"
  },
  Rule("/linux/seccomp/syscalls/0/names", "must name at least one system call") {
    $0.filter(.init(names: [], action: "SCMP_ACT_LOG"))
  },
  Rule("/linux/seccomp/syscalls/0/names/1", "contains a NUL byte") {
    $0.filter(.init(names: ["open", "o\0"], action: "SCMP_ACT_LOG"))
  },
  Rule("/linux/seccomp/syscalls/0/action", "unknown action \"allow\"") {
    $0.filter(.init(names: ["open"], action: "allow"))
  },
  Rule("/linux/seccomp/syscalls/0/errnoRet", "SCMP_ACT_KILL takes no errno") {
    $0.filter(.init(names: ["open"], action: "SCMP_ACT_KILL", errnoRet: 1))
  },
  Rule("/linux/seccomp/syscalls/0/args/0/op", "unknown comparison \"==\"") {
    $0.filter(
      .init(names: ["open"], action: "SCMP_ACT_LOG", args: [.init(index: 0, value: 0, op: "==")]))
  },
  Rule("/linux/seccomp/syscalls/0/args/0/index", "a system call has arguments 0 to 5, not 6") {
    $0.filter(
      .init(
        names: ["open"], action: "SCMP_ACT_LOG",
        args: [.init(index: 6, value: 0, op: "SCMP_CMP_EQ")]))
  },
]

extension Spec {
  /// A filter of one rule.
  fileprivate mutating func filter(_ rule: Linux.Seccomp.Rule) {
    linux?.seccomp = Linux.Seccomp(defaultAction: "SCMP_ACT_ALLOW", syscalls: [rule])
  }
}
