// Prints, as one JSON object, what a process in a container sees. Its arguments ask for more:
// read:PATH, write:PATH, open:PATH, list:PATH, stat:PATH. With "swap ONE OTHER" it makes two paths
// change places for ever.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int first = 1;

static void separate(void) {
  if (!first) putchar(',');
  first = 0;
}

static void string(const char *text, size_t length) {
  putchar('"');
  for (size_t i = 0; i < length; i++) {
    unsigned char c = text[i];
    if (c == '"' || c == '\\') printf("\\%c", c);
    else if (c < 32 || c > 126) printf("\\u%04x", c);
    else putchar(c);
  }
  putchar('"');
}

static void element(const char *text) {
  separate();
  string(text, strlen(text));
}

static void key(const char *name) {
  element(name);
  putchar(':');
}

static void number(const char *name, long long value) {
  key(name);
  printf("%lld", value);
}

static void text(const char *name, const char *value) {
  key(name);
  string(value, strlen(value));
}

static void begin(const char *name, char bracket) {
  if (name) key(name);
  else separate();
  putchar(bracket);
  first = 1;
}

static void end(char bracket) {
  putchar(bracket);
  first = 0;
}

static const char *outcome(long result) { return result < 0 ? strerrorname_np(errno) : ""; }

static size_t contents(const char *path, char *buffer, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  size_t length = 0;
  ssize_t count;
  while (length < size && (count = read(file, buffer + length, size - length)) > 0) length += count;
  close(file);
  return length;
}

// The lines of a file of procfs, or those that begin with a word.
static void each_line(const char *path, const char *word, void (*print)(char *)) {
  static char buffer[1 << 18];
  buffer[contents(path, buffer, sizeof buffer - 1)] = 0;
  char *rest = buffer, *line;
  while ((line = strsep(&rest, "\n")))
    if (*line && !strncmp(line, word, strlen(word))) print(line);
}

static void mount(char *line) {
  // id parent device root point options [propagation…] - type source super
  char *field[32] = {0};
  int count = 0, dash = 0;
  for (char *rest = line, *word; count < 32 && (word = strsep(&rest, " "));) {
    if (!dash && !strcmp(word, "-")) dash = count;
    field[count++] = word;
  }
  if (!dash || count < dash + 4) return;
  begin(NULL, '{');
  text("root", field[3]);
  text("point", field[4]);
  text("options", field[5]);
  begin("propagation", '[');
  for (int i = 6; i < dash; i++) element(field[i]);
  end(']');
  text("type", field[dash + 1]);
  text("source", field[dash + 2]);
  text("superblock", field[dash + 3]);
  end('}');
}

static void status_line(char *line) {
  static const char *hexadecimal[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
                                      "SigBlk", "SigIgn", NULL};
  char *value = strchr(line, ':');
  if (!value) return;
  *value++ = 0;
  for (int i = 0; hexadecimal[i]; i++)
    if (!strcmp(line, hexadecimal[i])) {
      key(line);
      printf("%llu", strtoull(value, NULL, 16));
    }
  if (!strcmp(line, "NoNewPrivs") || !strcmp(line, "Seccomp") || !strcmp(line, "Threads"))
    number(line, atoll(value));
}

static void cgroup(char *line) {
  char *controllers = strchr(line, ':');
  char *path = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!path) return;
  *path++ = 0;
  text(controllers + 1, path);
}

static void identity(void) {
  uid_t uid[3];
  gid_t gid[3], groups[256];
  getresuid(&uid[0], &uid[1], &uid[2]);
  getresgid(&gid[0], &gid[1], &gid[2]);
  begin("uid", '[');
  for (int i = 0; i < 3; i++) separate(), printf("%u", uid[i]);
  separate(), printf("%u", setfsuid(-1));
  end(']');
  begin("gid", '[');
  for (int i = 0; i < 3; i++) separate(), printf("%u", gid[i]);
  separate(), printf("%u", setfsgid(-1));
  end(']');
  begin("groups", '[');
  int count = getgroups(256, groups);
  for (int i = 0; i < count; i++) separate(), printf("%u", groups[i]);
  end(']');
  mode_t mask = umask(0);
  umask(mask);
  number("umask", mask);
}

static void limits(void) {
  static const char *names[] = {"CPU",    "FSIZE",  "DATA",       "STACK",    "CORE",  "RSS",
                                "NPROC",  "NOFILE", "MEMLOCK",    "AS",       "LOCKS", "SIGPENDING",
                                "MSGQUEUE", "NICE", "RTPRIO",     "RTTIME"};
  begin("limits", '{');
  for (int i = 0; i < 16; i++) {
    struct rlimit limit;
    char name[32];
    if (getrlimit(i, &limit) < 0) continue;
    snprintf(name, sizeof name, "RLIMIT_%s", names[i]);
    begin(name, '{');
    key("soft"), printf("%llu", (unsigned long long)limit.rlim_cur);
    key("hard"), printf("%llu", (unsigned long long)limit.rlim_max);
    end('}');
  }
  end('}');
}

static void namespaces(void) {
  static const char *names[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
  begin("namespaces", '{');
  for (int i = 0; i < 8; i++) {
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
    if (!stat(path, &status)) number(names[i], status.st_ino);
  }
  end('}');
}

static void terminal(void) {
  struct winsize size;
  int controlling = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (!isatty(0) || ioctl(0, TIOCGWINSZ, &size) < 0) return;
  char name[PATH_MAX];
  begin("terminal", '{');
  text("name", ttyname_r(0, name, sizeof name) ? "" : name);
  number("rows", size.ws_row);
  number("columns", size.ws_col);
  key("controlling"), fputs(controlling < 0 ? "false" : "true", stdout);
  number("foreground", tcgetpgrp(0));
  end('}');
  close(controlling);
}

static void keyring(void) {
  // KEYCTL_DESCRIBE of KEY_SPEC_SESSION_KEYRING: type;uid;gid;permissions;name
  char description[512] = "";
  if (syscall(SYS_keyctl, 6, -3, description, sizeof description - 1) < 0) return;
  char *name = strrchr(description, ';');
  if (name) text("sessionKeyring", name + 1);
}

static void node(const char *name, const char *path) {
  static const char kinds[] = "?pc?d?b?-?l?s???";
  struct stat status;
  if (lstat(path, &status) < 0) return;
  char kind[2] = {kinds[(status.st_mode & S_IFMT) >> 12], 0};
  begin(name, '{');
  text("kind", kind);
  number("mode", status.st_mode & 07777);
  number("uid", status.st_uid);
  number("gid", status.st_gid);
  number("major", major(status.st_rdev));
  number("minor", minor(status.st_rdev));
  char target[PATH_MAX] = "";
  if (S_ISLNK(status.st_mode) && readlink(path, target, sizeof target - 1) > 0)
    text("target", target);
  end('}');
}

static void folder(const char *name, const char *path) {
  DIR *stream = opendir(path);
  begin(name, '{');
  for (struct dirent *entry; stream && (entry = readdir(stream));) {
    char below[PATH_MAX];
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    node(entry->d_name, below);
  }
  end('}');
  if (stream) closedir(stream);
}

// Before anything is opened here.
static void descriptors(void) {
  begin("descriptors", '{');
  for (int number = 0; number < 1024; number++) {
    char path[64], target[PATH_MAX] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    if (fcntl(number, F_GETFD) < 0) continue;
    if (readlink(path, target, sizeof target - 1) < 0) strcpy(target, "?");
    snprintf(path, sizeof path, "%d", number);
    text(path, target);
  }
  end('}');
}

static void answer(const char *question) {
  const char *path = strchr(question, ':');
  if (!path++) return;
  struct stat status;
  if (!strncmp(question, "read:", 5)) {
    static char buffer[1 << 16];
    key(question);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? -1 : read(file, buffer, sizeof buffer);
    if (count < 0) string(strerrorname_np(errno), strlen(strerrorname_np(errno)));
    else string(buffer, count);
    close(file);
  } else if (!strncmp(question, "write:", 6) && !stat(path, &status) && S_ISDIR(status.st_mode)) {
    char below[PATH_MAX];
    snprintf(below, sizeof below, "%s/probe", path);
    int result = mkdir(below, 0700);
    text(question, outcome(result));
    if (!result) rmdir(below);
  } else if (!strncmp(question, "write:", 6) || !strncmp(question, "open:", 5)) {
    int file = open(path, (*question == 'w' ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
    text(question, outcome(file));
    close(file);
  } else if (!strncmp(question, "list:", 5)) {
    DIR *stream = opendir(path);
    text(question, stream ? (readdir(stream), readdir(stream), readdir(stream) ? "full" : "empty")
                          : strerrorname_np(errno));
    if (stream) closedir(stream);
  }
}

int main(int count, char **arguments) {
  while (count == 4 && !strcmp(arguments[1], "swap"))
    renameat2(AT_FDCWD, arguments[2], AT_FDCWD, arguments[3], RENAME_EXCHANGE);
  putchar('{');
  descriptors();
  number("pid", getpid());
  number("ppid", getppid());
  number("session", getsid(0));
  identity();
  char path[PATH_MAX];
  text("cwd", getcwd(path, sizeof path) ? path : strerrorname_np(errno));
  struct utsname host;
  uname(&host);
  text("hostname", host.nodename);
  text("domainname", host.domainname);
  text("machine", host.machine);
  begin("args", '[');
  for (int i = 0; i < count; i++) element(arguments[i]);
  end(']');
  begin("env", '[');
  for (char **variable = environ; *variable; variable++) element(*variable);
  end(']');
  begin("status", '{');
  each_line("/proc/self/status", "", status_line);
  end('}');
  char score[32] = "";
  contents("/proc/self/oom_score_adj", score, sizeof score - 1);
  number("oomScoreAdj", atoi(score));
  limits();
  namespaces();
  struct timespec up;
  clock_gettime(CLOCK_BOOTTIME, &up);
  number("secondsSinceBoot", up.tv_sec);
  number("nice", getpriority(PRIO_PROCESS, 0));
  number("scheduler", syscall(SYS_sched_getscheduler, 0));
  number("ioPriority", syscall(SYS_ioprio_get, 1, 0));
  number("personality", syscall(SYS_personality, 0xffffffffUL));
  terminal();
  keyring();
  begin("mounts", '[');
  each_line("/proc/self/mountinfo", "", mount);
  end(']');
  begin("cgroups", '{');
  each_line("/proc/self/cgroup", "", cgroup);
  end('}');
  folder("dev", "/dev");
  begin("nodes", '{');
  for (int i = 1; i < count; i++)
    if (!strncmp(arguments[i], "stat:", 5)) node(arguments[i] + 5, arguments[i] + 5);
  end('}');
  begin("answers", '{');
  for (int i = 1; i < count; i++) answer(arguments[i]);
  end('}');
  puts("}");
  return fflush(stdout) ? 1 : 0;
}
