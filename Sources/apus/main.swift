import ApusRuntime
import CLinux
import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
do throws(RuntimeError) {
  exit(try run(arguments))
} catch {
  say("apus: \(error)", to: 2)
  exit(1)
}
