import Testing

/// The life of real containers, seen from outside and from inside.
@Suite(.serialized) struct LifeTests {
  @Test func runPassesOutputAndExitStatusOn() throws {
    let apus = try Sandbox(arguments: #""/bin/sh", "-c", "id -u; exit 7""#)
    let result = apus("run c1")
    #expect(result.status == 7)
    #expect(result.output == "0\n")
    #expect(apus("state c1").output.contains("does not exist"))
  }

  @Test func aContainerIsHeldAtTheGateUntilStart() throws {
    let apus = try Sandbox(arguments: #""/bin/sleep", "100""#)
    #expect(apus("create c1") == (0, ""))
    #expect(apus("state c1").output.contains(#""status": "created""#))
    #expect(apus("ps c1").output.split(separator: "\n").count == 1)
    #expect(apus("start c1") == (0, ""))
    #expect(apus("state c1").output.contains(#""status": "running""#))
    let again = apus("start c1")
    #expect(again.status == 1)
    #expect(again.output.contains("already running"))
    #expect(apus("delete c1").output.contains("not stopped"))
    #expect(apus("pause c1") == (0, ""))
    #expect(apus("state c1").output.contains(#""status": "paused""#))
    #expect(apus("resume c1") == (0, ""))
    #expect(apus("kill c1 KILL") == (0, ""))
    #expect(apus("delete -f c1") == (0, ""))
    #expect(shell("ls -d /sys/fs/cgroup/*/c1").status != 0)
  }

  @Test func aCreatedContainerIsDeletedWithoutForce() throws {
    let apus = try Sandbox(arguments: #""/bin/true""#)
    #expect(apus("create c2") == (0, ""))
    #expect(apus("delete c2") == (0, ""))
    #expect(apus("list").output.split(separator: "\n").count == 1)
    #expect(shell("ls -d /sys/fs/cgroup/*/c2").status != 0)
  }

  @Test func ofManyStartsExactlyOneWins() throws {
    let apus = try Sandbox(arguments: #""/bin/sleep", "100""#)
    for _ in 1...10 {
      #expect(apus("create c3") == (0, ""))
      let starts = shell(
        """
        cd \(apus.folder)
        for i in 1 2 3 4 5 6 7 8; do
          (timeout 10 \(apus.apus) --root state start c3 > /dev/null 2>&1; echo $?) &
        done; wait
        """)
      let codes = starts.output.split(separator: "\n")
      #expect(codes.filter { $0 == "0" }.count == 1)
      #expect(codes.filter { $0 == "1" }.count == 7)
      #expect(apus("state c3").output.contains(#""status": "running""#))
      #expect(apus("delete -f c3") == (0, ""))
    }
  }

  @Test func nothingButStdioIsOpenInTheContainer() throws {
    let apus = try Sandbox(arguments: #""/bin/sh", "-c", "echo /proc/self/fd/*""#)
    let result = shell(
      "cd \(apus.folder) && \(apus.apus) --root state run c4 7< /dev/null 8< /dev/null 9< /dev/null")
    #expect(result == (0, "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2\n"))
  }

  @Test(arguments: [
    (#""/bin/none""#, "/process/args/0"), (#""/bin/sh"], "cwd": "relative", "x": [""#, "/process/cwd"),
  ])
  func whatCannotBeMadeIsNamedAndLeavesNothing(arguments: String, pointer: String) throws {
    let apus = try Sandbox(arguments: arguments, edit: #"-e '/"cwd": "\/"/d'"#)
    let result = apus("create c5")
    #expect(result.status == 1)
    #expect(result.output.contains(pointer), "\(result.output)")
    #expect(result.output.split(separator: "\n").count == 1)
    #expect(apus("state c5").output.contains("does not exist"))
    #expect(shell("ls -d /sys/fs/cgroup/*/c5").status != 0)
  }
}
