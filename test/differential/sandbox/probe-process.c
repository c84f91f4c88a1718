/* What the kernel keeps of a process itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "probe.h"

static int by_number(const void *a, const void *b) {
    gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;
    return left < right ? -1 : left > right;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void ids(char *const *arguments) {
    (void)arguments;
    fact("uid", "%s", status_line("Uid"));
    fact("gid", "%s", status_line("Gid"));
    gid_t groups[1024];
    int count = getgroups(1024, groups);
    qsort(groups, count > 0 ? (size_t)count : 0, sizeof *groups, by_number);
    char line[4096] = "";
    for (int i = 0, at = 0; i < count && at < 4000; i++)
        if (!i || groups[i] != groups[i - 1]) at += sprintf(line + at, "%s%u", at ? " " : "", groups[i]);
    fact("groups", "%s", line);
}

void caps(char *const *arguments) {
    (void)arguments;
    static const char *const lines[] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) fact(lines[i], "%s", status_line(lines[i]));
    fact("securebits", "%#x", (unsigned)prctl(PR_GET_SECUREBITS));
}

void limits(char *const *arguments) {
    (void)arguments;
    static const char *const names[RLIM_NLIMITS] = {"CPU",   "FSIZE", "DATA",    "STACK",      "CORE",    "RSS", "NPROC",  "NOFILE",
                                                    "MEMLOCK", "AS",    "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"};
    for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)i, &limit)) continue;
        char soft[24], hard[24];
        snprintf(soft, sizeof soft, limit.rlim_cur == RLIM_INFINITY ? "infinity" : "%llu", (unsigned long long)limit.rlim_cur);
        snprintf(hard, sizeof hard, limit.rlim_max == RLIM_INFINITY ? "infinity" : "%llu", (unsigned long long)limit.rlim_max);
        fact(names[i], "%s %s", soft, hard);
    }
}

void scheduling(char *const *arguments) {
    (void)arguments;
    struct sched_param parameter = {0};
    sched_getparam(0, &parameter);
    int policy = sched_getscheduler(0);
    fact("policy", "%d priority %d reset-on-fork %s", policy & ~SCHED_RESET_ON_FORK, parameter.sched_priority,
         policy & SCHED_RESET_ON_FORK ? "yes" : "no");
    fact("nice", "%d", getpriority(PRIO_PROCESS, 0));
    long io = syscall(SYS_ioprio_get, 1, 0);
    fact("io-priority", "class %ld level %ld", io >> 13, io & 0x1fff);
    fact("affinity", "%s", status_line("Cpus_allowed_list"));
    int mode = -1;
    unsigned long nodes[16] = {0};
    long numa = syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, NULL, 0);
    if (numa < 0) fact("numa", "%s", outcome(numa));
    else fact("numa", "mode %d nodes %#lx", mode, nodes[0]);
    const char *score = content("/proc/self/oom_score_adj");
    fact("oom-score", "%s", score ? score : strerrorname_np(errno));
    const char *filter = content("/proc/self/coredump_filter");
    fact("coredump-filter", "%s", filter ? filter : strerrorname_np(errno));
    fact("timer-slack", "%d", prctl(PR_GET_TIMERSLACK));
    fact("personality", "%#x", (unsigned)personality(0xffffffff));
    fact("same-page-merging", "%d", prctl(68 /* PR_GET_MEMORY_MERGE */, 0, 0, 0, 0));
    fact("huge-pages-off", "%d", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    mode_t mask = umask(0);
    umask(mask);
    fact("umask", "%04o", mask);
}

void signals(char *const *arguments) {
    (void)arguments;
    fact("ignored", "%s", status_line("SigIgn"));
    fact("blocked", "%s", status_line("SigBlk"));
    fact("session", "%s", getsid(0) == getpid() ? "own" : "of another");
    fact("group", "%s", getpgrp() == getpid() ? "own" : "of another");
}

void cgroup(char *const *arguments) {
    (void)arguments;
    const char *text = content("/proc/self/cgroup");
    fact("cgroup", "%s", text ? text : strerrorname_np(errno));
}

/* With arguments only these variables. Values that are another for each process are told by their kind. */
void environment(char *const *arguments) {
    static const char *const other[] = {"INVOCATION_ID=", "SYSTEMD_EXEC_PID=", "JOURNAL_STREAM=", "WATCHDOG_PID=", "LISTEN_PID=", "NOTIFY_SOCKET=", "MANAGERPID="};
    char *sorted[1024];
    size_t count = 0;
    for (char **entry = environ; *entry && count < 1024; entry++) sorted[count++] = *entry;
    qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 0; i < count; i++) {
        size_t name = strcspn(sorted[i], "=");
        bool wanted = !*arguments;
        for (char *const *argument = arguments; *argument; argument++)
            if (strlen(*argument) == name && !strncmp(*argument, sorted[i], name)) wanted = true;
        if (!wanted) continue;
        bool is_other = false;
        for (size_t j = 0; j < sizeof other / sizeof *other; j++)
            if (!strncmp(sorted[i], other[j], strlen(other[j]))) is_other = true;
        if (is_other) fact("variable", "%.*s is set", (int)name, sorted[i]);
        else fact("variable", "%s", sorted[i]);
    }
}

static const char *kind_of(mode_t mode) {
    return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "directory" : S_ISCHR(mode) ? "character-device" : S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "other";
}

/* Where standard streams go, and which other descriptors are open below 60. A stream that `JOURNAL_STREAM` names is `the journal`, however it gets there. */
void streams(char *const *arguments) {
    (void)arguments;
    for (int fd = 0; fd < 60; fd++) {
        struct stat info;
        char name[24], path[32], target[4096];
        snprintf(name, sizeof name, "stream %d", fd);
        if (fstat(fd, &info)) {
            if (fd < 3) fact(name, "closed");
            continue;
        }
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        char journal[64];
        snprintf(journal, sizeof journal, "%llu:%llu", (unsigned long long)info.st_dev, (unsigned long long)info.st_ino);
        const char *named = getenv("JOURNAL_STREAM");
        if (named && !strcmp(named, journal)) {
            fact(name, "the journal");
            continue;
        }
        int flags = fcntl(fd, F_GETFL);
        const char *access = (flags & O_ACCMODE) == O_RDONLY ? "read" : (flags & O_ACCMODE) == O_WRONLY ? "write" : "both";
        bool is_path = *target == '/' && strncmp(target, "/memfd:", 7);
        fact(name, "%s %s %s%s%s", kind_of(info.st_mode), is_path ? target : "", access, flags & O_APPEND ? " append" : "", flags & O_NONBLOCK ? " nonblock" : "");
        if (fd == 0 && S_ISREG(info.st_mode)) {
            char bytes[1024];
            ssize_t count = read(0, bytes, sizeof bytes);
            for (ssize_t i = 0; i < count; i++)
                if (bytes[i] == '\n') bytes[i] = '|';
            fact("input", "%.*s", count < 0 ? 0 : (int)count, bytes);
        }
    }
}

/* Which terminal the process has, and in what state it is. */
void tty(char *const *arguments) {
    (void)arguments;
    int own = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    fact("controlling", "%s", outcome(own));
    for (int fd = 0; fd < 3; fd++) {
        struct termios state;
        struct winsize size = {0};
        struct stat info;
        char name[24];
        snprintf(name, sizeof name, "terminal %d", fd);
        if (tcgetattr(fd, &state) || ioctl(fd, TIOCGWINSZ, &size) || fstat(fd, &info)) {
            fact(name, "none");
            continue;
        }
        fact(name, "rows %d columns %d owner %u:%u mode %04o", size.ws_row, size.ws_col, info.st_uid, info.st_gid, info.st_mode & 07777);
        fact(name, "input %#x output %#x control %#x local %#x", state.c_iflag, state.c_oflag, state.c_cflag, state.c_lflag);
        fact(name, "foreground %s", tcgetpgrp(fd) == getpgrp() ? "yes" : "no");
    }
}

/* The session keyring and the keys in it. */
void keyring(char *const *arguments) {
    (void)arguments;
    for (int which = -3; which >= -5; which--) {
        static const char *const names[] = {"session-keyring", "user-keyring", "user-session-keyring"};
        char text[512] = "";
        long length = syscall(SYS_keyctl, 6 /* KEYCTL_DESCRIBE */, which, text, sizeof text - 1);
        if (length < 0) fact(names[-3 - which], "%s", strerrorname_np(errno));
        else fact(names[-3 - which], "%s", text);
    }
    int keys[64];
    long length = syscall(SYS_keyctl, 11 /* KEYCTL_READ */, -3, keys, sizeof keys);
    for (long i = 0; i < length / (long)sizeof *keys && i < 64; i++) {
        char text[512] = "";
        if (syscall(SYS_keyctl, 6, keys[i], text, sizeof text - 1) >= 0) fact("key", "%s", text);
    }
}
