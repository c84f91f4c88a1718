/* What a manager that knows which processes are whose, hears what they say and is told of their end cannot do without, in C, deciding nothing:
 * each child is born in a cgroup of its own that is removed after it, its output is a pipe that is read to its end, a pidfd tells of its exit.
 *
 * floor-manager accept PATH COMMAND…: a COMMAND for each connection, which is its descriptor 3; until it is killed.
 * floor-manager restart MS COMMAND…: a COMMAND again and again, each begun when the one before has ended; prints how many in a second.
 * floor-manager stop COUNT COMMAND…: so many COMMANDs; prints the microseconds from the first SIGTERM until all are gone with their cgroups. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stamp.h"

extern char **environ;

struct child {
    int number, pidfd, output;
};

static int epoll_fd, born, living;

static void path_of(int number, char path[64]) { snprintf(path, 64, "/sys/fs/cgroup/floor-%d-%d", getpid(), number); }

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct child *spawn(char **command, int connection) {
    char path[64];
    struct child *child = malloc(sizeof *child);
    int ends[2];
    child->number = born++;
    path_of(child->number, path);
    if (mkdir(path, 0755) || pipe2(ends, O_CLOEXEC)) fail("spawn");
    int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct clone_args arguments = {.flags = CLONE_INTO_CGROUP | CLONE_VFORK | CLONE_PIDFD,
                                   .pidfd = (unsigned long)&child->pidfd,
                                   .exit_signal = SIGCHLD,
                                   .cgroup = (unsigned)cgroup};
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid < 0) fail("clone3");
    if (pid == 0) {
        if (setsid() < 0 || dup2(ends[1], 1) < 0 || dup2(ends[1], 2) < 0 || (connection >= 0 && dup2(connection, 3) < 0)) _exit(1);
        _exit(execve(command[0], command, environ));
    }
    close(cgroup);
    close(ends[1]);
    child->output = ends[0];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = child};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, child->pidfd, &event)) fail("epoll_ctl");
    living++;
    return child;
}

/* Its pidfd says that it has ended. */
static void end(struct child *child) {
    char path[64], bytes[4096];
    siginfo_t info;
    struct rusage usage;
    /* A child that has not come to its exec yet may have a copy, for which epoll would go on. */
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, child->pidfd, NULL);
    if (syscall(SYS_waitid, P_PIDFD, child->pidfd, &info, WEXITED, &usage)) fail("waitid");
    while (read(child->output, bytes, sizeof bytes) > 0);
    close(child->output);
    close(child->pidfd);
    path_of(child->number, path);
    /* Some kernels count a process to its cgroup a little longer than it can be waited for. */
    while (rmdir(path))
        if (errno != EBUSY) fail("rmdir");
    free(child);
    living--;
}

static int take(struct epoll_event events[64], int timeout) {
    int count = epoll_wait(epoll_fd, events, 64, timeout);
    if (count < 0) fail("epoll_wait");
    return count;
}

static void serve(const char *path, char **command) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct epoll_event listening = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) fail(path);
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &listening)) fail("epoll_ctl");
    for (;;) {
        for (int i = 0, count = take(events, -1); i < count; i++) {
            if (events[i].data.ptr) {
                end(events[i].data.ptr);
                continue;
            }
            for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0; close(fd)) spawn(command, fd);
        }
    }
}

static void restart(int ms, char **command) {
    struct epoll_event events[64];
    long long start = monotonic_ns();
    while (monotonic_ns() - start < ms * 1000000ll) {
        spawn(command, -1);
        if (take(events, -1) == 1) end(events[0].data.ptr);
    }
    printf("{\"per_s\":%.1f}\n", born / ((monotonic_ns() - start) / 1e9));
}

static void stop(int count, char **command) {
    struct child **children = calloc((size_t)count, sizeof *children);
    struct epoll_event events[64];
    for (int i = 0; i < count; i++) children[i] = spawn(command, -1);
    long long start = monotonic_ns();
    for (int i = 0; i < count; i++) syscall(SYS_pidfd_send_signal, children[i]->pidfd, SIGTERM, NULL, 0);
    while (living)
        for (int i = 0, ended = take(events, -1); i < ended; i++) end(events[i].data.ptr);
    printf("{\"each_us\":%lld}\n", (monotonic_ns() - start) / 1000);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!strcmp(argv[1], "accept")) serve(argv[2], argv + 3);
    else if (!strcmp(argv[1], "restart")) restart(atoi(argv[2]), argv + 3);
    else if (!strcmp(argv[1], "stop")) stop(atoi(argv[2]), argv + 3);
    else return 2;
    return 0;
}
