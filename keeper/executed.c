/* How the keeper hears that a child has executed its program: a pipe whose other end only the child has is closed by exec.
 *
 * Its end here is a descriptor for as long as the child is at its ops, which is much where hundreds start at once and few are allowed. Then the keeper
 * has no end at all: one inotify(7) tells of the last close of each such pipe, whose inode it holds. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "keeper.h"

/* So much of the numbers that children may use goes to pipes that are read. */
enum { PART_FOR_PIPES = 4 };

static int watch_pipe(struct keeper *keeper, int fd) {
    char path[32];
    if (keeper->exec_inotify < 0) executed_start(keeper);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return keeper->exec_inotify < 0 ? -1 : inotify_add_watch(keeper->exec_inotify, path, IN_CLOSE_WRITE);
}

int executed_prepare(struct keeper *keeper, int ends[2], int *watched) {
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    if (ends[0] < keeper->reserved_from / PART_FOR_PIPES) return 0;
    *watched = watch_pipe(keeper, ends[0]);
    if (*watched < 0) return is_reserved(keeper, ends[0]) ? -EMFILE : 0;
    close(ends[0]);
    ends[0] = -1;
    return 0;
}

void executed_forget(struct keeper *keeper, int watched) {
    if (watched >= 0) inotify_rm_watch(keeper->exec_inotify, watched);
}

void executed_expect(struct keeper *keeper, struct child *child, int watched) {
    child->exec_watch = watched;
    if (watched >= 0) table_add_number(&keeper->children_by_exec, &child->by_exec, (uint64_t)watched);
}

void executed_end(struct keeper *keeper, struct child *child) {
    if (child->exec_watch < 0) return;
    table_remove(&keeper->children_by_exec, &child->by_exec);
    if (!keeper->checking) executed_forget(keeper, child->exec_watch);
    child->exec_watch = -1;
}

/* Some were not told: those that are past their ops are found by what they report. */
static void look_at_all(struct keeper *keeper) {
    FOR_TABLE(&keeper->children_by_pid, node) {
        struct child *child = OF(struct child, by_pid, node);
        if (child->exec_watch >= 0 && keeper->reports[child->slot].at_exec) child_executed(keeper, child);
    }
}

static void closed(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    _Alignas(struct inotify_event) char bytes[4096];
    ssize_t got = read(keeper->exec_inotify, bytes, sizeof bytes);
    for (ssize_t at = 0; at < got;) {
        const struct inotify_event *event = (struct inotify_event *)(bytes + at);
        at += (ssize_t)sizeof *event + event->len;
        if (event->mask & IN_Q_OVERFLOW) look_at_all(keeper);
        struct node *node = event->mask & IN_CLOSE_WRITE ? table_number(&keeper->children_by_exec, (uint64_t)(uint32_t)event->wd) : NULL;
        if (node) child_executed(keeper, OF(struct child, by_exec, node));
    }
}

void executed_start(struct keeper *keeper) {
    if (keeper->exec_inotify < 0) keeper->exec_inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (keeper->exec_inotify >= 0) watch(keeper, keeper->exec_inotify, EPOLLIN, closed, NULL);
}
