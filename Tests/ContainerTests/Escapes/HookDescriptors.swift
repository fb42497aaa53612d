import OCISpec
import Testing

/// Hooks run beside the runtime, and programs of the image among them.
@Suite("CVE-2024-21626 class: what hooks get") struct HookDescriptorTests {
  /// A hook that notes its descriptors, of which ls has the last one itself, and its environment, but
  /// for what the shell adds.
  private func note(_ kind: String, in log: String) -> Spec.Hook {
    let script = """
      (echo \(kind) $(ls /proc/self/fd) $(env | grep -v -e ^PWD= -e ^SHLVL= -e ^_=)) >> \(log)
      """
    return Spec.Hook(path: "/bin/sh", args: ["sh", "-c", script], env: ["PATH=/bin:/usr/bin"])
  }

  @Test("CVE-2024-21626 class: three descriptors, and the environment that config.json says")
  func threeDescriptorsAndTheirOwnEnvironment() throws {
    let apus = try Sandbox("/bin/true") { $0.root?.readonly = false }
    let log = "\(apus.folder)/rootfs/log"
    try apus.configure {
      $0.hooks = Spec.Hooks(
        prestart: [note("prestart", in: log)], createRuntime: [note("createRuntime", in: log)],
        createContainer: [note("createContainer", in: log)],
        startContainer: [note("startContainer", in: "/log")],
        poststart: [note("poststart", in: log)], poststop: [note("poststop", in: log)])
    }
    let run = try apus.script(
      """
      exec 3< / 4< / 5< /dev/null
      export SECRET=of-the-host
      $APUS --log log --debug run --preserve-fds 2 $ID
      """)
    #expect(run.status == 0, "\(run)")
    let kinds = [
      "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
    ]
    #expect(lines(of: log).sorted() == kinds.map { "\($0) 0 1 2 3 PATH=/bin:/usr/bin" }.sorted())
  }
}
