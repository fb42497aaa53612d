import LibFuzzer

@testable import JSON
@testable import OCISpec

/// How libFuzzer changes an input: mostly a value of a JSON text becomes another one, so that the
/// text stays JSON and gets past the parser; else some bytes do.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ bytes: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
  var random = Random(state: UInt64(seed))
  let text = Array(UnsafeBufferPointer(start: bytes, count: size))
  guard Target.chosen != .files, random.below(4) > 0,
    let mutated = mutated(text, &random), mutated.count <= capacity
  else { return LLVMFuzzerMutate(bytes, size, capacity) }
  for (index, byte) in mutated.enumerated() { bytes[index] = byte }
  return mutated.count
}

private func mutated(_ text: [UInt8], _ random: inout Random) -> [UInt8]? {
  guard let nodes = try? parseJSON(text) else { return nil }
  let chosen = random.below(nodes.count)
  let range = span(of: nodes[chosen])
  let before = text[..<range.lowerBound].last { $0 > 0x20 }
  let comma = [UInt8(ascii: ",")]
  switch random.below(6) {
  case 0:
    // One value twice, in an array.
    guard before == UInt8(ascii: "[") || before == UInt8(ascii: ",") else { return nil }
    return Array(text[..<range.upperBound] + comma + text[range]) + text[range.upperBound...]
  case 1:
    // The value of another place.
    let other = span(of: nodes[random.below(nodes.count)])
    return Array(text[..<range.lowerBound] + text[other]) + text[range.upperBound...]
  case 2 where nodes[chosen].kind == .string:
    // Another beginning of a string.
    let word = pick(words, &random)
    let start = range.lowerBound + 1
    return Array(text[..<start]) + Array(word.utf8) + text[start...]
  case 2, 3:
    let word = "\"\(pick(words, &random))\""
    return Array(text[..<range.lowerBound]) + Array(word.utf8) + text[range.upperBound...]
  default:
    let value = pick(values, &random)
    return Array(text[..<range.lowerBound]) + Array(value.utf8) + text[range.upperBound...]
  }
}

/// A node with its quotes.
private func span(of node: JSONText.Node) -> Range<Int> {
  let quote = node.kind == .string ? 1 : 0
  return Int(node.start) - quote..<Int(node.end) + quote
}

private func pick(_ list: [String], _ random: inout Random) -> String {
  list[random.below(list.count)]
}

private let values = [
  "null", "true", "false", "0", "1", "-1", "2", "5", "6", "7", "64", "255", "256", "4096", "65536",
  "65537", "2147483647", "2147483648", "-2147483648", "4294967295", "4294967296",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
  "18446744073709551616", "0.5", "1e3", "-0", "1e308", "[]", "{}", "\"\"",
]

/// Words that mean something, and characters that mean something else than they seem to.
private let words =
  Vocabulary.capabilities + Vocabulary.mountOptions
  + [
    "/", "/proc", "/proc/", "/proc/self/fd/1", "/dev", "/sys/fs/cgroup", "..", "/../", ".", "a=",
    "=",
    "PATH=/bin", "HOME=", "bind", "idmap", "remount", "proc", "tmpfs", "cgroup", "cgroup2",
    "mqueue",
    "user", "time", "pid", "network", "net.ipv4.ip_forward", "kernel/shmmax", "SCMP_ACT_ALLOW",
    "SCMP_ACT_ERRNO", "SCMP_ACT_NOTIFY", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_CMP_GE",
    "SCMP_CMP_MASKED_EQ", "SECCOMP_FILTER_FLAG_LOG", "ipc", "socket", "getcwd", "RLIMIT_NOFILE",
    "SCHED_DEADLINE", "SCHED_FIFO", "MPOL_BIND", "0-65536", "3,1-2", "boottime", "monotonic", "a",
    "b",
    "c", "u", "p", "rwm", "unbindable", "rshared", "\\u0000", "\\n", "\\u0301", "e\\u0301",
    "\\u00e9",
    "\\u0600", "\\u200d", "\\ud83d\\ude00", "\\u2028", "\\r\\n", "~", "~1", "%", "\\\\", "\\\"",
  ]

private struct Random {
  var state: UInt64

  /// Uniform, as SplitMix64 has it.
  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ mixed >> 31) % UInt64(limit))
  }
}
