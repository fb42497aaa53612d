import Glibc
import OCISpec
import Testing

/// Hooks on real containers (config.md, POSIX-platform Hooks; runtime.md, Lifecycle).
struct HookTests {
  /// A hook that adds a line to a log: its kind, its mount namespace, the state that it is told, and
  /// a variable of its environment.
  private func note(_ kind: String, in log: String) -> Spec.Hook {
    Spec.Hook(
      path: "/bin/sh",
      args: [
        "sh", "-c", "echo \(kind) $(readlink /proc/self/ns/mnt) \"$(cat)\" $MARK$HOME >> \(log)",
      ], env: ["PATH=/bin:/usr/bin", "MARK=mine"])
  }

  private let failing = Spec.Hook(
    path: "/bin/sh", args: ["sh", "-c", "echo why not >&2; exit 3"], env: ["PATH=/bin:/usr/bin"])

  @Test func eachRunsInItsTurnAndNamespaceAndIsToldTheState() throws {
    let apus = try Sandbox("/bin/sh", "-c", "echo program >> /log") { $0.root?.readonly = false }
    let log = "\(apus.folder)/rootfs/log"
    try apus.configure {
      $0.hooks = Spec.Hooks(
        prestart: [note("prestart", in: log)],
        createRuntime: [note("createRuntime", in: log), note("second", in: log)],
        createContainer: [note("createContainer", in: log)],
        startContainer: [note("startContainer", in: "/log")],
        poststart: [note("poststart", in: log)], poststop: [note("poststop", in: log)])
    }
    #expect(try apus.create() == .silently)
    let created = lines(of: log).map { line in line.split(separator: " ").map { String($0) } }
    #expect(created.map(\.first) == ["prestart", "createRuntime", "second", "createContainer"])
    let pid = try apus.pid()
    #expect(try apus.start() == .silently)
    #expect(try eventually { try apus.state().status == "stopped" })
    #expect(try apus("delete", apus.id) == .silently)

    let all = lines(of: log)
    #expect(
      Set(all.dropFirst(4).map { $0.split(separator: " ").first ?? "" })
        == ["startContainer", "program", "poststart", "poststop"])
    #expect(all.last?.hasPrefix("poststop") == true)
    let mounts = try #require(created.first?.dropFirst().first)
    for line in all where line != "program" {
      let kind = String(line.prefix { $0 != " " })
      let isInside = kind == "createContainer" || kind == "startContainer"
      #expect(line.contains(" \(mounts) ") == !isInside, "\(line)")
      let status =
        ["poststart": "running", "poststop": "stopped", "startContainer": "created"][kind]
        ?? "creating"
      #expect(line.contains("\"status\":\"\(status)\""), "\(line)")
      #expect(line.contains("\"id\":\"\(apus.id)\""))
      #expect(line.contains("\"bundle\":\"\(apus.folder)\""))
      #expect(line.hasSuffix("} mine"), "\(line)")
      let told = isInside ? 1 : kind == "poststop" ? 0 : Int(pid)
      #expect(line.contains("\"pid\":\(told),"), "\(line)")
    }
  }

  @Test(arguments: ["prestart", "createRuntime", "createContainer"])
  func oneThatFailsUndoesTheContainer(kind: String) throws {
    let apus = try Sandbox("/bin/true")
    let log = "\(apus.folder)/log"
    let hooks = [note("first", in: log), failing, note("third", in: log)]
    try apus.configure {
      $0.hooks = Spec.Hooks(
        prestart: kind == "prestart" ? hooks : nil,
        createRuntime: kind == "createRuntime" ? hooks : nil,
        createContainer: kind == "createContainer" ? hooks : nil,
        poststop: [note("poststop", in: log)])
    }
    expectRefusal(
      try apus.create(), "\(kind) hook #1: /bin/sh", "/hooks/\(kind)/1", "exited with status 3",
      "why not")
    let kinds = lines(of: log).map { String($0.prefix { $0 != " " }) }
    #expect(kinds == ["first", "poststop"])
    #expect(apus.leftovers() == [])
  }

  @Test func oneThatTakesTooLongIsKilled() throws {
    let apus = try Sandbox("/bin/true") {
      $0.hooks = Spec.Hooks(createRuntime: [
        Spec.Hook(path: "/bin/sleep", args: ["sleep", "20"], timeout: 1)
      ])
    }
    let create = try apus.create()
    expectRefusal(create, "/hooks/createRuntime/0", "timeout of 1 s")
    #expect(create.seconds * slowness >= 1 && create.seconds < 5, "\(create.seconds)")
    #expect(apus.leftovers() == [])
  }

  @Test func oneThatIsNotThereIsNamed() throws {
    let apus = try Sandbox("/bin/true") {
      $0.hooks = Spec.Hooks(createRuntime: [Spec.Hook(path: "/none")])
    }
    expectRefusal(try apus.create(), "/hooks/createRuntime/0", "/none", "ENOENT")
    #expect(apus.leftovers() == [])
  }

  @Test func aStartContainerHookThatFailsKeepsTheProgramFromRunning() throws {
    let apus = try Sandbox("/bin/sh", "-c", "echo ran > /ran") {
      $0.root?.readonly = false
      $0.hooks = Spec.Hooks(startContainer: [failing])
    }
    expectRefusal(try apus.run(), "/hooks/startContainer/0", "exited with status 3")
    #expect(access("\(apus.folder)/rootfs/ran", F_OK) != 0)
    #expect(apus.leftovers() == [])
  }

  @Test func aPoststartHookThatFailsStopsTheContainer() throws {
    let apus = try Sandbox("/bin/sleep", "100")
    let log = "\(apus.folder)/log"
    try apus.configure {
      $0.hooks = Spec.Hooks(poststart: [failing], poststop: [note("poststop", in: log)])
    }
    #expect(try apus.create() == .silently)
    expectRefusal(try apus.start(), "/hooks/poststart/0", "exited with status 3")
    #expect(lines(of: log).count == 1)
    #expect(apus.leftovers() == [])
  }

  @Test func aPoststopHookThatFailsIsOnlyTold() throws {
    let apus = try Sandbox("/bin/true")
    let log = "\(apus.folder)/log"
    try apus.configure {
      $0.hooks = Spec.Hooks(poststop: [failing, note("second", in: log)])
    }
    let run = try apus.run()
    #expect(run.status == 0)
    #expect(run.errors.contains("level=warning") && run.errors.contains("/hooks/poststop/0"))
    #expect(lines(of: log).count == 1)
    #expect(apus.leftovers() == [])
  }

  @Test func whatOneMakesIsNotForEverybodyToWrite() throws {
    let apus = try Sandbox("/bin/true")
    let file = "\(apus.folder)/made"
    try apus.configure {
      $0.hooks = Spec.Hooks(createContainer: [
        Spec.Hook(path: "/bin/sh", args: ["sh", "-c", "umask > \(file)"])
      ])
    }
    #expect(try apus.run() == .silently)
    #expect(lines(of: file) == ["0022"])
  }
}
