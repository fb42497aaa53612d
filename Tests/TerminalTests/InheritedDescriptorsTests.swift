import ApusRuntime
import Glibc
import LinuxKernel
import Testing

/// What the container's program inherits from the caller.
struct InheritedDescriptorsTests {
  private func inherited(
    _ preserved: Int, _ listenPID: String?, _ listenFDs: String?, open: Range<Int32>
  ) throws(RuntimeError) -> InheritedDescriptors {
    try InheritedDescriptors(
      preserving: preserved, listenPID: listenPID, listenFDs: listenFDs, ownPID: 42,
      isOpen: open.contains)
  }

  @Test(
    arguments: [
      (0, nil, nil, 0), (2, nil, nil, 2), (0, "42", "3", 3), (2, "42", "1", 3), (1, "41", "3", 1),
      (0, nil, "3", 0), (0, "42", nil, 0), (0, "42", "x", 0), (0, "42", "-1", 0), (0, "x", "3", 0),
      (0, "", "", 0), (0, "42 ", "3", 0), (0, "42", "99999999999", 0),
    ] as [(Int, String?, String?, Int)])
  func theyAreCounted(preserved: Int, listenPID: String?, listenFDs: String?, count: Int) throws {
    let found = try inherited(preserved, listenPID, listenFDs, open: 3..<10)
    #expect(found.count == count)
    let listening = count - preserved
    #expect(
      found.environment == (listening > 0 ? ["LISTEN_FDS=\(listening)", "LISTEN_PID=1"] : []))
  }

  @Test(
    arguments: [
      (
        3, nil, nil, 3..<5,
        "--preserve-fds 3: descriptor 5 is not open; the option wants 3 to 5 open"
      ),
      (
        1, "42", "2", 3..<5,
        "--preserve-fds 1: descriptor 5 is not open; the option wants 5 to 5 open"
      ),
      (0, "42", "2", 3..<4, "LISTEN_FDS=2: descriptor 4 is not open"),
      (-1, nil, nil, 3..<4, "--preserve-fds -1"),
      (Int.max, nil, nil, 3..<4, "--preserve-fds 9223372036854775807"),
    ] as [(Int, String?, String?, Range<Int32>, String)])
  func oneThatIsNotOpenIsNamed(
    preserved: Int, listenPID: String?, listenFDs: String?, open: Range<Int32>, text: String
  ) {
    let error = #expect(throws: RuntimeError.self) {
      try inherited(preserved, listenPID, listenFDs, open: open)
    }
    #expect(error?.description.hasPrefix(text) == true, "\(String(describing: error))")
  }

  /// Runs the probe by way of a shell that opens descriptors for it.
  private func probe(_ line: String) throws -> (status: Int32, output: String) {
    let pipe = try Pipe()
    let shell = try Spawned(
      ["sh", "-c", line, try Spawned.probe], streams: [nil, pipe.writing, pipe.writing])
    pipe.closeWriting()
    return (try shell.wait(), Transcript(pipe.reading.number).readToEnd())
  }

  private let standard = "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2"

  @Test func onlyTheyReachTheProgram() throws {
    let result = try probe(
      "exec 3< /dev/null 4< /dev/null 6< /dev/null 9< /dev/null; exec $0 descriptors 2")
    #expect(result.status == 0)
    // 5 is the folder that the program itself lists.
    #expect(
      result.output
        == "2 [] true\n\(standard) /proc/self/fd/3 /proc/self/fd/4 /proc/self/fd/5\n")
  }

  @Test func socketsOfTheServiceManagerComeFirst() throws {
    let result = try probe(
      "exec 3< /dev/null 4< /dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec $0 descriptors 1")
    #expect(
      result.output.hasPrefix(
        "2 [\"LISTEN_FDS=1\", \"LISTEN_PID=1\"] true\n\(standard) /proc/self/fd/3 /proc/self/fd/4"),
      "\(result.output)")
  }

  @Test func aStandardStreamThatIsClosedBecomesTheNullDevice() throws {
    let result = try probe("exec $0 descriptors 0 <&- 2>&-")
    #expect(result.output.hasPrefix("0 [] true\n\(standard)"), "\(result.output)")
  }

  @Test func aMissingOneIsAnError() throws {
    let result = try probe("exec $0 descriptors 1")
    #expect(result.status == 1)
    #expect(
      result.output.hasPrefix("--preserve-fds 1: descriptor 3 is not open"), "\(result.output)")
  }
}
