// The floor: the kernel calls of one container life and nothing else. No JSON, no state file, no
// command line to speak of, no safe path resolution: what no runtime on this kernel can go below.
//
//   floor run STATE ROOTFS ID PROGRAM…   `run` of runc's default spec; the FIFO is in STATE/ID
//   floor exec PID PROGRAM…              `exec` into a container that runs
//   floor rss PROGRAM…                   peak resident KiB of a program, on stderr
//
// The container is the one that runc makes of that spec (the same mounts, devices, capabilities,
// limits, cgroups); runc's spec has a cgroup namespace on v2 only.
//
// Every call is checked; the exit status is that of the program, or 125 with a sentence on stderr.
// Descriptors that live until the end of the process are not closed: exit does it.
//
//   cc -O2 -static -o floor floor.c

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/bpf_common.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

// By hand, because glibc's sys/mount.h and sched.h clash with the kernel's headers of those names.
int mount(const char *, const char *, const char *, unsigned long, const void *);
int umount2(const char *, int);
int setns(int, int);
int unshare(int);
#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif

enum { maximum_hierarchies = 32, path_size = 512 };
static const unsigned long quiet = MS_NOSUID | MS_NOEXEC | MS_NODEV;

// What a failing process has to take back; empty in children, which own nothing.
static struct {
  const char *state;
  char fifo[path_size];
  char cgroups[maximum_hierarchies][path_size];
  int cgroup_count, pidfd;
} made = {.pidfd = -1};

static bool cgroup_v2;

static void undo(void) {
  if (made.pidfd >= 0) {
    siginfo_t info;
    syscall(SYS_pidfd_send_signal, made.pidfd, SIGKILL, NULL, 0);
    waitid(P_PIDFD, made.pidfd, &info, WEXITED);
  }
  for (int i = 0; i < made.cgroup_count; i++) rmdir(made.cgroups[i]);
  if (made.fifo[0]) unlink(made.fifo);
  if (made.state) rmdir(made.state);
}

static void fail(const char *format, ...) {
  int cause = errno;
  va_list arguments;
  va_start(arguments, format);
  fputs("floor: ", stderr);
  vfprintf(stderr, format, arguments);
  fprintf(stderr, ": %s\n", strerror(cause));
  undo();
  _exit(125);
}

static long must(long result, const char *what, const char *subject) {
  if (result < 0) fail("%s %s", what, subject);
  return result;
}

static void put(int fd, const char *text, const char *subject) {
  if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail("write %s to %s", text, subject);
}

static void put_file(const char *path, const char *text) {
  put(must(open(path, O_WRONLY | O_CLOEXEC), "open", path), text, path);
}

static void get_file(const char *path, char *buffer, size_t size) {
  int fd = must(open(path, O_RDONLY | O_CLOEXEC), "open", path);
  ssize_t length = must(read(fd, buffer, size - 1), "read", path);
  buffer[length] = 0;
}

__attribute__((format(printf, 2, 3))) static void format_path(char *path, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(path, path_size, format, arguments);
  va_end(arguments);
  if (length < 0 || length >= path_size) {
    errno = ENAMETOOLONG;
    fail("%s", path);
  }
}

// ---- cgroups

struct hierarchy {
  char name[64];         // the directory under /sys/fs/cgroup: "memory", "cpu,cpuacct", "systemd"
  char path[path_size];  // where the process is in it, under /sys/fs/cgroup
};

/// Reads a /proc/PID/cgroup. On v1 every hierarchy with a directory counts, the hybrid layout's
/// `unified` among them; on v2 only the one there is.
static int read_cgroups(const char *file, struct hierarchy *all) {
  static char text[16384];
  get_file(file, text, sizeof text);
  int count = 0;
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n")) && *line;) {
    strsep(&line, ":");
    char *name = strsep(&line, ":");
    if (!strncmp(name, "name=", 5)) name += 5;
    if (count == maximum_hierarchies || (cgroup_v2 && *name)) continue;
    const char *at = strcmp(line, "/") ? line : "";
    struct hierarchy *one = &all[count++];
    if (cgroup_v2) {
      format_path(one->path, "/sys/fs/cgroup%s", at);
      continue;
    }
    snprintf(one->name, sizeof one->name, "%s", *name ? name : "unified");
    format_path(one->path, "/sys/fs/cgroup/%s%s", one->name, at);
  }
  return count;
}

static void find_cgroup_version(void) {
  struct statfs about;
  must(statfs("/sys/fs/cgroup", &about), "statfs", "/sys/fs/cgroup");
  cgroup_v2 = about.f_type == CGROUP2_SUPER_MAGIC;
}

static void make_cgroups(const char *id, struct hierarchy *all, int *count) {
  int kept = 0;
  for (int i = 0; i < *count; i++) {
    char *path = made.cgroups[made.cgroup_count];
    format_path(path, "%s/%s", all[i].path, id);
    if (mkdir(path, 0755) < 0) {
      // A hybrid host may have no `unified` directory: the layout crun is measured in.
      if (errno == ENOENT && !strcmp(all[i].name, "unified")) continue;
      fail("mkdir %s", path);
    }
    made.cgroup_count++;
    if (!strcmp(all[i].name, "cpuset")) {
      // v1 refuses a process until the new cpuset has processors and memory nodes.
      static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
      for (int f = 0; f < 2; f++) {
        char from[path_size], to[path_size], value[4096];
        format_path(from, "%s/%s", all[i].path, files[f]);
        format_path(to, "%s/%s", path, files[f]);
        get_file(from, value, sizeof value);
        put_file(to, value);
      }
    }
    all[kept] = all[i];
    format_path(all[kept++].path, "%s", path);
  }
  *count = kept;
}

static const struct { char type; int major, minor; } allowed[] = {
    {'c', 1, 3}, {'c', 1, 5}, {'c', 1, 7}, {'c', 1, 8},   {'c', 1, 9},
    {'c', 5, 0}, {'c', 5, 2}, {'c', 136, -1},
};
enum { allowed_count = sizeof allowed / sizeof allowed[0] };

/// The default spec's "deny all" and the devices that every container gets.
static void write_device_rules(const char *cgroup) {
  char path[path_size], rule[64];
  format_path(path, "%s/devices.deny", cgroup);
  put_file(path, "a");
  format_path(path, "%s/devices.allow", cgroup);
  int fd = must(open(path, O_WRONLY | O_CLOEXEC), "open", path);
  put(fd, "c *:* m", path);
  put(fd, "b *:* m", path);
  for (int i = 0; i < allowed_count; i++) {
    int length = snprintf(rule, sizeof rule, "%c %d:", allowed[i].type, allowed[i].major);
    if (allowed[i].minor < 0) strcpy(rule + length, "* rwm");
    else snprintf(rule + length, sizeof rule - length, "%d rwm", allowed[i].minor);
    put(fd, rule, path);
  }
}

/// The same on v2: a program that returns 1 for what is allowed.
static void attach_device_program(int cgroup) {
  enum { before = 8, each = 3, after = 4, deny = before + each * allowed_count, allow = deny + 2 };
  struct bpf_insn code[before + each * allowed_count + after];
  int n = 0;
#define emit(op, to, from, jump, value)                                               \
  do {                                                                                \
    code[n] = (struct bpf_insn){(op), (to), (from), (jump), (value)};                 \
    n++;                                                                              \
  } while (0)
#define to(label) ((label) - n - 1)
  // r2 = type, r3 = access, r4 = major, r5 = minor
  emit(BPF_LDX | BPF_MEM | BPF_W, 3, 1, 0, 0);
  emit(BPF_ALU64 | BPF_MOV | BPF_X, 2, 3, 0, 0);
  emit(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
  emit(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16);
  emit(BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0);
  emit(BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0);
  emit(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, to(allow), BPF_DEVCG_ACC_MKNOD);
  emit(BPF_JMP | BPF_JNE | BPF_K, 2, 0, to(deny), BPF_DEVCG_DEV_CHAR);
  for (int i = 0; i < allowed_count; i++) {
    emit(BPF_JMP | BPF_JNE | BPF_K, 4, 0, 2, allowed[i].major);
    if (allowed[i].minor < 0)
      emit(BPF_JMP | BPF_JA, 0, 0, 0, 0);
    else
      emit(BPF_JMP | BPF_JNE | BPF_K, 5, 0, 1, allowed[i].minor);
    emit(BPF_JMP | BPF_JA, 0, 0, to(allow), 0);
  }
  emit(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
  emit(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  emit(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1);
  emit(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
#undef to
#undef emit
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE, .insn_cnt = n,
                         .insns = (uintptr_t)code, .license = (uintptr_t) "Apache-2.0"};
  int program = must(syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load), "load", "device program");
  union bpf_attr attach = {.target_fd = cgroup, .attach_bpf_fd = program,
                           .attach_type = BPF_CGROUP_DEVICE, .attach_flags = BPF_F_ALLOW_MULTI};
  must(syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach), "attach", "device program");
}

/// For a child that is born in the v2 cgroup, if there is one, and moves itself to those of v1.
static void open_cgroups(const struct hierarchy *all, int count, int *tasks,
                         struct clone_args *arguments) {
  for (int i = 0; i < count; i++) {
    char path[path_size];
    tasks[i] = -1;
    if (cgroup_v2 || !strcmp(all[i].name, "unified")) {
      int cgroup = open(all[i].path, O_DIRECTORY | O_CLOEXEC);
      // crun makes none there.
      if (cgroup < 0 && (cgroup_v2 || errno != ENOENT)) fail("open %s", all[i].path);
      if (cgroup < 0) continue;
      arguments->flags |= CLONE_INTO_CGROUP;
      arguments->cgroup = cgroup;
    } else {
      format_path(path, "%s/tasks", all[i].path);
      tasks[i] = must(open(path, O_WRONLY | O_CLOEXEC), "open", path);
    }
  }
}

/// A thread that moves itself need not wait for an RCU grace period, as the first move of a whole
/// process has to.
static void join_cgroups(const struct hierarchy *all, int count, const int *tasks) {
  for (int i = 0; i < count; i++)
    if (tasks[i] >= 0) put(tasks[i], "0", all[i].path);
}

static void remove_cgroups(void) {
  while (made.cgroup_count > 0) {
    const char *path = made.cgroups[made.cgroup_count - 1];
    // The kernel may take a moment to take a reaped process out of its cgroup.
    for (int tries = 0; rmdir(path) < 0; tries++) {
      if (errno != EBUSY || tries == 1000) fail("rmdir %s", path);
      usleep(100);
    }
    made.cgroup_count--;
  }
}

// ---- inside the container

static void attach(const char *source, const char *target, const char *type, unsigned long flags,
                   const char *data) {
  must(mount(source, target, type, flags, data), "mount", target);
}

/// The part of a `cgroup` mount that v1 has: a tmpfs, and the container's own directory of each
/// hierarchy bound in it; then all of it read-only in one call.
static void mount_cgroup_v1(const struct hierarchy *all, int count) {
  attach("cgroup", "sys/fs/cgroup", "tmpfs", quiet, "mode=755");
  for (int i = 0; i < count; i++) {
    if (!strcmp(all[i].name, "unified")) continue;
    char target[path_size], names[sizeof all[i].name];
    format_path(target, "sys/fs/cgroup/%s", all[i].name);
    must(mkdir(target, 0755), "mkdir", target);
    attach(all[i].path, target, NULL, MS_BIND, NULL);
    if (!strchr(all[i].name, ',')) continue;
    char *rest = strcpy(names, all[i].name);
    for (char *one; (one = strsep(&rest, ","));) {
      format_path(target, "sys/fs/cgroup/%s", one);
      must(symlink(all[i].name, target), "symlink", target);
    }
  }
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                                        MOUNT_ATTR_NOEXEC};
  must(syscall(SYS_mount_setattr, AT_FDCWD, "sys/fs/cgroup", AT_RECURSIVE, &attr, sizeof attr),
       "mount_setattr", "sys/fs/cgroup");
}

static void make_devices(void) {
  static const struct { const char *path; int major, minor; } devices[] = {
      {"dev/null", 1, 3},   {"dev/zero", 1, 5},    {"dev/full", 1, 7},
      {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0},
  };
  static const char *const links[][2] = {
      {"pts/ptmx", "dev/ptmx"},           {"/proc/self/fd", "dev/fd"},
      {"/proc/self/fd/0", "dev/stdin"},   {"/proc/self/fd/1", "dev/stdout"},
      {"/proc/self/fd/2", "dev/stderr"},
  };
  mode_t old = umask(0);
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
    must(mknod(devices[i].path, S_IFCHR | 0666, makedev(devices[i].major, devices[i].minor)),
         "mknod", devices[i].path);
  umask(old);
  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    must(symlink(links[i][0], links[i][1]), "symlink", links[i][1]);
}

static void hide_paths(void) {
  static const char *const masked[] = {
      "/proc/acpi",       "/proc/asound",      "/proc/kcore",       "/proc/keys",
      "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
      "/sys/firmware",    "/proc/scsi",
  };
  static const char *const readonly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                         "/proc/sysrq-trigger"};
  for (size_t i = 0; i < sizeof readonly / sizeof readonly[0]; i++) {
    if (mount(readonly[i], readonly[i], NULL, MS_BIND | MS_REC, NULL) < 0) {
      if (errno != ENOENT) fail("bind %s", readonly[i]);
      continue;
    }
    attach(NULL, readonly[i], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | quiet, NULL);
  }
  for (size_t i = 0; i < sizeof masked / sizeof masked[0]; i++) {
    if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) == 0 || errno == ENOENT) continue;
    if (errno != ENOTDIR) fail("mask %s", masked[i]);
    attach("tmpfs", masked[i], "tmpfs", MS_RDONLY, NULL);
  }
}

static void bring_loopback_up(void) {
  int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket for", "lo");
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  must(ioctl(fd, SIOCSIFFLAGS, &request), "bring up", "lo");
}

/// What the spec's `process` asks for; the same in `run` and `exec`.
static void become_user(void) {
  must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "_ses.floor"), "join", "session keyring");
  must(setgroups(0, NULL), "setgroups", "to none");
  struct rlimit files = {1024, 1024};
  must(setrlimit(RLIMIT_NOFILE, &files), "setrlimit", "RLIMIT_NOFILE");
  uint64_t kept = 1ull << CAP_AUDIT_WRITE | 1ull << CAP_KILL | 1ull << CAP_NET_BIND_SERVICE;
  for (int cap = 0; cap < 64; cap++) {
    if (kept >> cap & 1) continue;
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
      if (errno != EINVAL || cap <= CAP_AUDIT_READ) fail("drop capability %d", cap);
      break;
    }
  }
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = kept, .permitted = kept}};
  must(syscall(SYS_capset, &header, data), "capset", "of the program");
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set", "no_new_privs");
}

static void become_container(const char *rootfs, int fifo, const struct hierarchy *all, int count,
                             char **program) {
  must(setsid(), "setsid", "");
  bring_loopback_up();
  attach(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL);
  attach(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL);
  must(chdir(rootfs), "chdir", rootfs);
  attach("proc", "proc", "proc", 0, NULL);
  attach("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
  must(mkdir("dev/pts", 0755), "mkdir", "dev/pts");
  attach("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
         "newinstance,ptmxmode=0666,mode=0620,gid=5");
  must(mkdir("dev/shm", 0755), "mkdir", "dev/shm");
  attach("shm", "dev/shm", "tmpfs", quiet, "mode=1777,size=65536k");
  must(mkdir("dev/mqueue", 0755), "mkdir", "dev/mqueue");
  attach("mqueue", "dev/mqueue", "mqueue", quiet, NULL);
  attach("sysfs", "sys", "sysfs", quiet | MS_RDONLY, NULL);
  // Not a flag of clone3: there it would take the parent's cgroup as its root, not the child's.
  if (cgroup_v2) {
    must(unshare(CLONE_NEWCGROUP), "unshare", "cgroup namespace");
    attach("cgroup", "sys/fs/cgroup", "cgroup2", quiet | MS_RDONLY, NULL);
  } else {
    mount_cgroup_v1(all, count);
  }
  make_devices();
  must(syscall(SYS_pivot_root, ".", "."), "pivot_root", rootfs);
  must(umount2(".", MNT_DETACH), "umount", "the old root");
  must(chdir("/"), "chdir", "/");
  attach(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
  must(sethostname("runc", 4), "sethostname", "runc");
  hide_paths();
  become_user();
  char path[path_size];
  format_path(path, "/proc/self/fd/%d", fifo);
  int gate = must(open(path, O_WRONLY | O_CLOEXEC), "open", "the gate");
  put(gate, "0", "the gate");
  must(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), "close_range", "");
  execve(program[0], program, (char *[]){"PATH=/bin", "TERM=xterm", NULL});
  fail("exec %s", program[0]);
}

// ---- the host's side

static int wait_for(int pidfd) {
  siginfo_t info;
  must(waitid(P_PIDFD, pidfd, &info, WEXITED), "wait for", "the program");
  made.pidfd = -1;
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static int run(const char *root, const char *rootfs, const char *id, char **program) {
  static struct hierarchy all[maximum_hierarchies];
  find_cgroup_version();

  static char state[path_size];
  format_path(state, "%s/%s", root, id);
  must(mkdir(state, 0700), "mkdir", state);
  made.state = state;
  char path[path_size];
  format_path(path, "%s/exec.fifo", state);
  must(mkfifo(path, 0622), "mkfifo", path);
  strcpy(made.fifo, path);
  int fifo = must(open(path, O_PATH | O_CLOEXEC), "open", path);

  int count = read_cgroups("/proc/self/cgroup", all);
  make_cgroups(id, all, &count);

  int pidfd = -1;
  struct clone_args arguments = {
      .flags = CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
               CLONE_NEWNS,
      .pidfd = (uintptr_t)&pidfd,
      .exit_signal = SIGCHLD,
  };
  int tasks[maximum_hierarchies];
  open_cgroups(all, count, tasks, &arguments);
  if (cgroup_v2) attach_device_program(arguments.cgroup);
  for (int i = 0; i < count && !cgroup_v2; i++)
    if (strstr(all[i].name, "devices")) write_device_rules(all[i].path);
  pid_t pid = must(syscall(SYS_clone3, &arguments, sizeof arguments), "clone", "the container");
  if (pid == 0) {
    memset(&made, 0, sizeof made);
    made.pidfd = -1;
    join_cgroups(all, count, tasks);
    become_container(rootfs, fifo, all, count, program);
  }
  made.pidfd = pidfd;

  // Not blocking, so that a child that died can't hang the reader.
  int gate = must(open(made.fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC), "open", made.fifo);
  struct pollfd ends[] = {{.fd = gate, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
  must(poll(ends, 2, 30000), "poll", made.fifo);
  char byte = 0;
  if (!(ends[0].revents & POLLIN) || read(gate, &byte, 1) != 1 || byte != '0') {
    errno = EPIPE;
    fail("wait at the gate");
  }
  must(unlink(made.fifo), "unlink", made.fifo);
  made.fifo[0] = 0;

  int status = wait_for(pidfd);
  remove_cgroups();
  must(rmdir(state), "rmdir", state);
  made.state = NULL;
  return status;
}

static int exec(pid_t target, char **program) {
  static struct hierarchy all[maximum_hierarchies];
  find_cgroup_version();
  char path[path_size];
  format_path(path, "/proc/%d/cgroup", target);
  int count = read_cgroups(path, all);
  int pidfd = -1;
  struct clone_args arguments = {
      .flags = CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd, .exit_signal = SIGCHLD};
  int tasks[maximum_hierarchies];
  open_cgroups(all, count, tasks, &arguments);

  int container = must(syscall(SYS_pidfd_open, target, 0), "open", "the container's init");
  int kinds = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS;
  must(setns(container, kinds), "join", "the container's namespaces");
  pid_t pid = must(syscall(SYS_clone3, &arguments, sizeof arguments), "clone", "the program");
  if (pid == 0) {
    join_cgroups(all, count, tasks);
    if (cgroup_v2) must(setns(container, CLONE_NEWCGROUP), "join", "the cgroup namespace");
    must(setsid(), "setsid", "");
    become_user();
    must(chdir("/"), "chdir", "/");
    must(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), "close_range", "");
    execve(program[0], program, (char *[]){"PATH=/bin", "TERM=xterm", NULL});
    fail("exec %s", program[0]);
  }
  made.pidfd = pidfd;
  return wait_for(pidfd);
}

/// Peak resident set of a program and of what it waited for, as wait4 reports it. This small static
/// program is the wrapper because a child's figure starts with the pages of who forked it.
static int rss(char **program) {
  pid_t pid = must(fork(), "fork", "");
  if (pid == 0) {
    execvp(program[0], program);
    fail("exec %s", program[0]);
  }
  int status;
  struct rusage usage;
  must(wait4(pid, &status, 0, &usage), "wait for", program[0]);
  fprintf(stderr, "%ld\n", usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv) {
  if (argc > 5 && !strcmp(argv[1], "run")) return run(argv[2], argv[3], argv[4], argv + 5);
  if (argc > 3 && !strcmp(argv[1], "exec")) return exec(atoi(argv[2]), argv + 3);
  if (argc > 2 && !strcmp(argv[1], "rss")) return rss(argv + 2);
  fputs("usage: floor run STATE ROOTFS ID PROGRAM… | exec PID PROGRAM… | rss PROGRAM…\n", stderr);
  return 125;
}
