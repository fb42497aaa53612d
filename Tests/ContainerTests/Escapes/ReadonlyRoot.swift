import OCISpec
import Testing

/// What is to be read-only is so, though the container has /proc/self/fd in its hands.
@Suite("CVE-2026-115521: /proc/self/fd is the image's") struct ReadonlyRoot {
  /// Links for every number that a runtime could have a descriptor of.
  static let links = """
    mkdir -p rootfs/elsewhere rootfs/proc/self/fd rootfs/proc/thread-self/fd
    for folder in self thread-self; do
      for number in $(seq 0 64); do ln -s /elsewhere rootfs/proc/$folder/fd/$number; done
    done
    """

  @Test("CVE-2026-115521: the root is read-only where /proc is the image's own")
  func theImagesProc() throws {
    let script =
      "for path in / /elsewhere /kept /masked /usr /sys /dev; do mkdir $path/x && echo $path; done"
    let apus = try Sandbox("/bin/sh", "-c", script) {
      $0.mounts?.removeAll { $0.destination == "/proc" }
      $0.mounts?.append(
        Spec.Mount(destination: "/kept", type: "tmpfs", source: "tmpfs", options: ["ro"]))
      $0.linux?.maskedPaths = ["/masked"]
      $0.linux?.readonlyPaths = ["/usr"]
    }
    try #require(try apus.script("\(Self.links)\nmkdir rootfs/masked") == .silently)
    let run = try apus.run()
    #expect(run.output == "/dev\n")
    #expect(run.errors.split(separator: "\n").count == 6)
    #expect(run.errors.split(separator: "\n").allSatisfy { $0.hasSuffix("Read-only file system") })
  }

  @Test("CVE-2026-115521: and where it is another one than the runtime's")
  func aProcOfTheHost() throws {
    let apus = try Sandbox {
      $0.mounts?.removeAll { $0.destination == "/proc" }
      $0.mounts?.append(
        Spec.Mount(destination: "/proc", type: "bind", source: "/proc", options: ["rbind"]))
      $0.mounts?.append(
        Spec.Mount(destination: "/kept", type: "bind", source: "kept", options: ["rbind", "ro"]))
    }
    try #require(try apus.script("mkdir kept") == .silently)
    let report = try apus.report(
      "write:/", "write:/kept", "write:/proc/sys/kernel/core_pattern", "read:/proc/keys")
    #expect(report.answers["write:/"] == "EROFS")
    #expect(report.answers["write:/kept"] == "EROFS")
    #expect(report.answers["write:/proc/sys/kernel/core_pattern"] == "EROFS")
    #expect(report.answers["read:/proc/keys"] == "")
  }
}
