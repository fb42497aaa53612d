import Glibc
import OCISpec
import Testing

/// Containers of a user who is not root: the one who runs the tests or, if that is root, one of whom
/// nobody else knows.
@Suite struct RootlessTests {
  static let uid = Host.isRoot ? 4242 : geteuid()
  static let gid = Host.isRoot ? 4242 : getegid()

  /// A sandbox that belongs to that user, with what `spec --rootless` writes.
  func sandbox(_ arguments: String..., edit: (inout Spec) -> Void = { _ in }) throws
    -> Sandbox
  {
    let apus = try Sandbox.rootless(Self.uid, Self.gid, arguments, edit)
    let owned = try apus.script("mkdir run && chown -R \(Self.uid):\(Self.gid) .")
    try #require(owned == .silently)
    return apus
  }

  /// Runs a script as that user, in which `$APUS` has a state folder of the sandbox, and `$BARE` has
  /// none named.
  func script(_ text: String, in apus: Sandbox) throws -> Finished {
    try apus.script(
      """
      export ID APUS='\(apus.apus) --root state' BARE=\(apus.apus) XDG_RUNTIME_DIR=\(apus.folder)/run
      exec \(Self.become)sh -c '\(text)'
      """)
  }

  private static let become =
    Host.isRoot ? "setpriv --reuid \(uid) --regid \(gid) --clear-groups " : ""

  @Test func theUserIsRootInside() throws {
    let apus = try sandbox("/bin/probe", "read:/proc/self/setgroups", "write:/dev/null")
    let report = try apus.report(of: try script("$APUS run $ID", in: apus))
    #expect(report.uid == [0, 0, 0, 0])
    #expect(report.gid == [0, 0, 0, 0])
    #expect(report.pid == 1)
    #expect(report.answers["read:/proc/self/setgroups"] == "deny\n")
    #expect(report.answers["write:/dev/null"] == "")
  }

  @Test func theWholeLife() throws {
    let apus = try sandbox("/bin/sh", "-c", "sleep 100")
    let life = try script(
      """
      set -e
      $APUS create $ID > /dev/null
      $APUS state $ID | grep -c status.*created
      $APUS start $ID
      $APUS exec $ID id -u
      $APUS kill $ID KILL
      until $APUS state $ID | grep -q stopped; do sleep 0.01; done
      $APUS delete $ID
      ls -A state
      """, in: apus)
    #expect(life == Finished(status: 0, output: "1\n0\n", errors: ""))
  }

  @Test func theStateIsInTheUsersRuntimeFolder() throws {
    let apus = try sandbox("/bin/true")
    let made = try script(
      "$BARE create $ID > /dev/null && ls run/apus && stat -c %a run/apus && $BARE delete $ID",
      in: apus)
    #expect(made == Finished(status: 0, output: "\(apus.id)\n1700\n", errors: ""))
  }

  @Test func theConfigurationThatSpecWrites() throws {
    let apus = try sandbox("/bin/true")
    let run = try script(
      """
      rm config.json && $APUS spec --rootless &&
      sed -i "s/\\"terminal\\": true/\\"terminal\\": false/; s/\\"sh\\"/\\"id\\"/" config.json && $APUS run $ID
      """, in: apus)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("uid=0"), "\(run)")
  }

  /// What a newcomer types: nothing is edited, named or set.
  @Test func twoCommandsRunAContainer() throws {
    let apus = try sandbox("/bin/true")
    let run = try script(
      "rm config.json; $BARE spec --rootless; echo \"id -u; exit 7\" > in; "
        + "script -qec \"$BARE run $ID\" /dev/null < in", in: apus)
    #expect(run.status == 7, "\(run)")
    #expect(run.output.split(whereSeparator: \.isNewline).contains("0"), "\(run)")
  }

  @Test func theLifeOfADetachedOne() throws {
    let apus = try sandbox("/bin/sleep", "100")
    let life = try script(
      """
      set -e
      $APUS run --detach --pid-file pid $ID
      $APUS list --quiet
      $APUS exec $ID sh -c "ls /proc | grep -c ^1\\$; exit 3" || echo $?
      kill -0 $(cat pid)
      $APUS delete $ID 2> /dev/null || echo runs
      $APUS delete --force $ID
      $APUS list --quiet
      """, in: apus)
    #expect(life == Finished(status: 0, output: "\(apus.id)\n1\n3\nruns\n", errors: ""))
  }

  @Test func theConfigurationOfRootIsRefusedWithWhatToDo() throws {
    let apus = try sandbox("/bin/true")
    expectRefusal(
      try script("rm config.json; $APUS spec; $APUS run -d --console-socket none $ID", in: apus),
      "/linux/namespaces", "apus spec --rootless")
  }

  /// What was asked for is not silently left out.
  @Test(.enabled(if: Host.isRoot, "this user has cgroups of his own"))
  func aLimitWithoutACgroupIsRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.resources = .init(memory: .init(limit: 50_000_000))
    }
    expectRefusal(
      try script("$APUS create $ID", in: apus), "/linux/resources/memory/limit", "delegate")
    try apus.configure {
      $0.linux?.resources = .init(
        devices: [.init(allow: false, access: "rwm")], memory: .init())
    }
    #expect(try script("$APUS run $ID", in: apus) == .silently)
  }

  @Test(.enabled(if: Host.isRoot, "this user has cgroups of his own"))
  func withoutACgroupItCannotBePausedOrListed() throws {
    let apus = try sandbox("/bin/sleep", "100")
    let words = try script(
      "$APUS create $ID > /dev/null; $APUS pause $ID; $APUS ps $ID; $APUS delete $ID", in: apus)
    #expect(words.status == 0)
    #expect(words.errors.split(separator: "\n").count == 2)
    #expect(words.errors.split(separator: "\n").allSatisfy { $0.contains("no cgroup") }, "\(words)")
  }

  /// Nobody but root of the cgroup namespace can mount that tree, and there is no cgroup to show.
  @Test(.enabled(if: Host.isRoot, "this user has cgroups of his own"))
  func withoutACgroupAndANamespaceOfThemItSeesNone() throws {
    let apus = try sandbox("/bin/probe", "list:/sys/fs/cgroup", "write:/sys/fs/cgroup") {
      $0.linux?.namespaces?.removeAll { $0.type == "cgroup" }
    }
    let report = try apus.report(of: try script("$APUS run $ID", in: apus))
    #expect(report.answers["write:/sys/fs/cgroup"] == "EROFS")
    if Host.isUnified { #expect(report.answers["list:/sys/fs/cgroup"] == "empty") }
  }

  @Test func withoutAUserNamespaceItIsRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.namespaces?.removeAll { $0.type == "user" }
      $0.linux?.uidMappings = nil
      $0.linux?.gidMappings = nil
    }
    expectRefusal(try script("$APUS create $ID", in: apus), "/linux/namespaces", "user namespace")
    #expect(apus.leftovers() == [])
  }

  @Test func aCgroupThatIsAskedForAndCannotBeIsRefused() throws {
    let apus = try sandbox("/bin/true") { $0.linux?.cgroupsPath = "/apus-rootless" }
    expectRefusal(try script("$APUS create $ID", in: apus), "/linux/cgroupsPath")
    #expect(apus.leftovers() == [])
  }

  /// This user's systemd makes a scope, with limits, below what it may manage.
  @Test(.enabled(if: !Host.isRoot && Host.hasSystemd, "a user with a systemd of his own only"))
  func aScopeOfTheUsersSystemd() throws {
    let apus = try sandbox("/bin/sleep", "100") {
      $0.linux?.resources = .init(memory: .init(limit: 64 << 20), pids: .init(limit: 20))
    }
    let scope = "apus-\(apus.id).scope"
    let life = try apus.script(
      """
      set -e
      export XDG_RUNTIME_DIR=/run/user/$(id -u)
      $APUS --systemd-cgroup create --pid-file pid $ID > /dev/null
      $APUS --systemd-cgroup start $ID
      systemctl --user show \(scope) -p Slice,MemoryMax,TasksMax
      cgroup=$(sed s/0::// /proc/$(cat pid)/cgroup)
      basename $cgroup
      cat /sys/fs/cgroup$cgroup/memory.max /sys/fs/cgroup$cgroup/pids.max
      $APUS --systemd-cgroup exec $ID true
      $APUS pause $ID
      $APUS resume $ID
      $APUS delete --force $ID
      systemctl --user show \(scope) -p LoadState
      """)
    let lines = life.output.split(separator: "\n").map { String($0) }
    #expect(life.status == 0 && life.errors == "", "\(life)")
    #expect(
      lines.sorted()
        == [
          "20", "67108864", "LoadState=not-found", "MemoryMax=67108864", "Slice=user.slice",
          "TasksMax=20", scope,
        ].sorted())
  }

  private static let hasHelpers = access("/usr/bin/newuidmap", X_OK) == 0

  /// Says who may map whom, in files that only this script sees.
  private static let grants = """
    echo \(uid):500000:1000 > subuid
    echo \(uid):600000:1000 > subgid
    (cat /etc/passwd; echo apustest:x:\(uid):\(gid)::/:/bin/sh) > passwd
    for name in subuid subgid passwd; do mount --bind $name /etc/$name; done
    """

  /// Root lends the user a range, in files that only the script sees; a real user has one.
  @Test(.enabled(if: hasHelpers, "no newuidmap here")) func othersAreMappedByHelpers() throws {
    let (users, groups): (UInt32, UInt32) = Host.isRoot ? (500_000, 600_000) : (100_000, 100_000)
    let apus = try sandbox("/bin/probe", "read:/proc/self/uid_map", "read:/proc/self/setgroups") {
      $0.linux?.uidMappings?.append(.init(containerID: 1, hostID: users, size: 1000))
      $0.linux?.gidMappings?.append(.init(containerID: 1, hostID: groups, size: 1000))
      $0.process?.user = .init(uid: 7, gid: 8, additionalGids: [9])
    }
    let call = "exec \(Self.become)\(apus.commandLine) run \(apus.id)"
    let run =
      Host.isRoot ? try apus.inOwnMounts("\(Self.grants)\n\(call)") : try apus.script(call)
    let report = try apus.report(of: run)
    #expect(report.uid == [7, 7, 7, 7])
    #expect(report.gid == [8, 8, 8, 8])
    #expect(report.groups == [9])
    #expect(report.answers["read:/proc/self/setgroups"] == "allow\n")
  }

  @Test(.enabled(if: hasHelpers && Host.isRoot, "no newuidmap here, or not root"))
  func whatIsNotGrantedIsRefused() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.uidMappings?.append(.init(containerID: 1, hostID: 500_000, size: 1000))
    }
    let create = try apus.inOwnMounts(
      """
      \(Self.grants)
      echo > /etc/subuid
      exec setpriv --reuid \(Self.uid) --regid \(Self.uid) --clear-groups \(apus.commandLine) create \(apus.id)
      """)
    expectRefusal(
      create, "/linux/uidMappings", "newuidmap", "\(Self.uid):500000:1000 in /etc/subuid")
    #expect(apus.leftovers() == [])
  }

  /// Such an account may map nobody but itself.
  @Test(.enabled(if: hasHelpers && Host.isRoot, "no newuidmap here, or not root"))
  func whoHasNoAccountIsTold() throws {
    let apus = try sandbox("/bin/true") {
      $0.linux?.gidMappings?.append(.init(containerID: 1, hostID: 500_000, size: 1000))
    }
    expectRefusal(
      try script("$APUS create $ID", in: apus), "/linux/uidMappings", "newgidmap", "user name")
  }

  /// Who is root inside may be somebody of /etc/subuid, to whom the user can't give a file.
  @Test(.enabled(if: hasHelpers && Host.isRoot, "no newuidmap here, or not root"))
  func theUserNeedNotBeRootInside() throws {
    let apus = try sandbox("/bin/probe") {
      $0.linux?.uidMappings = [.init(containerID: 0, hostID: 500_000, size: 1000)]
      $0.linux?.gidMappings = [.init(containerID: 0, hostID: 600_000, size: 1000)]
    }
    let run = try apus.inOwnMounts(
      """
      chmod 755 .; chown -R 500000:600000 rootfs
      \(Self.grants)
      exec setpriv --reuid \(Self.uid) --regid \(Self.uid) --clear-groups \(apus.commandLine) run \(apus.id)
      """)
    let report = try apus.report(of: run)
    #expect(report.uid == [0, 0, 0, 0])
  }
}

extension Sandbox {
  /// A sandbox with what `spec --rootless` writes for a user.
  static func rootless(
    _ uid: UInt32, _ gid: UInt32, _ arguments: [String], _ edit: (inout Spec) -> Void
  ) throws -> Sandbox {
    let apus = try Sandbox("/bin/true")
    try apus.configure {
      $0 = Spec.default(rootless: true, uid: uid, gid: gid, unifiedCgroups: Host.isUnified)
      $0.process?.terminal = false
      $0.process?.args = arguments
      $0.process?.env = ["PATH=/bin"]
      edit(&$0)
    }
    return apus
  }
}
