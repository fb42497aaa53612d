import CLinux
import Glibc
import SystemPackage

/// A program to run beside this process until it ends, with its input and output in files.
public struct Program: Sendable {
  /// The file to run.
  public var path: String
  /// All arguments, the program's own name first.
  public var arguments: [String]
  /// "NAME=value".
  public var environment: [String]
  /// Where it runs; nil: where this process is.
  public var directory: String?
  /// What it finds on standard input.
  public var input: [UInt8] = []
  /// After how many milliseconds it is killed; nil: never.
  public var timeout: Int32?

  /// A program with an empty environment.
  public init(path: String, arguments: [String], environment: [String] = []) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// Nil: its time was up.
    public let termination: Termination?
    /// The first part of what it wrote to standard output and error.
    public let output: String
  }

  /// Runs it to its end. The process must have a single thread.
  public func run() throws(KernelError) -> Outcome {
    let input = try makeMemoryFile("input", holding: self.input)
    let output = try makeMemoryFile("output")
    // The exec's errno, if it fails; the end of file, if it doesn't.
    let report = try PacketSocket.pair()
    switch try clone() {
    case .child: exec(input.number, output.number, report.inner.number)
    case .parent(let process):
      return try outcome(of: process, consume report, output.number)
    }
  }

  private func exec(_ input: Int32, _ output: Int32, _ report: Int32) -> Never {
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    var error: KernelError?
    if let directory, chdir(directory) < 0 {
      error = KernelError(call: "chdir", subject: directory, errno: .last)
    }
    if error == nil, apus_dup3(input, 0, 0) >= 0, apus_dup3(output, 1, 0) >= 0,
      apus_dup3(output, 2, 0) >= 0
    {
      apus_close_range(3, UInt32.max, 4 /* CLOSE_RANGE_CLOEXEC */)
      error = replaceProcess(path, arguments, environment)
    }
    var code = (error?.errno ?? .last).rawValue
    _ = Glibc.write(report, &code, MemoryLayout<Int32>.size)
    _exit(127)
  }

  private func outcome(
    of process: borrowing ProcessDescriptor, _ report: consuming PacketSocketPair, _ output: Int32
  ) throws(KernelError) -> Outcome {
    let socket = report.outerAlone()
    let answer = try socket.receive()
    if answer.bytes.count == 4 {
      _ = try process.reap()
      throw KernelError(
        call: "exec", subject: path, errno: Errno(rawValue: Int32(answer.bytes[0])))
    }
    let inTime = try process.waitUntilEnded(milliseconds: timeout)
    if !inTime { try process.send(.kill) }
    let termination = try process.reap()
    var bytes = [UInt8](repeating: 0, count: 2048)
    let count = pread(output, &bytes, bytes.count, 0)
    let text = String(decoding: bytes[..<max(0, count)], as: UTF8.self)
    return Outcome(termination: inTime ? termination : nil, output: text)
  }
}
