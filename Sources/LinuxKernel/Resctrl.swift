import CLinux
import Glibc

/// Where the host has the file system that shares out caches and memory bandwidth, resctrl; nil: it
/// is not mounted.
public func resctrlMountPoint() -> String? {
  let usual = "/sys/fs/resctrl"
  var result = statfs()
  if statfs(usual, &result) == 0, result.f_type == 0x765_5821 /* RDTGROUP_SUPER_MAGIC */ {
    return usual
  }
  guard let table = try? readFile("/proc/self/mountinfo") else { return nil }
  return resctrlMountPoint(inMountTable: String(decoding: table, as: UTF8.self))
}

/// The first resctrl of a table as /proc/PID/mountinfo is one.
func resctrlMountPoint(inMountTable table: String) -> String? {
  for line in table.split(separator: "\n") {
    let fields = line.split(separator: " ")
    // ID, parent, device, root, mount point, options, propagation…, "-", type.
    guard let dash = fields.firstIndex(of: "-"), dash > 4, dash + 1 < fields.count,
      fields[dash + 1] == "resctrl"
    else { continue }
    return String(fields[4])
  }
  return nil
}

/// Makes a group of resctrl: the kernel fills its folder.
public func makeResctrlGroup(_ path: String, root: String) throws(KernelError) {
  try explained(by: root) { () throws(KernelError) in
    try makeDirectories(path, mode: 0o755)
  }
}

/// Moves a process to a group; children that it has are not moved.
public func joinResctrlGroup(_ path: String, _ pid: Int32, root: String) throws(KernelError) {
  try explained(by: root) { () throws(KernelError) in
    try writeFile("\(path)/tasks", String(pid))
  }
}

/// Shares caches and bandwidth out to a group, by lines like "L3:0=7f0;1=1f".
public func writeSchemata(_ lines: [String], to path: String, root: String) throws(KernelError) {
  try explained(by: root) { () throws(KernelError) in
    try writeFile("\(path)/schemata", lines.map { $0 + "\n" }.joined())
  }
}

/// Refuses a group that has been given other shares than these.
public func requireSchemata(_ lines: [String], of path: String) throws(KernelError) {
  let bytes = try readFile("\(path)/schemata")
  let group = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(Schema.init)
  for line in lines {
    let wanted = Schema(line[...])
    let found = group.first { $0.resource == wanted.resource }
    guard let found, wanted.shares.allSatisfy(found.shares.contains) else {
      throw KernelError(
        call: "use a group with other shares than \(line),", subject: path, errno: .fileExists)
    }
  }
}

/// Removes a group, if it is there; its processes go to the one above.
public func removeResctrlGroup(_ path: String) throws(KernelError) {
  do throws(KernelError) {
    try remove(path, directory: true)
  } catch {
    if error.errno != .noSuchFileOrDirectory { throw error }
  }
}

/// Adds what resctrl says of the last thing that failed.
private func explained(by root: String, _ body: () throws(KernelError) -> Void)
  throws(KernelError)
{
  do throws(KernelError) {
    try body()
  } catch {
    guard let bytes = try? readFile("\(root)/info/last_cmd_status") else { throw error }
    let words = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }
    guard !words.isEmpty, words != "ok" else { throw error }
    throw KernelError(
      call: error.call, subject: "\(error.subject) (\(words))", errno: error.errno)
  }
}

/// A line of schemata, without what the kernel writes in another way than it reads it: blanks, and
/// zeros in front.
private struct Schema {
  let resource: Substring
  let shares: [String]

  init(_ line: Substring) {
    let parts = line.split(separator: ":", maxSplits: 1)
    resource = (parts.first ?? "").drop { $0 == " " }
    shares = (parts.count > 1 ? parts[1] : "").split(separator: ";").map { share in
      share.split(separator: "=").map(Self.number).joined(separator: "=")
    }
  }

  private static func number(_ text: Substring) -> String {
    let digits = text.filter { $0 != " " }.lowercased()
    let significant = digits.drop { $0 == "0" || $0 == "x" }
    return significant.isEmpty ? "0" : String(significant)
  }
}
