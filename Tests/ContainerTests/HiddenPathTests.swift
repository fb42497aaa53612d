import Glibc
import OCISpec
import Testing

/// `maskedPaths` and `readonlyPaths` in config.json.
@Suite struct HiddenPathTests {
  @Test func theDefaultMasksReadEmpty() throws {
    let report = try Sandbox().report(
      "read:/proc/kcore", "read:/proc/keys", "read:/proc/timer_list", "list:/sys/firmware")
    // Which of them there are depends on the kernel; /proc/keys is everywhere.
    #expect(report.answers["read:/proc/keys"] == "")
    #expect(["", "ENOENT"].contains(report.answers["read:/proc/kcore"]))
    #expect(["", "ENOENT"].contains(report.answers["read:/proc/timer_list"]))
    #expect(["empty", "ENOENT"].contains(report.answers["list:/sys/firmware"]))
  }

  @Test func theDefaultReadonlyPathsRefuseWrites() throws {
    let report = try Sandbox().report(
      "write:/proc/sys/kernel/hostname", "write:/proc/sys/net/ipv4/ip_forward")
    #expect(Set(report.answers.values) == ["EROFS"])
    for path in ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    where access(path, F_OK) == 0 {
      #expect(report.mount(at: path)?.options.hasPrefix("ro,") ?? false, "\(path)")
    }
  }

  @Test func filesAndFoldersOfTheImageAreMasked() throws {
    let apus = try Sandbox {
      $0.root?.readonly = false
      $0.linux?.maskedPaths = ["/secret/file", "/secret/folder", "/not/there"]
      $0.linux?.readonlyPaths = ["/kept", "/keptfile", "/not/there/either"]
    }
    let made = try apus.script(
      """
      mkdir -p rootfs/secret/folder rootfs/kept
      echo secret | tee rootfs/secret/file rootfs/secret/folder/file rootfs/kept/file > rootfs/keptfile
      """)
    #expect(made == .silently)
    let report = try apus.report(
      "read:/secret/file", "write:/secret/file", "list:/secret/folder", "write:/secret/folder",
      "read:/kept/file", "write:/kept/file", "write:/kept", "write:/keptfile", "write:/secret",
      "stat:/not")
    #expect(
      report.answers == [
        "read:/secret/file": "", "write:/secret/file": "", "list:/secret/folder": "empty",
        "write:/secret/folder": "EROFS", "read:/kept/file": "secret\n",
        "write:/kept/file": "EROFS", "write:/kept": "EROFS", "write:/keptfile": "EROFS",
        "write:/secret": "",
      ])
    #expect(report.nodes["/not"] == nil)
    // What was written into the mask went to the null device.
    #expect(text(of: "\(apus.folder)/rootfs/secret/file") == "secret\n")
  }

  /// A readonly path keeps the attributes that were there.
  @Test func aReadonlyPathStaysNosuidAndTheLike() throws {
    let apus = try Sandbox {
      $0.mounts?.append(
        Spec.Mount(
          destination: "/kept", type: "tmpfs", source: "tmpfs",
          options: ["nosuid", "nodev", "noexec"]))
      $0.linux?.readonlyPaths = ["/kept"]
    }
    #expect(try apus.report().mount(at: "/kept")?.options == "ro,nosuid,nodev,noexec,relatime")
  }
}
