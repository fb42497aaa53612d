import Glibc
import OCISpec
import Testing

/// What a container can learn of a process that is on its way in, and do to it.
@Suite("CVE-2016-9962: a process on its way in") struct JoiningProcessTests {
  private static let execs = """
    for i in 1 2 3; do $SLOWLY $APUS exec $ID true || exit; done
    for i in 1 2 3 4 5 6 7 8 9 10; do $APUS exec $ID true || exit; done
    """

  @Test("CVE-2016-9962: without CAP_SYS_PTRACE nothing of it can be opened")
  func nothingOfItCanBeOpened() throws {
    let saw = try Sandbox().watch(during: Self.execs)
    #expect(!saw.found("apus", "capabilities").isEmpty, "\(saw)")
    for word in ["fd", "root", "cwd", "exe", "host"] {
      #expect(saw.found("apus", word) == [], "\(saw)")
    }
    #expect(saw.found("apus", "open") == ["cmdline"], "\(saw)")
    #expect(saw.ofTheHost == [])
  }

  @Test("CVE-2016-9962: nor can it be traced") func norCanItBeTraced() throws {
    let execs = "for i in $(seq 30); do $APUS exec $ID true || exit; done"
    let saw = try Sandbox().watch(during: execs, attaching: true)
    #expect(!saw.lines.contains { $0.hasPrefix("apus ptrace") }, "\(saw)")
  }

  @Test("CVE-2016-9962: with CAP_SYS_PTRACE it has nothing of the host")
  func itHasNothingOfTheHost() throws {
    let apus = try Sandbox { $0.grant(["CAP_SYS_PTRACE"]) }
    // What the runtime has open itself, and what its caller has.
    let saw = try apus.watch(
      during: """
        exec 5< / 6< config.json 7> log
        APUS="$APUS --debug --log log"
        \(Self.execs)
        """)
    #expect(saw.ofTheHost == [])
    #expect(saw.found("apus", "root") == ["/"], "\(saw)")
    #expect(saw.found("apus", "cwd") == ["/"], "\(saw)")
    #expect(saw.found("apus", "exe") == ["/"], "\(saw)")
    #expect(saw.lines.contains("apus open environ") && saw.lines.contains("apus open mem"))
    let descriptors = Set(saw.found("apus", "fd").map { $0.drop { $0 != " " }.dropFirst() })
    #expect(descriptors.contains("socket"), "\(saw)")
    for target in descriptors where !target.hasPrefix(Command.scratchPrefix) {
      #expect(["/dev/null", "socket", "anon_inode:[pidfd]", "/"].contains(target), "\(saw)")
    }
  }

  @Test("CVE-2016-9962: nor can an init that joins the PID namespace be opened")
  func anInitThatJoinsThePIDNamespace() throws {
    let second = try Sandbox("/bin/true")
    let saw = try Sandbox().watch(
      during: """
        pid=$(sed 's/.*"init_process_pid":\\([0-9]*\\).*/\\1/' state/$ID/state.json)
        cd \(second.folder)
        sed -i 's|{"type":"pid"}|{"type":"pid","path":"/proc/'$pid'/ns/pid"}|' config.json
        grep -q ns/pid config.json || exit
        APUS='\(second.commandLine)'
        for i in 1 2 3 4; do $SLOWLY $APUS run \(second.id) && $APUS run \(second.id) || exit; done
        """)
    #expect(!saw.found("apus", "capabilities").isEmpty, "\(saw)")
    #expect(Set(saw.found("apus", "open")).isSubset(of: ["cmdline"]), "\(saw)")
    for word in ["fd", "root", "cwd", "exe", "host"] {
      #expect(saw.found("apus", word) == [], "\(saw)")
    }
  }

  @Test("CVE-2016-9962: at the gate it has neither the caller's environment nor command line")
  func atTheGate() throws {
    let apus = try Sandbox("/bin/true")
    #expect(try apus.script("SECRET=x $APUS create --pid-file pid $ID") == .silently)
    let process = "/proc/\(try apus.pid())"
    #expect(text(of: "\(process)/environ").allSatisfy { $0 == "\0" })
    let words = text(of: "\(process)/cmdline").split(separator: "\0").map(String.init)
    #expect(words == [apus.apus, apus.id])
  }

  @Test("CVE-2016-9962: it stays hidden when it changes its user, whatever fs.suid_dumpable is")
  func itIsHiddenAgainAfterTheChangeOfUser() throws {
    let apus = try Sandbox("/bin/true") { $0.process?.user.uid = 1000 }
    let run = try apus.script("strace -f -o trace -e trace=setresuid,prctl $APUS run $ID")
    #expect(run == .silently)
    let calls = lines(of: "\(apus.folder)/trace")
    let change = try #require(calls.lastIndex { $0.contains("setresuid(1000, 1000, 1000") })
    #expect(calls[(change + 1)...].first?.contains("PR_SET_DUMPABLE, SUID_DUMP_DISABLE") == true)
  }

  @Test("CVE-2016-9962: the program's environment has nothing of the caller's")
  func theProgramHasNoVariableOfTheCaller() throws {
    let apus = try Sandbox { $0.process?.args = ["/bin/probe"] }
    let run = try apus.script("SECRET=x HOSTNAME=y $APUS run $ID")
    #expect(try apus.report(of: run).env == ["PATH=/bin", "HOME=/"])
  }
}
