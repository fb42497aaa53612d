import CLinux
import Cgroups
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec

/// The runtime's side of a plan.
struct Creation: ~Copyable {
  let id: String
  let plan: Plan
  let spec: Spec
  let folder: Descriptor
  let cgroup: CgroupPaths
  var record: ContainerRecord
  let root: String

  /// Performs the plan as far as the gate, and returns the record as it is on disk.
  mutating func perform() throws(RuntimeError) -> ContainerRecord {
    // Intent before the first side effect: what a crash leaves, delete finds here.
    try save()
    let fifo = try attempt("make exec.fifo") { () throws(KernelError) in
      try check("mkfifo", "\(root)/\(id)/exec.fifo") { mkfifoat(folder.number, "exec.fifo", 0o622) }
      try check("chmod", "exec.fifo") { fchmodat(folder.number, "exec.fifo", 0o622, 0) }
      return try open("exec.fifo", [.path, .noFollow], at: folder.number)
    }
    let clonePlace = plan.steps.firstIndex { if case .clone = $0.action { true } else { false } }
    guard let clonePlace else { throw RuntimeError("internal: a plan without a process") }
    for index in 0..<clonePlace { try performed(index) }
    guard case .clone(let kinds) = plan.steps[clonePlace].action else {
      throw RuntimeError("internal: a plan without a process")
    }
    let sockets = try attempt("make a socket to init") { () throws(KernelError) in
      try PacketSocket.pair()
    }
    let cloned = try attempt(sentence(clonePlace)) { () throws(KernelError) in
      try clone(into: kinds)
    }
    switch consume cloned {
    case .child:
      // A copy of the lock would hold it even after our death.
      close(folder.number)
      let performer = ContainerPerformer(plan, spec, runtime: sockets.inner, fifo: fifo)
      performer.perform()
    case .parent(let process):
      record.initProcessPID = process.pid
      record.initProcessStart = ProcessStat(pid: process.pid)?.startTime ?? 0
      try converse(process, sockets.outer)
      return record
    }
  }

  private mutating func converse(_ process: borrowing ProcessDescriptor, _ socket: borrowing PacketSocket)
    throws(RuntimeError)
  {
    while true {
      let message = try attempt("wait for init") { () throws(KernelError) in try socket.receive() }
      switch message.first.flatMap(Message.init(rawValue:)) {
      case .atGate: return
      case .reached:
        guard message.count >= 3 else { continue }
        var index = Int(message[1]) | Int(message[2]) << 8
        while index < plan.steps.count, plan.steps[index].action.performer == .runtime {
          try performed(index)
          index += 1
        }
        try attempt("answer init") { () throws(KernelError) in try socket.send([1]) }
      case .failed:
        let failure = StepFailure(message.dropFirst())
        _ = try? process.reap()
        guard let failure else { throw RuntimeError("create container \"\(id)\": init failed") }
        throw RuntimeError(sentence(failure.step), failure.error)
      case nil:
        let end = (try? process.reap()).flatMap { $0 }
        throw RuntimeError(
          "create container \"\(id)\": its init \(end?.description ?? "died") during set-up")
      }
    }
  }

  private mutating func performed(_ index: Int) throws(RuntimeError) {
    let pid = record.initProcessPID
    switch plan.steps[index].action {
    case .recordState: try save()
    case .runHooks:
      throw RuntimeError("\(sentence(index)): hooks are not supported by this build")
    default:
      do throws(KernelError) {
        switch plan.steps[index].action {
        case .createCgroup: try cgroup.create()
        case .writeCgroup(let write): try writeFile("\(write.directory)/\(write.file)", write.value)
        case .joinCgroup: try cgroup.join(pid)
        case .setLimit(let limit, let soft, let hard):
          try setLimit(limit, soft: soft, hard: hard, of: pid)
        case .joinNamespace(let kind, let path):
          try join(kind, try open(path, .readOnly), path: path)
        default: return
        }
      } catch {
        throw RuntimeError(sentence(index), error)
      }
    }
  }

  private func sentence(_ index: Int) -> String {
    let step = plan.steps[index]
    let place = step.pointer.isEmpty ? "" : " (config.json \(step.pointer))"
    return "create container \"\(id)\": \(step.action)\(place)"
  }

  private func save() throws(RuntimeError) {
    try attempt("record container \"\(id)\"") { () throws(KernelError) in
      try replaceFile(
        "state.json", with: encodeJSON(record, style: .compact), mode: 0o600, at: folder.number,
        path: "\(root)/\(id)/state.json")
    }
  }
}
