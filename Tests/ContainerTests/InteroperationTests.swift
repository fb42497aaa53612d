import Glibc
import JSON
import LinuxKernel
import OCISpec
import Testing

extension GateTests {
  /// The gate is runc's on disk and on the wire: either's start opens the other's container.
  @Suite struct Interoperation {
    /// What both run: it leaves a mark, so that it shows that the program was let go.
    func sandbox() throws -> Sandbox {
      try Sandbox("/bin/sh", "-c", "echo > /started; exec sleep 100") {
        $0.root?.readonly = false
      }
    }

    @Test func theStateFolderLooksLikeThatOfRunc() throws {
      let apus = try sandbox()
      #expect(try apus.create() == .silently)
      let modes = try apus.script("stat -c '%A %a %n' state/$ID state/$ID/*")
      #expect(
        modes.output.split(separator: "\n") == [
          "drwx--x--x 711 state/\(apus.id)", "prw--w--w- 622 state/\(apus.id)/exec.fifo",
          "-rw------- 600 state/\(apus.id)/state.json",
        ])
      #expect(try apus.start() == .silently)
      #expect(entries(of: "\(apus.folder)/state/\(apus.id)") == ["state.json"])
    }

    @Test func runcKnowsAContainerOfApus() throws {
      let apus = try sandbox()
      #expect(try apus.create() == .silently)
      let answer = try apus.script("runc --root state state $ID")
      let state = try decodeJSON(OCIState.self, from: Array(answer.output.utf8))
      #expect(state.status == "created")
      #expect(try state.pid == Int(apus.pid()))
      #expect(state.bundle == apus.folder)
      #expect(try apus.script("runc --root state list --quiet").output == "\(apus.id)\n")
      #expect(try apus.script("runc --root state ps $ID").output.contains("\(apus.pid())"))
    }

    @Test func runcStartsAContainerOfApus() throws {
      let apus = try sandbox()
      #expect(try apus.create() == .silently)
      #expect(!apus.has("rootfs/started"))
      let start = try apus.script("timeout 5 runc --root state start $ID")
      #expect(start == .silently)
      #expect(start.seconds < 1)
      #expect(eventually { apus.has("rootfs/started") })
      #expect(try apus.state().status == "running")
      expectRefusal(try apus.start(), "already running")
      #expect(try apus.script("runc --root state start $ID").status == 1)
    }

    @Test func apusStartsAContainerOfRunc() throws {
      let apus = try sandbox()
      let create = try apus.script("runc --root state create $ID")
      try #require(create.status == 0, "\(create)")
      #expect(try apus.state().status == "created")
      #expect(!apus.has("rootfs/started"))
      let start = try apus.start()
      #expect(start == .silently)
      #expect(start.seconds < 1)
      #expect(eventually { apus.has("rootfs/started") })
      #expect(try apus.state().status == "running")
      #expect(try apus.script("runc --root state state $ID").output.contains("running"))
      expectRefusal(try apus.start(), "already running")
    }

    @Test func ofManyStartsOnAContainerOfRuncOneWins() throws {
      let apus = try sandbox()
      for _ in 1...5 {
        try #require(try apus.script("runc --root state create $ID").status == 0)
        let starts = try (1...8).map { _ in try apus.begin("start", apus.id) }
        let ends = try starts.map { try $0.finish() }
        #expect(ends.filter { $0 == .silently }.count == 1, "\(ends)")
        #expect(ends.allSatisfy { $0.seconds < 1 }, "\(ends.map(\.seconds))")
        #expect(try apus.deleteByForce() == .silently)
      }
      #expect(apus.leftovers() == [])
    }
  }
}
