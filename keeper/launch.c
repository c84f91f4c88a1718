/* Forks whose cost does not grow with what the keeper holds.
 *
 * fork copies every descriptor and exec closes every copy, one for each service that runs. So a child is born sharing
 * the keeper's table, and its first act is to take a table of its own that has only the few numbers below `launch_end`.
 * Those are opened when the keeper starts and never touched again. What its plan needs from above waits for it in a
 * message on one of a few socket pairs among them, so that neither side waits for the other. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * MAX_LAUNCH_FDS)];
};

void launch_start(struct keeper *keeper) {
    /* Shares nothing yet, so it only asks whether the kernel knows how. */
    if (syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) < 0) return;
    for (int i = 0; i < MAX_LAUNCHES; i++) {
        int *ends = keeper->launches[i].ends;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return;
        for (int end = 0; end < 2; end++)
            if (ends[end] >= keeper->launch_end) keeper->launch_end = ends[end] + 1;
        keeper->launch_count++;
    }
}

static pid_t clone_into(struct keeper *keeper, int cgroup_fd, uint64_t flags) {
    if (!keeper->no_clone3) {
        struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
        if (cgroup_fd >= 0) {
            arguments.flags |= CLONE_INTO_CGROUP;
            arguments.cgroup = (uint64_t)cgroup_fd;
        }
        long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
        /* Who may not have one is told so by the op. */
        if (pid < 0 && flags & CLONE_NEWPID) return clone_into(keeper, cgroup_fd, flags & ~(uint64_t)CLONE_NEWPID);
        if (pid >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL && errno != E2BIG)) return (pid_t)pid;
        keeper->no_clone3 = true;
    }
    return fork();
}

/* In the child, when its descriptors are its own. Whoever may see /proc may always make himself more likely to be killed. */
static void take_score(const struct keeper *keeper) {
    int fd = keeper->children_oom_score ? open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC) : -1;
    if (fd < 0) return;
    ssize_t wrote = write(fd, keeper->children_oom_score, strlen(keeper->children_oom_score));
    (void)wrote;
    close(fd);
}

pid_t fork_into(struct keeper *keeper, int cgroup_fd) {
    pid_t pid = clone_into(keeper, cgroup_fd, 0);
    if (pid == 0) take_score(keeper);
    return pid;
}

static void empty(struct launch *launch) {
    char byte;
    recv(launch->ends[1], &byte, 1, MSG_DONTWAIT);
    launch->pid = 0;
}

/* A pair whose last child has taken its message; NULL if there is none, or too much to send. */
static struct launch *launch_send(struct keeper *keeper, int *const *places, int count) {
    struct launch *launch = keeper->launches, *end = launch + keeper->launch_count;
    while (launch < end && launch->pid && !launch->report->arrived) launch++;
    if (launch == end || count > MAX_LAUNCH_FDS || keeper->no_clone3) return NULL;
    union control control = {0};
    struct iovec part = {"", 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        for (int i = 0; i < count; i++) memcpy(CMSG_DATA(&control.header) + sizeof(int) * (size_t)i, places[i], sizeof(int));
    }
    return sendmsg(launch->ends[0], &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? launch : NULL;
}

/* In the child. Nothing may touch a descriptor before the table is its own. */
static int arrive(const struct keeper *keeper, const struct launch *launch, int *const *places, int count) {
    if (syscall(SYS_close_range, keeper->launch_end, ~0U, CLOSE_RANGE_UNSHARE) < 0) return -errno;
    union control control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(launch->ends[1], &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) return -errno;
    if (!count) return 0;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_len != CMSG_LEN(sizeof(int) * (size_t)count)) return -EMFILE;
    for (int i = 0; i < count; i++) memcpy(places[i], CMSG_DATA(header) + sizeof(int) * (size_t)i, sizeof(int));
    return 0;
}

pid_t launch_fork(struct keeper *keeper, int cgroup_fd, bool own_pids, struct report *report, int *const *places, int count) {
    struct launch *launch = launch_send(keeper, places, count);
    pid_t pid = clone_into(keeper, cgroup_fd, (launch ? CLONE_FILES : 0) | (own_pids ? CLONE_NEWPID : 0));
    if (pid == 0 && launch && !keeper->no_clone3) {
        report->error = -arrive(keeper, launch, places, count);
        if (report->error) _exit(EXIT_DESCRIPTORS);
        report->arrived = 1;
    }
    if (pid == 0) take_score(keeper);
    if (pid == 0 || !launch) return pid;
    launch->pid = pid;
    launch->report = report;
    if (pid < 0 || keeper->no_clone3) empty(launch);
    return pid;
}

void launch_ended(struct keeper *keeper, pid_t pid) {
    for (struct launch *launch = keeper->launches; launch < keeper->launches + keeper->launch_count; launch++)
        if (launch->pid == pid) empty(launch);
}

bool launch_pending(const struct keeper *keeper) {
    for (int i = 0; i < keeper->launch_count; i++)
        if (keeper->launches[i].pid && !keeper->launches[i].report->arrived) return true;
    return false;
}
