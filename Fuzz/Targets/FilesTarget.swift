@testable import ContainerPlan
@testable import LinuxKernel

/// The first line is the name of a process; all is a passwd(5) file, or a kept seccomp program.
func testFiles(_ bytes: [UInt8]) {
  let newline = UInt8(ascii: "\n")
  for id: UInt32 in [0, 1, 1000, .max] {
    if let home = home(of: id, inPasswd: bytes) {
      require(!home.isEmpty, "an empty home")
      for byte in [0, newline, UInt8(ascii: ":")] {
        require(!home.utf8.contains(byte), "a home with the byte \(byte)")
      }
    }
    if let name = userName(of: id, inPasswd: bytes) {
      require(!name.utf8.contains(newline), "a name with a line break")
    }
  }
  // Whatever a process calls itself, it can't tell another state. The kernel leaves no NUL.
  let name = bytes.prefix { $0 != newline && $0 != 0 }
  let end = ") S \(Array(repeating: "7", count: 18).joined(separator: " ")) 8123"
  let zeros = String(repeating: " 0", count: 30)
  let stat = ProcessStat(Array("42 (".utf8) + name + Array("\(end)\(zeros)\n".utf8))
  require(stat?.state == "S" && stat?.startTime == 8123, "a name is taken for a state")
  _ = ProcessStat(bytes)
  if let entry = SeccompEntry(bytes) { require(entry.bytes == bytes, "an entry reads as another") }
}
