import CLinux
import Glibc
import JSON
import LinuxKernel

/// Where containers are made. Whoever makes one forks and goes on in the child, which works only in
/// a process of a single thread: another thread's locks would stay held in the child for ever.
public enum Workplace: Sendable, Equatable {
  /// In this process, which has one thread: for the `apus` executable itself.
  case thisProcess
  /// In a process of the `apus` executable: its path, or its name in PATH. For all other programs.
  case executable(String)
}

/// One call of the executable, with the same values and errors as in this process.
struct Launch {
  let executable: String
  let root: String
  private(set) var arguments: [String] = []

  init(_ executable: String, root: String) {
    self.executable = executable
    self.root = root
  }

  /// Adds words.
  mutating func add(_ words: String...) { arguments += words }

  /// Adds an option if it has a value.
  mutating func add(_ name: String, _ value: String?) {
    if let value { arguments += [name, value] }
  }

  /// Adds an option if it is set.
  mutating func add(_ name: String, if isSet: Bool) {
    if isSet { arguments.append(name) }
  }

  /// Runs the command with this program's standard streams, and returns its exit status.
  /// - Throws: what it says went wrong.
  func run(_ purpose: String) throws(RuntimeError) -> Int32 {
    // Its log is a file without a name: what it prints may be the container's.
    let log = try attempt(purpose) { () throws(KernelError) in try makeMemoryFile("log") }
    let words =
      [executable, "--root", root, "--log-format", "json", "--log", "/proc/self/fd/3"] + arguments
    let end = try attempt(purpose) { () throws(KernelError) in
      try spawn(executable, words, passing: log.number, as: 3)
    }
    let lines = try attempt(purpose) { () throws(KernelError) in
      try readFile("/proc/self/fd/\(log.number)")
    }
    let last = lines.split(separator: UInt8(ascii: "\n")).last.map(Array.init)
    if let last, let line = try? decodeJSON(LogLine.self, from: last), line.level == "error" {
      throw RuntimeError(line.msg)
    }
    return end.exitStatus
  }

  private struct LogLine: JSONReadable {
    let level: String
    let msg: String

    init(json: JSONValue) throws(JSONError) {
      let object = try json.object()
      level = try object.required("level")
      msg = try object.required("msg")
    }
  }
}

extension CreateOptions {
  func add(to launch: inout Launch) {
    launch.add("--bundle", bundle)
    launch.add("--config", config)
    launch.add("--console-socket", consoleSocket)
    launch.add("--pid-file", pidFile)
    launch.add("--pidfd-socket", pidfdSocket)
    launch.add("--no-pivot", if: noPivot)
    launch.add("--no-new-keyring", if: noNewKeyring)
  }
}

extension CRIUChoices {
  fileprivate func add(to launch: inout Launch) {
    launch.add("--image-path", images)
    launch.add("--work-path", work)
    launch.add("--tcp-established", if: tcpEstablished)
    launch.add("--ext-unix-sk", if: externalUnixSockets)
    launch.add("--shell-job", if: shellJob)
    launch.add("--file-locks", if: fileLocks)
    launch.add("--manage-cgroups-mode", cgroupMode == .default ? nil : "\(cgroupMode)")
    launch.add("--auto-dedup", if: autoDedup)
    launch.add("--lazy-pages", if: lazyPages)
  }
}

extension CheckpointOptions {
  func add(to launch: inout Launch) {
    choices.add(to: &launch)
    launch.add("--parent-path", parent)
    launch.add("--leave-running", if: leaveRunning)
    launch.add("--pre-dump", if: preDump)
    launch.add("--tcp-skip-in-flight", if: tcpSkipInFlight)
    launch.add("--link-remap", if: linkRemap)
    launch.add("--page-server", pageServer.map { "\($0.address):\($0.port)" })
  }
}

extension RestoreOptions {
  func add(to launch: inout Launch) {
    choices.add(to: &launch)
    launch.add("--bundle", create.bundle)
    launch.add("--console-socket", create.consoleSocket)
    launch.add("--pid-file", create.pidFile)
    launch.add("--detach", if: run.detach)
    launch.add("--no-subreaper", if: !run.subreaper)
    launch.add("--lsm-profile", securityLabel)
    launch.add("--lsm-mount-context", mountContext)
  }
}
