import ContainerPlan
import LinuxKernel
import OCISpec

/// The version of this runtime.
public let apusVersion = "0.1.0"

/// The newest version of the OCI runtime specification that is understood.
public let specificationVersion = "1.3.0"

extension Features {
  /// What this build can do, whatever the host can.
  public static var ofThisBuild: Features {
    Features(
      ociVersionMin: "1.0.0", ociVersionMax: specificationVersion, hooks: Vocabulary.hooks,
      mountOptions: Vocabulary.mountOptions,
      linux: .ofThisBuild, annotations: annotations,
      // The bundle's folder is kept among the annotations, where runc keeps it.
      potentiallyUnsafeConfigAnnotations: ["bundle", "org.systemd.property.", "org.criu.config"])
  }

  private static var annotations: [String: String] {
    [
      "org.apus.version": apusVersion,
      // By runc's name, for those who ask runc.
      "org.opencontainers.runc.checkpoint.enabled": "true",
      "io.github.seccomp.libseccomp.version": libseccompVersion,
    ]
  }
}

extension Features.Linux {
  fileprivate static var ofThisBuild: Self {
    Self(
      namespaces: Vocabulary.namespaces,
      capabilities: Vocabulary.capabilities,
      cgroup: Cgroup(v1: true, v2: true, systemd: true, systemdUser: true, rdma: true),
      seccomp: Seccomp(
        enabled: true, actions: Vocabulary.seccompActions,
        operators: Vocabulary.seccompOperators, archs: seccompArchitectures,
        knownFlags: Vocabulary.seccompFlags,
        supportedFlags: supportedSeccompFlags().map(\.name)),
      apparmor: Support(enabled: true), selinux: Support(enabled: true),
      intelRdt: IntelRdt(enabled: true, schemata: true, monitoring: true),
      memoryPolicy: MemoryPolicy(
        modes: Vocabulary.memoryPolicyModes, flags: Vocabulary.memoryPolicyFlags),
      mountExtensions: MountExtensions(idmap: Support(enabled: true)),
      netDevices: Support(enabled: true))
  }
}
