// Counts what a command and all processes that it leads to do, until the last of them ends. These
// are numbers that don't depend on how fast or busy the machine is.
//
//   count calls FILE PROGRAM…          writes system calls and page faults, on one line
//   count instructions FILE PROGRAM…   writes instructions that are not the kernel's
//   count addresses FILE PROGRAM…      writes where they are, each address once, the first to be
//                                      executed first: of a static program that lies below 64 MiB
//
// Instructions are counted by single steps, because virtual machines have no counters and valgrind
// knows neither clone3 nor execveat. A step takes a few microseconds. Of a repeated instruction
// (`rep movsb`) each turn is a step.
//
// The exit status is the program's, or 125 with a sentence on stderr.
//
//   cc -O2 -static -o count count.c

#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static long must(long result, const char *what) {
  if (result >= 0) return result;
  fprintf(stderr, "count: %s: %s\n", what, strerror(errno));
  exit(125);
}

// What a process alone has had so far. wait4 would add those that it has waited for.
static unsigned long page_faults_of(pid_t pid) {
  char path[32], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "re");
  size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[length] = 0;
  char *name_end = strrchr(text, ')');
  unsigned long faults;
  if (!name_end || sscanf(name_end + 1, " %*c %*d %*d %*d %*d %*d %*u %lu", &faults) != 1) {
    fprintf(stderr, "count: %s has no page faults\n", path);
    exit(125);
  }
  return faults;
}

// Writes down where a process is, if none has been there yet.
static void note_address(pid_t pid, FILE *file) {
  static bool seen[64 << 20];
  struct user_regs_struct registers;
  struct iovec place = {&registers, sizeof registers};
  must(ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &place), "ptrace PTRACE_GETREGSET");
#ifdef __x86_64__
  unsigned long address = registers.rip;
#else
  unsigned long address = registers.pc;
#endif
  if (address >= sizeof seen || seen[address]) return;
  seen[address] = true;
  fprintf(file, "%016lx\n", address);
}

int main(int count, char **arguments) {
  bool addresses = count > 3 && !strcmp(arguments[1], "addresses");
  bool steps = addresses || (count > 3 && !strcmp(arguments[1], "instructions"));
  if (count < 4 || (!steps && strcmp(arguments[1], "calls"))) {
    fputs("usage: count calls|instructions|addresses FILE PROGRAM…\n", stderr);
    return 125;
  }
  FILE *file = fopen(arguments[2], "we");
  must(file ? 0 : -1, arguments[2]);
  // One processor, because a step that has to wake another one takes several times as long.
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(must(sched_getcpu(), "getcpu"), &one);
  must(sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
  must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER");

  pid_t first = must(fork(), "fork");
  if (first == 0) {
    // Where things lie in memory decides how many pages they touch.
    must(personality(ADDR_NO_RANDOMIZE), "personality");
    must(ptrace(PTRACE_TRACEME, 0, 0, 0), "ptrace PTRACE_TRACEME");
    raise(SIGSTOP);
    execv(arguments[3], arguments + 3);
    must(-1, arguments[3]);
  }

  unsigned long calls = 0, instructions = 0, faults = 0, before = 0;
  const int request = steps ? PTRACE_SINGLESTEP : PTRACE_SYSCALL;
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                       PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT |
                       PTRACE_O_EXITKILL;
  int status, result = 125;
  bool begun = false, executed = false;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) > 0) {
    if (!WIFSTOPPED(status)) {
      if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int stop = WSTOPSIG(status), event = status >> 16, deliver = 0;
    if (!begun) {
      must(ptrace(PTRACE_SETOPTIONS, pid, 0, options), "ptrace PTRACE_SETOPTIONS");
      begun = true;
    } else if (event == PTRACE_EVENT_EXEC && !executed) {
      // What came before was ours.
      executed = true, calls = instructions = 0, before = page_faults_of(pid);
    } else if (event == PTRACE_EVENT_EXIT) {
      faults += page_faults_of(pid);
    } else if (event == 0 && stop == (SIGTRAP | 0x80)) {
      // Both ends of a call stop it.
      struct __ptrace_syscall_info info;
      must(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info), "ptrace of a system call");
      calls += info.op == PTRACE_SYSCALL_INFO_ENTRY;
    } else if (event == 0 && stop == SIGTRAP && steps) {
      instructions++;
      if (addresses && executed) note_address(pid, file);
    } else if (event == 0 && stop != SIGSTOP) {
      deliver = stop;
    }
    // It may have been killed meanwhile.
    if (ptrace(request, pid, 0, deliver) < 0 && errno != ESRCH) must(-1, "ptrace");
  }
  if (errno != ECHILD) must(-1, "waitpid");

  if (!steps) fprintf(file, "%lu %lu\n", calls, faults - before);
  else if (!addresses) fprintf(file, "%lu\n", instructions);
  must(fclose(file), arguments[2]);
  return result;
}
