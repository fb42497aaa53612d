import Glibc
import Testing

/// Runs a command line of the shell and returns its exit status and all that it printed.
///
/// By way of a file: a container that goes on keeps its output open, and a pipe would wait for it.
func shell(_ command: String) -> (status: Int32, output: String) {
  guard let pipe = popen(
    "output=$(mktemp); (\(command)\n) > $output 2>&1 < /dev/null; status=$?; cat $output; "
      + "rm $output; exit $status", "r") else { return (-1, "") }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
    bytes += buffer[..<count]
  }
  let status = pclose(pipe)
  return (status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f, String(decoding: bytes, as: UTF8.self))
}

/// A bundle of busybox and a state folder, in a folder that goes away with it.
final class Sandbox {
  let folder: String
  let apus: String

  init(arguments: String, edit: String = "") throws {
    var template = Array("/tmp/apus-test-XXXXXX".utf8CString)
    folder = String(cString: try #require(mkdtemp(&template)))
    apus = try #require(getenv("APUS").map { String(cString: $0) }, "APUS names the binary to test")
    let made = shell(
      """
      mkdir -p \(folder)/rootfs/bin && cp /bin/busybox \(folder)/rootfs/bin/ &&
      for applet in sh true sleep cat id; do ln -s busybox \(folder)/rootfs/bin/$applet; done &&
      \(apus) spec | sed -e 's/"terminal": true/"terminal": false/' -e 's|"sh"|\(arguments)|' \(edit) > \(folder)/config.json
      """)
    try #require(made.status == 0, "\(made.output)")
  }

  deinit {
    _ = shell("for c in $(ls \(folder)/state 2> /dev/null); do \(apus) --root \(folder)/state delete -f $c; done; rm -rf \(folder)")
  }

  /// Runs apus on this sandbox.
  func callAsFunction(_ words: String) -> (status: Int32, output: String) {
    shell("cd \(folder) && timeout 20 \(apus) --root \(folder)/state \(words)")
  }
}
