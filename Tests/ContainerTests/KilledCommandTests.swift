import Glibc
import Testing

extension GateTests {
  /// Commands that are killed between any two of their system calls.
  @Suite struct KilledCommands {
    @Test func aKilledStartLeavesItCreatedOrRunning() throws {
      let apus = try Sandbox("/bin/sh", "-c", "echo > /started; exec sleep 100") {
        $0.root?.readonly = false
      }
      try #require(try apus.create() == .silently)
      let points = try KillPoint.all(of: "$APUS start $ID", in: apus)
      try #require(points.contains { $0.call.hasPrefix("unlink") })
      try #require(try apus.deleteByForce() == .silently)
      var startable = 0
      for point in points {
        unlink("\(apus.folder)/rootfs/started")
        try #require(try apus.create() == .silently)
        let start = try point.kill("$APUS start $ID", in: apus)
        #expect(start.status == 137, "\(point) \(start)")
        switch try apus.state().status {
        case "created":
          #expect(!apus.has("rootfs/started"), "\(point)")
          #expect(try apus.start() == .silently, "\(point)")
          startable += 1
        case "running": expectRefusal(try apus.start(), "already running")
        case let other: Issue.record("\(point): \(other)")
        }
        #expect(eventually { apus.has("rootfs/started") }, "\(point)")
        #expect(try apus.state().status == "running", "\(point)")
        try #require(try apus.deleteByForce() == .silently)
      }
      #expect(startable > 0 && startable < points.count)
      #expect(apus.leftovers() == [])
    }

    /// Sometimes it is the runtime that dies, and delete --force has to find what it has left;
    /// sometimes init, and the runtime has to say so and leave nothing.
    @Test(arguments: ["create", "run --detach"])
    func whatAKilledCreateLeavesIsDeletedByForce(command: String) throws {
      let apus = try Sandbox("/bin/sleep", "100") { $0.root?.readonly = false }
      // The first one makes the mount points in the image, too.
      try #require(try apus.script("$APUS \(command) $ID") == .silently)
      try #require(try apus.deleteByForce() == .silently)
      let points = try KillPoint.all(of: "$APUS \(command) $ID", in: apus)
      try #require(points.count > 100)
      try #require(try apus.deleteByForce() == .silently)
      var deaths = (runtime: 0, container: 0)
      for index in stride(from: 0, to: points.count, by: max(1, points.count / 80)) {
        let point = points[index]
        let create = try point.kill("$APUS \(command) $ID", in: apus)
        switch create.status {
        case 1:
          deaths.container += 1
          expectRefusal(create, apus.id)
        case 137: deaths.runtime += 1
        case 0: break  // it didn't come to that moment, or the program died there
        default: Issue.record("\(point): \(create)")
        }
        if create.status != 1 { #expect(try apus.deleteByForce() == .silently, "\(point)") }
        let left = apus.leftovers()
        #expect(left == [], "\(point)")
        if !left.isEmpty { try apus.cleanByHand() }
      }
      #expect(deaths.runtime > 20)
      #expect(deaths.container > 5)
    }

    @Test func aKilledDeleteIsTakenUpByTheNext() throws {
      let apus = try Sandbox("/bin/sleep", "100")
      try #require(try apus("run", "--detach", apus.id) == .silently)
      let points = try KillPoint.all(of: "$APUS delete --force $ID", in: apus)
      var deaths = 0
      for index in stride(from: 0, to: points.count, by: max(1, points.count / 40)) {
        try #require(try apus("run", "--detach", apus.id) == .silently)
        let delete = try points[index].kill("$APUS delete --force $ID", in: apus)
        if delete.status == 137 { deaths += 1 }
        #expect(try apus.deleteByForce() == .silently, "\(points[index])")
        try #require(apus.leftovers() == [], "\(points[index])")
      }
      #expect(deaths > 20)
    }
  }
}
