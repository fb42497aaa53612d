import Glibc
import Testing

/// How a command line ended, and what it printed where.
struct Outcome: Equatable {
  var status: Int32
  var output: String
  var errors: String
}

/// Runs a command line of the shell.
///
/// By way of files: a container that goes on keeps its output open, and a pipe would wait for it.
func shell(_ command: String) -> Outcome {
  var template = Array("/tmp/apus-cli-out-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else {
    return Outcome(status: -1, output: "", errors: "mkdtemp failed")
  }
  let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  let status = run("(\(command)\n) > \(folder)/out 2> \(folder)/err < /dev/null")
  let outcome = Outcome(
    status: status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f,
    output: contents(of: "\(folder)/out"), errors: contents(of: "\(folder)/err"))
  for path in ["\(folder)/out", "\(folder)/err"] { unlink(path) }
  rmdir(folder)
  return outcome
}

/// Runs a command line to its end. Not by system(3), which ignores SIGINT and SIGQUIT meanwhile: what
/// other tests start at that moment would ignore them for good.
private func run(_ command: String) -> Int32 {
  // This thread may block signals, which its children would inherit: a shell that waits for its
  // jobs would then never hear of SIGCHLD, nor a container of SIGTERM.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  let words = ["sh", "-c", command]
  var arguments = words.map { strdup($0) } + [nil]
  defer { for text in arguments { free(text) } }
  var (pid, status): (pid_t, Int32) = (0, -1)
  guard posix_spawn(&pid, "/bin/sh", nil, &attributes, &arguments, environ) == 0 else { return -1 }
  while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  return status
}

/// What is in a file; empty if there is none.
func contents(of path: String) -> String {
  guard let file = fopen(path, "r") else { return "" }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A folder for bundles, logs and state, which goes away with its containers.
final class Scratch {
  let folder: String
  let apus: String
  /// A container's name of its own: tests run side by side, and cgroups are the host's.
  let id: String

  init() throws {
    var template = Array("/tmp/apus-cli-test-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    mkdir("\(folder)/state", 0o700)
    id = "cli-\(folder.suffix(6))"
    apus = try #require(getenv("APUS").map { String(cString: $0) }, "APUS names the binary to test")
  }

  deinit {
    _ = shell(
      """
      for c in $(ls \(folder)/state 2> /dev/null); do
        \(apus) --root \(folder)/state delete -f $c
      done
      rm -rf \(folder)
      """)
  }

  /// Runs apus on this folder's state.
  func callAsFunction(_ words: String) -> Outcome {
    shell("cd \(folder) && timeout 20 \(apus) --root \(folder)/state \(words)")
  }

  /// Makes a bundle whose program is "sleep 1000".
  func makeBundle(edit: String = "") throws {
    let made = shell(
      """
      cd \(folder) && mkdir -p rootfs/bin && cp /bin/busybox rootfs/bin/ &&
      for applet in sh sleep true id; do ln -s busybox rootfs/bin/$applet; done &&
      \(apus) spec && sed -i -e 's/"terminal": true/"terminal": false/' \
        -e 's|"sh"|"/bin/sleep", "1000"|' \(edit) config.json
      """)
    try #require(made.status == 0, "\(made.errors)")
  }
}
