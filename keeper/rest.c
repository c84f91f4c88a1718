/* A servant that has nothing to do may end, to take no memory meanwhile: it asks, and goes only if nothing has come that it does not know. It is
 * started again when there is something to do: for the journal a frame or a record of the kernel; for the manager an event, a client, or the time that it named. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "keeper.h"

/* One that is woken before it has rested so many times as long as it had been idle is to be idle for twice that time before it rests again. */
enum { WORTH = 3 };
static const uint64_t MOST_IDLE_USEC = 3600000000u, LEAVE_USEC = 5000000;

bool servant_may_rest(const struct keeper *keeper, const struct servant *servant, uint64_t idle) {
    return servant->pid > 0 && !servant->leaves && idle >= servant->idle_wanted && !keeper->end_phase && !keeper->checker && !keeper->replace_wanted && !keeper->replace_ready;
}

void servant_rest(struct keeper *keeper, struct servant *servant, uint64_t idle) {
    servant->rests = servant->leaves = true;
    servant->rest_count++;
    servant->rested_at = monotonic_usec();
    servant->rested_idle = idle;
    servant->leave_deadline = servant->rested_at + LEAVE_USEC;
    wake_at(keeper, servant->leave_deadline);
}

void servant_wake(struct keeper *keeper, struct servant *servant) {
    if (!servant->rests) return;
    servant->rests = false;
    servant->woken = true;
    if (servant == &keeper->manager) unwatch(keeper, keeper->control_fd);
    bool worth = (monotonic_usec() - servant->rested_at) / WORTH >= servant->rested_idle;
    uint64_t twice = servant->rested_idle < MOST_IDLE_USEC / 2 ? servant->rested_idle * 2 : MOST_IDLE_USEC;
    servant->idle_wanted = worth ? 0 : twice;
}

/* One that does not end though it said that it would. */
void servant_check_leave(struct keeper *keeper, struct servant *servant) {
    if (!servant->leaves || servant->pid <= 0) return;
    if (monotonic_usec() < servant->leave_deadline) return wake_at(keeper, servant->leave_deadline);
    kill(servant->pid, SIGKILL);
    servant->leave_deadline = UINT64_MAX;
}

static void client_came(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    servant_wake(keeper, &keeper->manager);
}

/* It serves no client any more, so it goes in any case: if somebody waits already, the next one comes at once. */
void manager_rest(struct keeper *keeper, uint64_t idle, uint64_t wake) {
    struct pollfd client = {.fd = keeper->control_fd, .events = POLLIN};
    bool waited_for = keeper->event_count || wake <= monotonic_usec() || poll(&client, 1, 0) != 0 || !servant_may_rest(keeper, &keeper->manager, idle);
    servant_rest(keeper, &keeper->manager, idle);
    keeper->manager_wake = wake;
    if (waited_for || watch(keeper, keeper->control_fd, EPOLLIN, client_came, NULL)) servant_wake(keeper, &keeper->manager);
}

void manager_check_rest(struct keeper *keeper) {
    if (!keeper->manager.rests || keeper->manager_wake == UINT64_MAX) return;
    if (monotonic_usec() >= keeper->manager_wake) servant_wake(keeper, &keeper->manager);
    else wake_at(keeper, keeper->manager_wake);
}

static void kernel_said(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    unwatch(keeper, keeper->kernel_fd);
    servant_wake(keeper, &keeper->journal);
}

enum { MAX_RECORD = 8192, MAX_RECORDS = 100000 };

bool kernel_log_watch(struct keeper *keeper, uint64_t next) {
    char record[MAX_RECORD + 1];
    unwatch(keeper, keeper->kernel_fd);
    if (keeper->kernel_fd < 0) keeper->kernel_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    for (int i = 0; keeper->kernel_fd >= 0 && i < MAX_RECORDS; i++) {
        ssize_t got = read(keeper->kernel_fd, record, MAX_RECORD);
        if (got < 0 && errno == EAGAIN) return !watch(keeper, keeper->kernel_fd, EPOLLIN, kernel_said, NULL);
        /* EPIPE: records were overwritten; the next read gives the oldest that there is. */
        if (got < 0 && (errno == EPIPE || errno == EINTR)) continue;
        if (got <= 0) break;
        record[got] = 0;
        unsigned long long sequence;
        if (sscanf(record, "%*u,%llu", &sequence) == 1 && sequence >= next) return false;
    }
    return false;
}
