import Glibc
import LinuxKernel
import Testing

/// How a command ended, and what it printed.
struct Finished: Equatable, CustomStringConvertible {
  /// As a shell has it: 128 and the signal's number if a signal ended it.
  let status: Int32
  let output: String
  let errors: String
  /// From its start to its end, in the time of a machine that isn't slow.
  var seconds = 0.0

  /// What a command that prints nothing says when all is well.
  static let silently = Finished(status: 0, output: "", errors: "")

  static func == (one: Finished, other: Finished) -> Bool {
    one.status == other.status && one.output == other.output && one.errors == other.errors
  }

  var description: String { "status \(status), output \"\(output)\", errors \"\(errors)\"" }
}

/// A command that was started.
///
/// It writes into files without a name and not into pipes: a container that goes on keeps its
/// output open, and the reader of a pipe would wait for it.
final class Command {
  private let process: ProcessDescriptor
  private let output: Descriptor
  private let errors: Descriptor
  private let started = secondsSinceBoot()

  /// Its process number.
  var pid: Int32 { process.pid }

  /// - Parameter mark: becomes the variable APUS_TEST, by which what it leaves can be found.
  init(_ words: [String], in folder: String = "/", mark: String = "") throws {
    output = try Self.scratchFile()
    errors = try Self.scratchFile()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.number, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.number, 2)

    // The threads of a test runner block signals. A shell that inherits that waits for ever.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "APUS_TEST=\(mark)"]
    // Where the bus of the user's systemd is.
    if !Host.isRoot { environment.append("XDG_RUNTIME_DIR=/run/user/\(geteuid())") }
    var arguments = (["env", "-C", folder] + words).map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawn(&pid, "/usr/bin/env", &actions, &attributes, &arguments, &variables)
    try #require(failure == 0, "\(words[0]): \(String(cString: strerror(failure)))")
    process = try ProcessDescriptor(opening: pid)
  }

  /// Sends it a signal.
  func send(_ signal: Int32) { _ = kill(pid, signal) }

  /// Whether it ends within a time.
  func ends(within seconds: Double) throws -> Bool {
    try process.waitUntilEnded(milliseconds: Int32(seconds * slowness * 1000))
  }

  /// Waits for its end; what takes longer than `limit` seconds is killed, and an issue.
  func finish(limit: Double = 30) throws -> Finished {
    if try !ends(within: limit) {
      Issue.record("not at its end after \(limit * slowness) s: process \(pid), killed")
      send(SIGKILL)
    }
    let seconds = (secondsSinceBoot() - started) / slowness
    let status = try process.reap()?.exitStatus ?? -1
    return Finished(
      status: status, output: contents(output.number), errors: contents(errors.number),
      seconds: seconds)
  }

  /// The start of the names that they have for a moment.
  static let scratchPrefix = "/tmp/apus-output-"

  private static func scratchFile() throws -> Descriptor {
    let path = scratchPrefix + String(UInt64.random(in: 0...UInt64.max))
    let number = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(number >= 0, "\(path)")
    unlink(path)
    return Descriptor(owning: number)
  }

  private func contents(_ file: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: Int(lseek(file, 0, SEEK_END)))
    let count = pread(file, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}

/// Runs a script of the shell to its end.
@discardableResult
func shell(
  _ script: String, in folder: String = "/", mark: String = "", limit: Double = 30
) throws -> Finished {
  try Command(["/bin/sh", "-c", script], in: folder, mark: mark).finish(limit: limit)
}

/// How many times slower this machine is than those that the limits on time are meant for.
let slowness = getenv("APUS_TEST_SLOWNESS").flatMap { Double(String(cString: $0)) } ?? 1

/// Lets some time pass, in which something else shall come as far as it does on any machine.
func pause(_ seconds: Double) { usleep(UInt32(seconds * slowness * 1e6)) }

/// A clock that nobody sets.
func secondsSinceBoot() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_BOOTTIME, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

/// Whether something comes true within a time; it is asked again each millisecond.
func eventually(within seconds: Double = 2, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = secondsSinceBoot() + seconds * slowness
  while try !condition() {
    if secondsSinceBoot() > end { return false }
    usleep(1000)
  }
  return true
}
