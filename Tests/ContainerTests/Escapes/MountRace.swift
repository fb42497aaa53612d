import Glibc
import OCISpec
import Testing

/// A process in one container keeps swapping a directory and a link in a volume, while other
/// containers are made that have mounts below it.
@Suite("CVE-2021-30465, CVE-2024-45310: a link takes a directory's place", .serialized)
struct MountRace {
  /// How many containers are made. A longer race says so in the environment.
  static let rounds = getenv("APUS_RACE_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 200

  /// Ways to the host's root, as the link has them.
  static let targets = ["/../../../../../../..", "/", "/proc/self/root"]

  @Test(
    "CVE-2021-30465, CVE-2024-45310: nothing is mounted or made on the host", arguments: targets)
  func theHostStaysAsItIs(target: String) throws {
    let attacker = try Sandbox("/bin/probe", "swap", "/vol/swapped", "/vol/link") {
      $0.mounts?.append(
        Spec.Mount(destination: "/vol", type: "bind", source: "vol", options: ["rbind"]))
    }
    let victim = try Sandbox("/bin/true") {
      for mount in [
        Spec.Mount(
          destination: "/vol", type: "bind", source: "\(attacker.folder)/vol", options: ["rbind"]),
        // One that is there, one that is to be made, one that is to be a file, one that is a bind.
        Spec.Mount(destination: "/vol/swapped/outside/folder", type: "tmpfs", source: "tmpfs"),
        Spec.Mount(destination: "/vol/swapped/outside/new/one", type: "tmpfs", source: "tmpfs"),
        Spec.Mount(
          destination: "/vol/swapped/outside/file", type: "bind", source: "config.json",
          options: ["bind"]),
        Spec.Mount(
          destination: "/vol/swapped/outside/bound", type: "bind",
          source: "\(attacker.folder)/vol", options: ["rbind"]),
      ] { $0.mounts?.append(mount) }
      $0.process?.cwd = "/vol/swapped/outside/cwd"
    }
    try victim.makeOutside()
    // On the host, it leads to where the folder outside is.
    let made = try attacker.script(
      "mkdir -p vol/swapped/outside && ln -s '\(target)\(victim.folder)' vol/link")
    try #require(made == .silently)
    try #require(try attacker("run", "--detach", attacker.id) == .silently)
    let each = (Self.rounds + 7) / 8 / Self.targets.count + 1
    let race = try expectNothingOutside(victim) {
      try victim.script(
        """
        for worker in 1 2 3 4 5 6 7 8; do
          for round in $(seq \(each)); do
            $APUS create $ID-$worker > /dev/null 2>> errors && echo made
            $APUS delete --force $ID-$worker
          done &
        done
        wait
        """, limit: 300)
    }
    #expect(race.errors == "")
    // Some are made: where it is the directory in time, or the link leads to a place in the container.
    #expect(race.output.contains("made"))
    #expect(try attacker.state().status == "running")
  }
}
