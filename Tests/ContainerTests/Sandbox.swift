import Glibc
import JSON
import LinuxKernel
import OCISpec
import Testing

/// A bundle of busybox and a state folder of its own, in a folder that goes away with it. At its
/// end it removes its containers and makes sure that they have left nothing.
final class Sandbox {
  let folder: String
  /// The name of its first container, unlike that of any other sandbox.
  let id: String
  /// What config.json says.
  private(set) var spec: Spec
  let apus: String
  /// Who makes the cgroups of its containers, if that is said.
  var cgroupManager: String?
  /// When it was made, in the clock ticks that the kernel counts the start of processes in.
  let made = UInt64(secondsSinceBoot() * Double(sysconf(Int32(_SC_CLK_TCK))))

  /// What busybox can do, by name.
  private static let applets = Result {
    try shell("/bin/busybox --list").output.split(separator: "\n").filter { $0 != "busybox" }
  }

  /// - Parameters:
  ///   - arguments: what runs in the container.
  ///   - edit: changes the default configuration, which has no terminal here.
  init(_ arguments: String..., edit: (inout Spec) -> Void = { _ in }) throws {
    apus = try variable("APUS")
    var template = Array("/tmp/apus-test-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    id = String(folder.dropFirst(5))
    spec = Spec.default()
    let filled = try shell(
      """
      mkdir -p state rootfs/bin rootfs/usr && ln -s ../bin rootfs/usr/bin &&
      cp /bin/busybox \(Probe.path.get()) rootfs/bin
      """, in: folder)
    try #require(filled == .silently)
    for name in try Self.applets.get() { symlink("busybox", "\(folder)/rootfs/bin/\(name)") }
    try configure {
      $0.process?.terminal = false
      $0.process?.args = arguments
      $0.process?.env = ["PATH=/bin"]
      edit(&$0)
    }
  }

  /// Changes config.json.
  func configure(_ edit: (inout Spec) throws -> Void) throws {
    try edit(&spec)
    try write(String(decoding: encodeJSON(spec, style: .compact), as: UTF8.self), to: "config.json")
  }

  /// Writes a file, relative to the sandbox's folder.
  func write(_ text: String, to path: String) throws {
    let file = try #require(fopen("\(folder)/\(path)", "w"), "\(path)")
    fputs(text, file)
    fclose(file)
  }

  /// Whether there is such a path in the sandbox.
  func has(_ path: String) -> Bool { access("\(folder)/\(path)", F_OK) == 0 }

  deinit {
    do {
      for id in containers() {
        let deleted = try self("delete", "--force", id)
        if deleted.status != 0 { Issue.record("delete --force \(id): \(deleted)") }
      }
      let left = leftovers()
      #expect(left == [])
      try shell("rm -rf \(folder)")
    } catch {
      Issue.record(error)
    }
  }
}

extension Sandbox {
  /// Begins a command of apus.
  func begin(_ words: String...) throws -> Command {
    try Command(options + words, in: folder, mark: id)
  }

  /// Runs a command of apus to its end.
  func callAsFunction(_ words: String...) throws -> Finished {
    try Command(options + words, in: folder, mark: id).finish()
  }

  func create() throws -> Finished { try self("create", id) }
  func start() throws -> Finished { try self("start", id) }
  func run() throws -> Finished { try self("run", id) }
  func delete() throws -> Finished { try self("delete", id) }
  func deleteByForce() throws -> Finished { try self("delete", "--force", id) }

  /// The command line of apus, for a script of the shell.
  var commandLine: String { options.joined(separator: " ") }

  private var options: [String] {
    [apus, "--root", "\(folder)/state"] + (cgroupManager.map { ["--cgroup-manager", $0] } ?? [])
  }

  /// Runs a script of the shell in the sandbox's folder, in which `$APUS` is the command line.
  func script(_ text: String, limit: Double = 30) throws -> Finished {
    try shell("APUS='\(commandLine)' ID=\(id)\n\(text)", in: folder, mark: id, limit: limit)
  }

  /// Runs a script where the host's mounts are a copy that can be changed, and are shared.
  func inOwnMounts(_ text: String) throws -> Finished {
    try script("unshare --mount sh -c '\nset -e; mount --make-rshared /\n\(text)'")
  }

  /// What `state` says.
  func state() throws -> OCIState {
    let answer = try self("state", id)
    try #require(answer.status == 0, "\(answer)")
    return try decodeJSON(OCIState.self, from: Array(answer.output.utf8))
  }

  /// Init's number, of a container that has one.
  func pid() throws -> Int32 {
    let pid = try #require(try state().pid)
    try #require(pid > 0)
    return Int32(pid)
  }
}

/// A variable of the environment that `make test` sets.
func variable(_ name: String) throws -> String {
  try #require(getenv(name).map { String(cString: $0) }, "\(name) is not set: use make test")
}

/// Whether a command was refused in the way that callers rely on: status 1, nothing on the
/// standard output, and one sentence on the standard error that mentions all of `words`.
func expectRefusal(
  _ result: Finished, _ words: String..., at location: SourceLocation = #_sourceLocation
) {
  #expect(result.status == 1, "\(result)", sourceLocation: location)
  #expect(result.output == "", sourceLocation: location)
  let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
  #expect(lines.count == 2 && lines.last == "", "\(result)", sourceLocation: location)
  for word in words {
    #expect(result.errors.contains(word), "\(result)", sourceLocation: location)
  }
}
