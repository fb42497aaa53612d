import ContainerPlan
import Glibc
import JSON
import LinuxKernel

/// What a command spends its time on, for the option `--trace`: its own phases, and the steps of the
/// plan that it performs.
///
/// Nothing is written before the command's end: a file that is open could be inherited.
public final class Trace: @unchecked Sendable {  // The executable has one thread.
  private let path: String
  private var phases: [Phase] = []
  private var mark: Int64
  private var plan: Plan?
  private var process: Int32 = 0

  private struct Phase {
    let name: StaticString
    let begin: Int64
    let end: Int64
  }

  /// Begins a trace, with what the process has taken so far.
  /// - Parameters:
  ///   - path: the file.
  ///   - isNew: whether the file is emptied; else other commands' records stay in it.
  /// - Throws: if the file can't be written.
  public init(path: String, isNew: Bool) throws(RuntimeError) {
    self.path = path
    let now = monotonicNanoseconds()
    // It goes on counting through the exec from a sealed mount, and has never waited.
    var used = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
    mark = now - Int64(used.tv_sec) * 1_000_000_000 - Int64(used.tv_nsec)
    _ = try open(emptying: isNew)
    end("start up")
  }

  /// Ends a phase, which began where the one before ended.
  public func end(_ phase: StaticString) {
    let now = monotonicNanoseconds()
    phases.append(Phase(name: phase, begin: mark, end: now))
    mark = now
  }

  /// Follows a plan that is to be performed.
  func follow(_ plan: inout Plan) {
    plan.times = try? StepTimes(count: plan.steps.count)
    self.plan = plan
  }

  /// The container's process, which performs most of the plan.
  func note(_ process: borrowing ProcessDescriptor) { self.process = process.pid }

  /// Ends the last phase and adds everything to the file.
  /// - Parameter command: how the command is called in it.
  public func save(_ command: String, lastPhase: StaticString) throws(RuntimeError) {
    end(lastPhase)
    var lines: [UInt8] = []
    for event in events(of: command) {
      lines += encodeJSON(event, style: .compact) + Array(",\n".utf8)
    }
    let file = try open(emptying: false)
    try attempt("write the trace") { () throws(KernelError) in
      // Two commands could both find it empty.
      try check("flock", path) { flock(file.number, LOCK_EX) }
      let isEmpty = try status(file.number, path: path).st_size == 0
      try write((isEmpty ? Array("[\n".utf8) : []) + lines, to: file.number, path: path)
    }
  }

  private func events(of command: String) -> [TraceEvent] {
    let runtime = getpid()
    var events = [TraceEvent(naming: runtime, command)]
    events += phases.map {
      TraceEvent("\($0.name)", .phase, process: runtime, begin: $0.begin, end: $0.end)
    }
    guard let plan, let times = plan.times else { return events }
    times.endAll()
    if process != 0 { events.append(TraceEvent(naming: process, "\(command) (container)")) }
    for (index, step) in plan.steps.enumerated() {
      guard let interval = times.interval(of: index) else { continue }
      let isRuntimes = step.action.performer == .runtime || process == 0
      events.append(
        TraceEvent(
          "\(step.action)", .step, process: isRuntimes ? runtime : process,
          begin: interval.begin, end: interval.end,
          details: TraceEvent.Details(step: index + 1, pointer: step.pointer)))
    }
    return events
  }

  private func open(emptying: Bool) throws(RuntimeError) -> Descriptor {
    try attempt("write the trace") { () throws(KernelError) in
      try LinuxKernel.open(
        path, emptying ? [.writeOnly, .create, .truncate] : [.writeOnly, .create, .append],
        mode: 0o644)
    }
  }
}
