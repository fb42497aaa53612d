import OCISpec

@testable import ContainerPlan

typealias Profile = Spec.Linux.Seccomp
typealias Argument = Spec.Linux.Seccomp.Argument

func rule(
  _ names: String..., action: String = "SCMP_ACT_ERRNO", errno: UInt? = nil, args: [Argument]? = nil
) -> Profile.Rule {
  Profile.Rule(names: names, action: action, errnoRet: errno, args: args)
}

func argument(_ index: UInt, _ op: String, _ value: UInt64, _ valueTwo: UInt64? = nil) -> Argument {
  Argument(index: index, value: value, valueTwo: valueTwo, op: "SCMP_CMP_" + op)
}

/// A profile such as engines write: most calls allowed, some by argument, the rest denied.
func usualProfile(architectures: [String], errno: UInt?) -> Profile {
  let allowed = """
    accept accept4 access alarm bind brk capget capset chdir chmod chown clock_gettime clock_nanosleep
    close close_range connect copy_file_range dup dup2 dup3 epoll_create1 epoll_ctl epoll_pwait
    epoll_pwait2 epoll_wait eventfd2 execve execveat exit exit_group faccessat faccessat2 fchmod
    fchmodat fchown fchownat fcntl fcntl64 fdatasync flock fork fstat fstat64 fstatfs fsync ftruncate
    futex futex_time64 futex_waitv getcwd getdents64 getegid geteuid getgid getpid getppid getrandom
    getrlimit getsockname getsockopt gettid gettimeofday getuid ioctl io_uring_not_yet kill lchown link
    linkat listen lseek lstat madvise memfd_create mincore mkdir mkdirat mknod mknodat mlock mmap mmap2
    mprotect mq_open mremap msgctl msgget msgrcv msgsnd munmap nanosleep newfstatat open openat openat2
    pause pipe pipe2 poll ppoll prctl pread64 prlimit64 pselect6 pwrite64 read readlink readlinkat
    readv recv recvfrom recvmmsg recvmsg rename renameat2 restart_syscall rmdir rseq rt_sigaction
    rt_sigprocmask rt_sigreturn sched_yield select semctl semget semop semtimedop send sendfile
    sendmmsg sendmsg sendto set_robust_list set_tid_address set_tls setgid setgroups setpgid
    setresgid setresuid setsid setsockopt setuid shmat shmctl shmdt shmget shutdown sigaltstack
    signalfd4 sigreturn socketpair splice stat statfs statx symlink symlinkat sync sysinfo tgkill time
    timer_create timerfd_create times truncate ugetrlimit umask uname unlink unlinkat utimensat
    vfork wait4 waitid waitpid write writev
    """.split { $0 == " " || $0 == "\n" }.map(String.init)
  let allow = "SCMP_ACT_ALLOW"
  return Profile(
    defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: errno, architectures: architectures,
    syscalls: [
      Profile.Rule(names: allowed, action: allow),
      rule("socket", action: allow, args: [argument(0, "LT", 38)]),
      rule("socket", action: allow, args: [argument(0, "EQ", 39)]),
      rule("socket", action: allow, args: [argument(0, "GT", 40)]),
      rule("personality", action: allow, args: [argument(0, "EQ", 0)]),
      rule("personality", action: allow, args: [argument(0, "EQ", 0xffff_ffff)]),
      rule("clone", action: allow, args: [argument(0, "MASKED_EQ", 0x7e02_0000, 0)]),
      rule("clone3", errno: 38),
      rule("ptrace", action: "SCMP_ACT_KILL_PROCESS"),
      rule("getpgid", action: "SCMP_ACT_LOG"),
      rule("ioperm", "iopl", action: "SCMP_ACT_TRAP"),
      rule("mount", action: "SCMP_ACT_TRACE", errno: 77),
    ])
}

/// Profiles at random, the same ones every time.
struct RandomProfiles {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }

  mutating func pick<T>(_ choices: [T]) -> T { choices[next(below: choices.count)] }

  static let names = [
    "read", "write", "open", "socket", "bind", "shmat", "msgctl", "clone", "clone3", "personality",
    "openat2", "futex_time64", "accept4", "landlock_add_rule", "ptrace", "mmap", "exit",
  ]
  static let operators = ["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"]
  static let values: [UInt64] = [
    0, 1, 5, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0005, 0x7fff_ffff_ffff_ffff, .max,
    0xffff_0000_0000_0000,
  ]

  mutating func argument(_ index: UInt) -> Argument {
    SeccompTests.argument(
      index, pick(Self.operators), pick(Self.values), pick(Self.values + [0, 0]))
  }

  /// A profile of which libseccomp 2.5.4 makes a right filter: with one rule a call, and only calls
  /// that each ABI has (else the filter may lack the load of the call's number).
  mutating func profile(_ runnable: [SeccompABI]) -> Profile {
    var left = Self.names.filter { name in
      runnable.allSatisfy { $0.call(named: name)?.direct != nil }
    }
    left.append("no_such_call")
    var rules: [Profile.Rule] = []
    for _ in 0...next(below: left.count - 1) {
      let name = left.remove(at: next(below: left.count))
      let indexes: [UInt] = pick([[], [], [0], [1], [5], [0, 2], [1, 3, 4], [5, 0]])
      let action = pick(["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_LOG"])
      rules.append(rule(name, action: action, args: indexes.map { argument($0) }))
    }
    let action = pick([
      "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP",
    ])
    // 38 is ENOSYS: it turns the answer to newer calls off, which libseccomp does not have.
    return Profile(
      defaultAction: action, defaultErrnoRet: 38,
      architectures: runnable.map { $0.name }.filter { _ in next(below: 3) > 0 }, syscalls: rules)
  }
}
