// Does what create, run and exec do with terminals and signals, without a container.
import ApusRuntime
import CLinux
import Glibc
import LinuxKernel

let words = Array(CommandLine.arguments.dropFirst())

func say(_ line: String, to descriptor: Int32 = 1) {
  try? write(Array((line + "\n").utf8), to: descriptor)
}

/// In the child: becomes the program of the command line.
func become(_ program: ArraySlice<String>) -> Never {
  var none = sigset_t()
  sigemptyset(&none)
  sigprocmask(SIG_SETMASK, &none, nil)
  let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
  if let name = program.first, let path = try? findProgram(name, environment) {
    say("\(replaceProcess(path, Array(program), environment))", to: 2)
  }
  _exit(127)
}

func run(_ program: ArraySlice<String>, signalFirst: Bool) throws -> Int32 {
  let foreground = try Foreground()
  if signalFirst { kill(getpid(), SIGUSR1) }
  switch try clone() {
  case .child: become(program)
  case .parent(let process): return try foreground.wait(for: process).exitStatus
  }
}

func runInTerminal(_ program: ArraySlice<String>) throws -> Int32 {
  let host = try HostTerminal()
  let foreground = try Foreground()
  let sockets = try PacketSocket.pair()
  switch try clone() {
  case .child:
    let root = try open("/", [.path, .directory])
    let terminal = try PseudoTerminal(in: root.number, size: WindowSize(rows: 11, columns: 22))
    try sendMessage([1], descriptors: [terminal.master.number], over: sockets.inner.number)
    // As apus does it: the program runs when the relay is set up.
    _ = try sockets.inner.receive()
    setsid()
    try terminal.becomeStandardStreams()
    become(program)
  case .parent(let process):
    var message = try receiveMessage(over: sockets.outer.number)
    guard let master = message.takeDescriptor() else { return 125 }
    var relay: TerminalRelay? = try TerminalRelay(host, master: master)
    try sockets.outer.send([1])
    var notify: NotifyRelay? = nil
    return try foreground.wait(for: process, relay: &relay, notify: &notify).exitStatus
  }
}

func bindConsole(below path: String) throws {
  let root = try open(path, [.path, .directory])
  let terminal = try PseudoTerminal(in: root.number, size: WindowSize(rows: 11, columns: 22))
  try terminal.bindOnConsole(in: root.number)
  let console = try status(of: "\(path)/dev/console")
  let peer = try status(terminal.peer.number)
  let size = try WindowSize(of: terminal.peer.number)
  say("same \(console.st_rdev == peer.st_rdev && console.st_ino == peer.st_ino), \(size)")
}

func passDescriptorsOn(_ preserved: Int) throws -> Never {
  func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
  let inherited = try InheritedDescriptors(
    preserving: preserved, listenPID: variable("LISTEN_PID"), listenFDs: variable("LISTEN_FDS"))
  try secureInheritedDescriptors()
  let ours = try open("/", [.readOnly, .directory])
  say("\(inherited.count) \(inherited.environment) \(ours.number >= 3 + inherited.count)")
  try passOn(count: inherited.count)
  become(["sh", "-c", "echo /proc/self/fd/*"])
}

/// Passes on that a process is ready: one that exists, or one that it runs in the foreground.
func notify(_ host: String, _ state: String, pid: Int32?, _ program: ArraySlice<String>) throws
  -> Int32
{
  let folder = try open(state, [.readOnly, .directory])
  guard let socket = NotifySocket(host: host) else { return 64 }
  try socket.prepare(in: folder.number)
  guard var relay = try socket.listen(in: folder.number, mainPID: pid ?? getpid()) else {
    return 64
  }
  say("listening")
  if let pid {
    try relay.forward(untilReadyOrEndOf: try ProcessDescriptor(opening: pid))
    return 0
  }
  let foreground = try Foreground()
  switch try clone() {
  case .child: become(program)
  case .parent(let process):
    var terminal: TerminalRelay? = nil
    var notify: NotifyRelay? = relay
    return try foreground.wait(for: process, relay: &terminal, notify: &notify).exitStatus
  }
}

do {
  if words.first != "descriptors" { try secureInheritedDescriptors() }
  switch words.first {
  case "run": exit(try run(words.dropFirst(), signalFirst: false))
  case "run-after-signal": exit(try run(words.dropFirst(), signalFirst: true))
  case "terminal": exit(try runInTerminal(words.dropFirst()))
  case "console": try bindConsole(below: words[1])
  case "descriptors": try passDescriptorsOn(Int(words[1]) ?? 0)
  case "notify": exit(try notify(words[1], words[2], pid: Int32(words[3]), words.dropFirst(4)))
  case "own": try fixStandardStreams(owner: UInt32(words[1]) ?? 0)
  default: exit(64)
  }
} catch {
  say("\(error)", to: 2)
  exit(1)
}
