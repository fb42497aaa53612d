import ApusRuntime
import Glibc

claimProcess()
exit(perform(CommandLine.unsafeArgv, count: CommandLine.argc))
