import Glibc
import LibFuzzer

// Hands the target that the variable FUZZ names to libFuzzer, with libFuzzer's own options.
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
let status = LLVMFuzzerRunDriver(&count, &arguments) { bytes, size in
  Target.chosen.test(Array(UnsafeBufferPointer(start: bytes, count: size)))
  return 0
}
exit(status)
