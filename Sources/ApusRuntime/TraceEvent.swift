import JSON
import LinuxKernel

/// A record of a trace, in the Trace Event Format that Perfetto and chrome://tracing open.
public struct TraceEvent: Codable, Sendable {
  /// What was done; of a record that names a process, always "process_name".
  public let name: String
  /// Whose it is.
  public let cat: Category
  /// "X": something that took time; "M": the name of a process.
  public let ph: String
  /// When it began, in microseconds of the clock that nobody sets.
  public let ts: Double
  /// How long it took, in microseconds.
  public let dur: Double
  /// Its process.
  public let pid: Int32
  /// Its thread; there is one only.
  public let tid: Int32
  /// More about it.
  public let args: Details?

  /// What kinds of records there are.
  public enum Category: String, Codable, Sendable {
    /// Of a command, outside the plan.
    case phase
    /// Of the plan.
    case step
    /// The name of a process.
    case process
  }

  /// More about a record.
  public struct Details: Codable, Sendable {
    /// Of a process.
    public var name: String?
    /// Of a step, its place in the plan, from 1 on.
    public var step: Int?
    /// Of a step, the place in config.json that asks for it.
    public var pointer: String?
  }

  init(
    _ name: String, _ category: Category, process: Int32, begin: Int64, end: Int64,
    details: Details? = nil
  ) {
    self.name = name
    cat = category
    ph = "X"
    ts = Double(begin) / 1000
    dur = Double(end - begin) / 1000
    pid = process
    tid = process
    args = details
  }

  init(naming process: Int32, _ name: String) {
    self.name = "process_name"
    cat = .process
    ph = "M"
    ts = 0
    dur = 0
    pid = process
    tid = process
    args = Details(name: name)
  }

  /// Reads a trace, whole or cut short: the format leaves out the end of the list.
  /// - Throws: if it can't be read, or is no such trace.
  public static func load(_ path: String) throws(RuntimeError) -> [TraceEvent] {
    var bytes = try attempt("read the trace") { () throws(KernelError) in try readFile(path) }
    let white = [UInt8(ascii: "\n"), UInt8(ascii: " "), UInt8(ascii: ",")]
    while let last = bytes.last, white.contains(last) { bytes.removeLast() }
    if bytes.last != UInt8(ascii: "]") { bytes.append(UInt8(ascii: "]")) }
    do throws(JSONError) {
      return try decodeJSON([TraceEvent].self, from: bytes)
    } catch {
      throw RuntimeError("read the trace \(path): \(error); give a file that --trace has written")
    }
  }
}
