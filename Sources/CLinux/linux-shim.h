// What Swift can't import of Linux: variadic calls, macros, and calls newer than the C library.
// One thin function a call, no logic.
#pragma once
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// linux/sched.h and the C library's sched.h can't both be included everywhere.
struct apus_clone_args {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  uint64_t set_tid, set_tid_size, cgroup;
};

// struct sched_attr of linux/sched/types.h, whose sched_param clashes with the C library's.
struct apus_sched_attr {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

// struct mount_attr of linux/mount.h, which clashes with sys/mount.h of some C libraries.
struct apus_mount_attr {
  uint64_t attr_set, attr_clr, propagation, userns_fd;
};

// By the one function of the C library that is known by its address.
static inline int apus_open_by_syscall(int dirfd, const char *path, int flags) {
  return (int)syscall(SYS_openat, dirfd, path, flags, 0);
}
static inline int apus_madvise(uintptr_t start, size_t length, int advice) {
  return (int)syscall(SYS_madvise, start, length, advice);
}
static inline uintptr_t apus_syscall_address(void) { return (uintptr_t)syscall; }
__attribute__((always_inline)) static inline uintptr_t apus_return_address(void) {
  return (uintptr_t)__builtin_return_address(0);
}

static inline long apus_clone3(struct apus_clone_args *args, size_t size) {
  return syscall(SYS_clone3, args, size);
}
static inline int apus_openat(int dirfd, const char *path, int flags, mode_t mode) {
  return openat(dirfd, path, flags, mode);
}
static inline int apus_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}
static inline int apus_fsopen(const char *type, unsigned flags) {
  return (int)syscall(SYS_fsopen, type, flags);
}
static inline int apus_fsconfig(int fd, unsigned command, const char *key, const void *value, int aux) {
  return (int)syscall(SYS_fsconfig, fd, command, key, value, aux);
}
static inline int apus_fspick(int directory, const char *path, unsigned int flags) {
  return (int)syscall(SYS_fspick, directory, path, flags);
}
static inline int apus_fsmount(int fd, unsigned flags, unsigned attributes) {
  return (int)syscall(SYS_fsmount, fd, flags, attributes);
}
static inline int apus_open_tree(int dirfd, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dirfd, path, flags);
}
static inline int apus_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
  return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}
static inline int apus_mount_setattr(int dirfd, const char *path, unsigned flags, struct apus_mount_attr *attr) {
  return (int)syscall(SYS_mount_setattr, dirfd, path, flags, attr, sizeof *attr);
}
static inline int apus_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
  return (int)syscall(SYS_mount, source, target, type, flags, data);
}
static inline int apus_umount2(const char *target, int flags) {
  return (int)syscall(SYS_umount2, target, flags);
}
// 1 where the descriptor is of a mount's root. STATX_ATTR_MOUNT_ROOT is newer than some headers.
static inline int apus_is_mount_root(int fd) {
  struct { uint32_t mask, blksize; uint64_t attributes; uint64_t rest[30]; } result;
  if (syscall(SYS_statx, fd, "", 0x1000 /* AT_EMPTY_PATH */, 0, &result) < 0) return -1;
  return (result.attributes & 0x2000) != 0;
}
// STATX_MNT_ID is newer than some headers, too.
static inline int apus_mount_id(int fd, uint64_t *id) {
  struct { uint32_t mask, blksize; uint64_t attributes; uint64_t rest[16]; uint64_t mount_id; uint64_t spare[13]; } result;
  if (syscall(SYS_statx, fd, "", 0x1000 /* AT_EMPTY_PATH */, 0x1000 /* STATX_MNT_ID */, &result) < 0) return -1;
  *id = result.mount_id;
  return 0;
}
static inline int apus_memfd_create(const char *name, unsigned flags) {
  return (int)syscall(SYS_memfd_create, name, flags);
}
static inline int apus_dup3(int from, int to, int flags) { return (int)syscall(SYS_dup3, from, to, flags); }
static inline int apus_pivot_root(const char *new_root, const char *put_old) {
  return (int)syscall(SYS_pivot_root, new_root, put_old);
}
static inline int apus_setns(int fd, int kinds) { return (int)syscall(SYS_setns, fd, kinds); }
static inline int apus_unshare(int flags) { return (int)syscall(SYS_unshare, flags); }
static inline int apus_pidfd_open(pid_t pid, unsigned flags) {
  return (int)syscall(SYS_pidfd_open, pid, flags);
}
static inline int apus_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}
static inline int apus_pidfd_getfd(int pidfd, int fd) {
  return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}
// PIDFD_GET_INFO with PIDFD_INFO_EXIT, newer than the headers: 1 and the wait status of a process that
// has ended.
static inline int apus_pidfd_exit_code(int pidfd, int32_t *status) {
  struct { uint64_t mask, cgroup; uint32_t ids[11]; int32_t exit_code; } info = {.mask = 1 << 3};
  if (ioctl(pidfd, 0xC040FF0BUL, &info) < 0) return -1;
  *status = info.exit_code;
  return (info.mask & 1 << 3) != 0;
}
static inline int apus_waitid_pidfd(int pidfd, siginfo_t *info, int options) {
  return waitid((idtype_t)3 /* P_PIDFD */, (id_t)pidfd, info, options);
}
static inline int apus_siginfo_pid(const siginfo_t *info) { return info->si_pid; }
static inline int apus_siginfo_status(const siginfo_t *info) { return info->si_status; }
static inline int apus_close_range(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}
static inline int apus_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags) {
  return (int)syscall(SYS_execveat, dirfd, path, argv, envp, flags);
}
static inline int apus_seccomp(unsigned operation, unsigned flags, void *arguments) {
  return (int)syscall(SYS_seccomp, operation, flags, arguments);
}
static inline int apus_seccomp_load(unsigned flags, const void *instructions, unsigned short count) {
  struct { unsigned short count; const void *instructions; } program = {count, instructions};
  return (int)syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, flags, &program);
}
// The beginning of union bpf_attr: the rest of what the kernel knows counts as 0.
static inline int apus_bpf_load_device_program(const void *instructions, uint32_t count, void *log, uint32_t log_size) {
  struct {
    uint32_t type, count;
    uint64_t instructions, license;
    uint32_t log_level, log_size;
    uint64_t log;
    uint32_t kernel_version, flags;
    char name[16];
  } attr = {
    .type = 15 /* BPF_PROG_TYPE_CGROUP_DEVICE */, .count = count,
    .instructions = (uintptr_t)instructions, .license = (uintptr_t)"Apache-2.0",
    .log_level = log != NULL, .log_size = log_size, .log = (uintptr_t)log, .name = "apus_devices",
  };
  return (int)syscall(SYS_bpf, 5 /* BPF_PROG_LOAD */, &attr, sizeof attr);
}
static inline int apus_bpf_attach_device_program(int cgroup, int program) {
  struct { int32_t target, program; uint32_t type, flags; } attr = {
    cgroup, program, 6 /* BPF_CGROUP_DEVICE */, 2 /* BPF_F_ALLOW_MULTI */,
  };
  return (int)syscall(SYS_bpf, 8 /* BPF_PROG_ATTACH */, &attr, sizeof attr);
}
static inline int apus_bpf_replace_device_program(int cgroup, int program, int old) {
  struct { int32_t target, program; uint32_t type, flags; int32_t replaced; } attr = {
    cgroup, program, 6 /* BPF_CGROUP_DEVICE */, 2 | 4 /* BPF_F_ALLOW_MULTI, BPF_F_REPLACE */, old,
  };
  return (int)syscall(SYS_bpf, 8 /* BPF_PROG_ATTACH */, &attr, sizeof attr);
}
static inline int apus_bpf_detach_device_program(int cgroup, int program) {
  struct { int32_t target, program; uint32_t type; } attr = {cgroup, program, 6 /* BPF_CGROUP_DEVICE */};
  return (int)syscall(SYS_bpf, 9 /* BPF_PROG_DETACH */, &attr, sizeof attr);
}
static inline int apus_bpf_query_device_programs(int cgroup, uint32_t *ids, uint32_t *count) {
  struct { int32_t target; uint32_t type, query_flags, attach_flags; uint64_t ids; uint32_t count; } attr = {
    .target = cgroup, .type = 6 /* BPF_CGROUP_DEVICE */, .ids = (uintptr_t)ids, .count = *count,
  };
  int result = (int)syscall(SYS_bpf, 16 /* BPF_PROG_QUERY */, &attr, sizeof attr);
  *count = result < 0 ? 0 : attr.count;
  return result;
}
static inline int apus_bpf_open_program(uint32_t id) {
  struct { uint32_t id, next, flags; } attr = {id, 0, 0};
  return (int)syscall(SYS_bpf, 13 /* BPF_PROG_GET_FD_BY_ID */, &attr, sizeof attr);
}
// The beginning of struct bpf_prog_info, as far as the name.
static inline int apus_bpf_is_device_program_of_ours(int program) {
  struct { uint32_t type, id; uint64_t others[7]; char name[16]; } info = {0};
  struct { int32_t program; uint32_t size; uint64_t info; } attr = {program, sizeof info, (uintptr_t)&info};
  if (syscall(SYS_bpf, 15 /* BPF_OBJ_GET_INFO_BY_FD */, &attr, sizeof attr) < 0) return -1;
  return strncmp(info.name, "apus_devices", sizeof info.name) == 0;
}
static inline long apus_keyctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  return syscall(SYS_keyctl, operation, a, b, c, d);
}
static inline int apus_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  return prctl(option, a, b, c, d);
}
static inline int apus_sched_setattr(struct apus_sched_attr *attributes) {
  return (int)syscall(SYS_sched_setattr, 0, attributes, 0);
}
static inline int apus_sched_setaffinity(pid_t pid, size_t size, const void *mask) {
  return (int)syscall(SYS_sched_setaffinity, pid, size, mask);
}
static inline int apus_ioprio_set(unsigned priority) {
  return (int)syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, priority);
}
static inline int apus_set_mempolicy(int mode, const unsigned long *nodes, unsigned long bits) {
  return (int)syscall(SYS_set_mempolicy, mode, nodes, bits);
}
static inline int apus_personality(unsigned long domain) {
  return (int)syscall(SYS_personality, domain);
}
static inline int apus_capset(uint32_t effective_low, uint32_t effective_high, uint32_t permitted_low,
                              uint32_t permitted_high, uint32_t inheritable_low, uint32_t inheritable_high) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[2] = {{effective_low, permitted_low, inheritable_low},
                                           {effective_high, permitted_high, inheritable_high}};
  return (int)syscall(SYS_capset, &header, data);
}
static inline int apus_prlimit(pid_t pid, int resource, uint64_t soft, uint64_t hard) {
  struct { uint64_t soft, hard; } limit = {soft, hard};
  return (int)syscall(SYS_prlimit64, pid, resource, &limit, NULL);
}
// The raw calls change this thread alone, which is all there is; the C library's would signal others.
static inline int apus_setresuid(uid_t uid) { return (int)syscall(SYS_setresuid, uid, uid, uid); }
static inline int apus_setresgid(gid_t gid) { return (int)syscall(SYS_setresgid, gid, gid, gid); }
static inline int apus_setgroups(size_t count, const gid_t *groups) {
  return (int)syscall(SYS_setgroups, count, groups);
}
static inline long apus_getcwd(char *buffer, size_t size) { return syscall(SYS_getcwd, buffer, size); }
static inline int apus_ioctl_pointer(int fd, unsigned long request, void *argument) {
  return ioctl(fd, request, argument);
}
static inline int apus_ioctl_number(int fd, unsigned long request, unsigned long argument) {
  return ioctl(fd, request, argument);
}
// Requests whose numbers are macros that Swift can't import.
static inline int apus_unlock_pty(int master) {
  int locked = 0;
  return ioctl(master, TIOCSPTLCK, &locked);
}
static inline int apus_open_pty_peer(int master, int flags) { return ioctl(master, TIOCGPTPEER, flags); }
static inline int apus_fcntl(int fd, int command, long argument) { return fcntl(fd, command, argument); }
static inline dev_t apus_makedev(unsigned major_number, unsigned minor_number) {
  return makedev(major_number, minor_number);
}
static inline unsigned apus_major(dev_t device) { return major(device); }
static inline unsigned apus_minor(dev_t device) { return minor(device); }
// Declared by string.h for _GNU_SOURCE only, with which this module would clash with Glibc's.
extern const char *strerrorname_np(int error);
static inline const char *apus_errno_name(int error) { return strerrorname_np(error); }
static inline int apus_wifexited(int status) { return WIFEXITED(status); }
static inline int apus_wexitstatus(int status) { return WEXITSTATUS(status); }
static inline int apus_wtermsig(int status) { return WTERMSIG(status); }
static inline void apus_ifreq_set(struct ifreq *request, const char *name, short flags) {
  memset(request, 0, sizeof *request);
  strncpy(request->ifr_name, name, IFNAMSIZ - 1);
  request->ifr_flags = flags;
}

// Descriptors beside bytes (cmsg(3)), whose macros Swift can't import.
static inline ssize_t apus_send_with_fds(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count) {
  struct iovec iov = {(void *)bytes, count};
  char control[CMSG_SPACE(sizeof(int) * 16)];
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
  if (fd_count > 16) { errno = EINVAL; return -1; }
  if (fd_count > 0) {
    memset(control, 0, sizeof control);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * fd_count);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}
static inline ssize_t apus_receive_with_fd(int socket, void *bytes, size_t count, int *fd) {
  struct iovec iov = {bytes, count};
  char control[CMSG_SPACE(sizeof(int) * 16)];
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  *fd = -1;
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < fds; i++) {
      int one;
      memcpy(&one, CMSG_DATA(header) + i * sizeof(int), sizeof one);
      if (*fd < 0) *fd = one; else close(one);
    }
  }
  return received;
}

// getopt(3) reports through global variables, which Swift 6 can't reach.
static inline void apus_getopt_begin(void) { optind = 0; opterr = 0; }
static inline int apus_getopt_next(int argc, char *const argv[], const char *mode, const struct option *options) {
  return getopt_long_only(argc, argv, mode, options, NULL);
}
static inline int apus_getopt_index(void) { return optind; }
static inline int apus_getopt_character(void) { return optopt; }
static inline char *apus_getopt_value(void) { return optarg; }
// Declared inside, lest Swift find two of Glibc's name.
static inline char **apus_environ(void) {
  extern char **environ;
  return environ;
}
// pipe2 and its flag are shown to GNU programs only.
static inline int apus_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }
