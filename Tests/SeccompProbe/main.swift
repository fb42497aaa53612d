// Loads the filter of a profile and makes system calls under it.
//
//     SeccompProbe PROFILE [native:|x86:]NUMBER[,ARGUMENT...] ...
//
// One line a call: its result, or the name of its errno.
import ContainerPlan
import Glibc
import JSON
import LinuxKernel
import OCISpec
import RawSystemCall
import SystemPackage

func perform(_ words: Substring) -> Int {
  let parts = words.split(separator: ":", maxSplits: 1)
  var numbers = parts[parts.count - 1].split(separator: ",").map {
    $0.hasPrefix("0x")
      ? Int(bitPattern: UInt($0.dropFirst(2), radix: 16) ?? 0) : Int($0) ?? 0
  }
  while numbers.count < 7 { numbers.append(0) }
  let n = numbers
  return parts[0] == "x86"
    ? raw_x86(n[0], n[1], n[2], n[3], n[4], n[5])
    : raw_native(n[0], n[1], n[2], n[3], n[4], n[5], n[6])
}

/// Writes a line at once: the next call may be the last.
func say(_ line: Any) {
  let bytes = Array("\(line)\n".utf8)
  _ = write(1, bytes, bytes.count)
}

let arguments = CommandLine.arguments
do {
  let profile = try decodeJSON(Spec.Linux.Seccomp.self, from: Array(arguments[1].utf8))
  guard let program = try SeccompProgram.compile(profile) else {
    say("no filter")
    exit(2)
  }
  raw_catch_traps()
  try loadSeccompFilter(program.instructions, flags: program.flags)
} catch {
  say(error)
  exit(2)
}
for words in arguments.dropFirst(2) {
  let result = perform(words[...])
  say((-4095..<0).contains(result) ? Errno(rawValue: CInt(-result)).name : String(result))
}
