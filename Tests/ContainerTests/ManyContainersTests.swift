import Glibc
import Testing

/// Containers by the hundred, eight at a time.
@Suite struct ManyContainersTests {
  @Test(arguments: Host.cgroupManagers) func leaveNothing(by manager: String) throws {
    let count = getenv("APUS_TEST_CONTAINERS").map { String(cString: $0) } ?? "500"
    let apus = try Sandbox("/bin/true") {
      $0.linux?.resources?.pids = .init(limit: 20)
      $0.linux?.resources?.memory = .init(limit: 64 << 20)
    }
    apus.cgroupManager = manager
    let round = "$APUS create $ID-$1 && $APUS start $ID-$1 && $APUS delete --force $ID-$1"
    let all = try apus.script(
      "export APUS ID; seq \(count) | xargs -P 8 -I{} sh -c '\(round)' sh {} 2>&1",
      limit: 300)
    #expect(all == .silently)
    #expect(apus.leftovers() == [])
  }
}
