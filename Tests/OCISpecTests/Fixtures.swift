import JSON
import OCISpec

func spec(_ text: String) throws(JSONError) -> Spec {
  try decodeJSON(Spec.self, from: Array(text.utf8))
}

func encode(_ value: some Encodable, _ style: JSONStyle = .compact) -> String {
  String(decoding: encodeJSON(value, style: style), as: UTF8.self)
}

/// The least that `validate()` accepts, and what the tests of single rules start from.
var minimal: Spec {
  Spec(
    process: Spec.Process(args: ["sh"]), root: Spec.Root(path: "rootfs"),
    linux: Spec.Linux(namespaces: [Spec.Linux.Namespace(type: "mount")]))
}

/// A configuration in which no key of the specification is missing.
let everyKey = #"""
  {
    "ociVersion": "1.3.0",
    "process": {
      "terminal": true,
      "consoleSize": {"height": 25, "width": 80},
      "user": {"uid": 1, "gid": 2, "umask": 63, "additionalGids": [5, 6], "username": "u"},
      "args": ["sh", "-c", "true"],
      "env": ["PATH=/bin", "EMPTY="],
      "cwd": "/root",
      "capabilities": {
        "bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "inheritable": ["CAP_KILL"],
        "permitted": ["CAP_KILL"], "ambient": ["CAP_KILL"]
      },
      "rlimits": [{"type": "RLIMIT_CORE", "hard": 18446744073709551615, "soft": 1024}],
      "noNewPrivileges": true,
      "apparmorProfile": "profile",
      "oomScoreAdj": -100,
      "scheduler": {
        "policy": "SCHED_DEADLINE", "nice": 0, "priority": 0,
        "flags": ["SCHED_FLAG_RESET_ON_FORK"], "runtime": 1, "deadline": 2, "period": 3
      },
      "selinuxLabel": "a:b:c",
      "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 4},
      "execCPUAffinity": {"initial": "0-3,7", "final": "1"}
    },
    "root": {"path": "rootfs", "readonly": false},
    "hostname": "host",
    "domainname": "domain",
    "mounts": [
      {
        "destination": "/data", "type": "none", "source": "/volumes", "options": ["rbind", "idmap"],
        "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
        "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]
      }
    ],
    "hooks": {
      "prestart": [{"path": "/a", "args": ["a"], "env": ["A=1"], "timeout": 1}],
      "createRuntime": [{"path": "/b", "args": ["b"], "env": ["B=1"], "timeout": 2}],
      "createContainer": [{"path": "/c", "args": ["c"], "env": ["C=1"], "timeout": 3}],
      "startContainer": [{"path": "/d", "args": ["d"], "env": ["D=1"], "timeout": 4}],
      "poststart": [{"path": "/e", "args": ["e"], "env": ["E=1"], "timeout": 5}],
      "poststop": [{"path": "/f", "args": ["f"], "env": ["F=1"], "timeout": 6}]
    },
    "annotations": {"org.example/key": "value"},
    "linux": {
      "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 32000}],
      "gidMappings": [{"containerID": 0, "hostID": 2000, "size": 32000}],
      "sysctl": {"net.ipv4.ip_forward": "1"},
      "resources": {
        "devices": [{"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}],
        "memory": {
          "limit": 1, "reservation": 2, "swap": 3, "kernel": -1, "kernelTCP": -1, "swappiness": 4,
          "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true
        },
        "cpu": {
          "shares": 1024, "quota": 1000000, "burst": 1000, "period": 500000,
          "realtimeRuntime": 950000, "realtimePeriod": 1000000, "cpus": "2-3", "mems": "0-7",
          "idle": 0
        },
        "pids": {"limit": 32771},
        "blockIO": {
          "weight": 10, "leafWeight": 20,
          "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300}],
          "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 600}],
          "throttleWriteBpsDevice": [{"major": 8, "minor": 1, "rate": 601}],
          "throttleReadIOPSDevice": [{"major": 8, "minor": 2, "rate": 602}],
          "throttleWriteIOPSDevice": [{"major": 8, "minor": 3, "rate": 603}]
        },
        "hugepageLimits": [{"pageSize": "2MB", "limit": 209715200}],
        "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 500}]},
        "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 10000}},
        "unified": {"io.max": "259:0 rbps=2097152"}
      },
      "cgroupsPath": "/myRuntime/myContainer",
      "namespaces": [
        {"type": "pid", "path": "/proc/1234/ns/pid"}, {"type": "network", "path": "/run/n"},
        {"type": "mount", "path": "/run/m"}, {"type": "uts", "path": "/run/u"},
        {"type": "user", "path": "/run/s"}, {"type": "time", "path": "/run/t"}
      ],
      "devices": [
        {
          "path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0,
          "gid": 0
        }
      ],
      "netDevices": {"eth0": {"name": "container_eth0"}},
      "seccomp": {
        "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
        "architectures": ["SCMP_ARCH_X86_64"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
        "listenerPath": "/run/listener", "listenerMetadata": "opaque",
        "syscalls": [
          {
            "names": ["getcwd"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
            "args": [
              {"index": 1, "value": 18446744073709551615, "valueTwo": 2, "op": "SCMP_CMP_MASKED_EQ"}
            ]
          }
        ]
      },
      "rootfsPropagation": "slave",
      "maskedPaths": ["/proc/kcore"],
      "readonlyPaths": ["/proc/sys"],
      "mountLabel": "label",
      "intelRdt": {
        "closID": "group", "schemata": ["L3:0=7f0"], "l3CacheSchema": "L3:0=f",
        "memBwSchema": "MB:0=20", "enableMonitoring": true
      },
      "memoryPolicy": {
        "mode": "MPOL_INTERLEAVE", "nodes": "2-3", "flags": ["MPOL_F_STATIC_NODES"]
      },
      "personality": {"domain": "LINUX32", "flags": ["NONE"]},
      "timeOffsets": {"boottime": {"secs": -1, "nanosecs": 999999999}}
    }
  }
  """#
