import Glibc

exit(perform(CommandLine.unsafeArgv, count: CommandLine.argc))
