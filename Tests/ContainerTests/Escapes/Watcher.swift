import OCISpec
import Testing

/// What a container that spies on processes saw, which came into its sight meanwhile.
struct Sightings: CustomStringConvertible {
  /// The process' name, a word for what was looked at, what was found.
  let lines: [String]

  /// What was found of processes of this name, below this word.
  func found(_ process: String, _ word: String) -> [String] {
    let start = "\(process) \(word) "
    return lines.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
  }

  /// What the file that is the host's alone, or the text, was found in.
  var ofTheHost: [String] { lines.filter { $0.contains(" host ") } }

  var description: String { lines.joined(separator: "\n") }
}

extension Sandbox {
  /// The text that is the host's alone.
  static let secret = "nobody-inside-may-read-this"

  /// Lets the watcher run as the container's program during a script, in which `$APUS` has the
  /// secret in its environment, and `$SLOWLY` makes a command take its time at what counts.
  /// - Parameter attaching: whether it traces whom it can; then nothing can be slowed down.
  func watch(during script: String, attaching: Bool = false) throws -> Sightings {
    try configure { $0.process?.args = ["/bin/watcher"] + (attaching ? ["attach"] : []) }
    try write("\(folder)/config.json \(Self.secret)\n", to: "rootfs/watched")
    try #require(try self.script("cp \(Probe.watcher.get()) rootfs/bin") == .silently)
    let run = try begin("run", id)
    #expect(try eventually { try self("state", id).output.contains("running") })
    let calls = "prctl,setgroups,setresuid,capset,close_range,execve,execveat,exit_group"
    let done = try self.script(
      """
      export SECRET=\(Self.secret)
      SLOWLY='strace -f -o /dev/null -e trace=\(calls) -e inject=\(calls):delay_enter=2000'
      \(script)
      """, limit: 60)
    #expect(done.status == 0, "\(done)")
    try write("", to: "rootfs/stop")
    let end = try run.finish()
    try #require(end.status == 0, "\(end)")
    return Sightings(lines: end.output.split(separator: "\n").map(String.init))
  }
}

extension Spec {
  /// Gives the process these capabilities, in all sets that exec leaves as they are.
  mutating func grant(_ names: [String]) {
    process?.capabilities = Spec.Process.Capabilities(
      bounding: names, effective: names, permitted: names)
  }
}
