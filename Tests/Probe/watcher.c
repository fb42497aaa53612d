// Looks at every process but itself that it can see, again and again until there is a file /stop,
// and then prints what it saw, each thing once, as lines: the name of the process, a word for what
// was looked at, what was found. /watched has the path of a file of the host, and a text that is the
// host's alone; they are no arguments, which whoever reads config.json has in its memory. With any
// argument it uses ptrace, too.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char host_file[PATH_MAX], host_text[256];
static char *seen[4096];
static int seen_count;
static char name[32];  // of the process that is looked at
static int programs[64], program_count;

static int note(const char *format, ...) {
  char line[2048];
  va_list values;
  va_start(values, format);
  int length = snprintf(line, sizeof line, "%s ", name);
  vsnprintf(line + length, sizeof line - length, format, values);
  va_end(values);
  for (int i = 0; i < seen_count; i++)
    if (!strcmp(seen[i], line)) return 0;
  if (seen_count == 4096) return 0;
  seen[seen_count++] = strdup(line);
  return 1;
}

static const char *outcome(long result) { return result < 0 ? strerrorname_np(errno) : "done"; }

// Sockets and the like have a number that is never the same.
static const char *target(const char *path) {
  static char buffer[PATH_MAX];
  ssize_t length = readlink(path, buffer, sizeof buffer - 1);
  if (length < 0) return NULL;
  buffer[length] = 0;
  if (!strncmp(buffer, "socket:", 7)) return "socket";
  if (!strncmp(buffer, "pipe:", 5)) return "pipe";
  return buffer;
}

// Whether a file of the host can be reached from a folder: by its path, after any number of "..".
static void climb(const char *what, const char *folder) {
  char path[PATH_MAX];
  for (int depth = 0; depth < 12; depth++) {
    int length = snprintf(path, sizeof path, "%s/", folder);
    for (int i = 0; i < depth; i++) length += snprintf(path + length, sizeof path - length, "../");
    snprintf(path + length, sizeof path - length, "%s", host_file + 1);
    if (!access(path, F_OK)) note("host %s reached", what);
  }
}

static void link_of(const char *process, const char *kind) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", process, kind);
  const char *found = target(path);
  if (!found) return;
  note("%s %s", kind, found);
  climb(kind, path);
}

static void descriptors(const char *process) {
  char path[PATH_MAX], below[PATH_MAX + 300];
  snprintf(path, sizeof path, "%s/fd", process);
  DIR *stream = opendir(path);
  for (struct dirent *entry; stream && (entry = readdir(stream));) {
    if (*entry->d_name == '.') continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    const char *found = target(below);
    if (!found) continue;
    note("fd %s %s", entry->d_name, found);
    struct stat status;
    if (!stat(below, &status) && S_ISDIR(status.st_mode)) climb("fd", below);
  }
  if (stream) closedir(stream);
}

static void text_in(const char *process, const char *kind) {
  static char buffer[1 << 16];
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", process, kind);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, buffer, sizeof buffer - 1);
  if (file >= 0) close(file);
  if (length < 0) return;
  note("open %s", kind);
  if (memmem(buffer, length, host_text, strlen(host_text))) note("host %s has the text", kind);
}

// The stack, where the kernel has put arguments and environment, and the heap.
static void memory(const char *process) {
  static char lines[1 << 14], buffer[1 << 20];
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/maps", process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, lines, sizeof lines - 1);
  if (file >= 0) close(file);
  if (length <= 0) return;
  lines[length] = 0;
  snprintf(path, sizeof path, "%s/mem", process);
  if ((file = open(path, O_RDWR | O_CLOEXEC)) < 0) return;
  note("open mem");
  for (char *rest = lines, *line; (line = strsep(&rest, "\n"));) {
    unsigned long first, last;
    if (!strstr(line, "[stack]") && !strstr(line, "[heap]")) continue;
    if (sscanf(line, "%lx-%lx", &first, &last) != 2) continue;
    ssize_t count = pread(file, buffer, last - first < sizeof buffer ? last - first : sizeof buffer, first);
    if (count > 0 && memmem(buffer, count, host_text, strlen(host_text))) note("host mem has the text");
  }
  close(file);
}

// All ways to write to a program that is held by an O_PATH descriptor.
static void overwrite(int program) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", program);
  for (int i = 0; i < 3; i++) {
    static const int flags[] = {O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC};
    int file = open(path, flags[i] | O_CLOEXEC);
    note("overwrite open %s", outcome(file));
    if (file >= 0) note("overwrite write %s", outcome(write(file, "#!", 2))), close(file);
  }
  note("overwrite truncate %s", outcome(truncate(path, 0)));
  note("overwrite chmod %s", outcome(chmod(path, 0777)));
  struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
  note("overwrite mount_setattr %s",
       outcome(syscall(SYS_mount_setattr, program, "", AT_EMPTY_PATH, &writable, sizeof writable)));
  note("overwrite open_tree %s",
       outcome(syscall(SYS_open_tree, program, "", OPEN_TREE_CLONE | AT_EMPTY_PATH)));
  note("overwrite remount %s", outcome(mount(NULL, path, NULL, MS_REMOUNT | MS_BIND, NULL)));
  note("overwrite bind %s", outcome(mount(path, "/proc/self/environ", NULL, MS_BIND, NULL)));
}

static void hold_program(const char *process) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/exe", process);
  const char *found = target(path);
  if (!found) return;
  int is_new = note("exe %s", found);
  if (!strncmp(found, "/bin/", 5)) return;  // the container's own
  int file = open(path, O_PATH | O_CLOEXEC);
  if (file < 0) return;
  overwrite(file);
  if (is_new && program_count < 64) programs[program_count++] = file;
  else close(file);
}

// The name and the effective capabilities.
static int identify(const char *process, char *capabilities) {
  char path[PATH_MAX], text[4096];
  *name = 0;
  snprintf(path, sizeof path, "%s/status", process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  if (length <= 0) return 0;
  text[length] = 0;
  char *line = strstr(text, "CapEff:");
  return sscanf(text, "Name: %31s", name) == 1 && line && sscanf(line, "CapEff: %31s", capabilities);
}

static void look_at(int pid) {
  char process[32], capabilities[32], first[32];
  snprintf(process, sizeof process, "/proc/%d", pid);
  if (!identify(process, capabilities)) return;
  int before = seen_count;
  strcpy(first, name);
  note("capabilities %s", capabilities);
  text_in(process, "cmdline");
  text_in(process, "environ");
  link_of(process, "root");
  link_of(process, "cwd");
  descriptors(process);
  memory(process);
  hold_program(process);
  // It became another program meanwhile: whose is what we saw?
  if (!identify(process, capabilities) || strcmp(first, name)) seen_count = before;
}

static void attach(int pid) {
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0) return;
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  int status;  // it may have ended instead
  if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) return;
  look_at(pid);
  note("ptrace done");
  ptrace(PTRACE_DETACH, pid, 0, 0);
}

int main(int count, char **arguments) {
  (void)arguments;
  FILE *watched = fopen("/watched", "re");
  if (!watched || fscanf(watched, "%4095s %255s", host_file, host_text) != 2) return 2;
  fclose(watched);
  while (access("/stop", F_OK)) {
    DIR *stream = opendir("/proc");
    for (struct dirent *entry; stream && (entry = readdir(stream));) {
      int pid = atoi(entry->d_name);
      if (pid <= 0 || pid == getpid()) continue;
      if (count > 1) attach(pid);
      look_at(pid);
    }
    if (stream) closedir(stream);
    while (waitpid(-1, NULL, WNOHANG | __WALL) > 0) {}
  }
  strcpy(name, "held");
  for (int i = 0; i < program_count; i++) overwrite(programs[i]);
  for (int i = 0; i < seen_count; i++) puts(seen[i]);
  return fflush(stdout) ? 1 : 0;
}
