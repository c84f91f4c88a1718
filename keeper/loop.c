#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keeper.h"

static uint64_t usec_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t monotonic_usec(void) { return usec_of(CLOCK_MONOTONIC); }

uint64_t realtime_usec(void) { return usec_of(CLOCK_REALTIME); }

static int console = 2;

/* Standard error by a descriptor of its own: others share the first one, and whether it waits is not ours to say. A regular file never waits, and
 * there the place in it is shared too. */
void console_start(void) {
    struct stat info;
    if (fstat(2, &info) < 0 || S_ISREG(info.st_mode)) return;
    int fd = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) console = fd;
}

/* Sockets and what belongs to others cannot be opened again. A socket can be told not to wait; poll(2) says of one that it has no room when
 * it is not even half full. All else is written to as it is, where it has room. */
void console_write(const char *bytes, size_t length) {
    if (console == 2) {
        if (send(console, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno != ENOTSOCK) return;
        struct pollfd room = {.fd = console, .events = POLLOUT};
        if (poll(&room, 1, 0) <= 0 || !(room.revents & POLLOUT)) return;
    }
    if (write(console, bytes, length) < 0) return;
}

void say(const char *format, ...) {
    char line[1024] = "tysd-keeper: ";
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line + 13, sizeof line - 14, format, arguments);
    va_end(arguments);
    size_t end = 13 + (length < 0 ? 0 : (size_t)length > sizeof line - 15 ? sizeof line - 15 : (size_t)length);
    for (size_t i = 13; i < end; i++)
        if ((unsigned char)line[i] < ' ') line[i] = '?';
    line[end++] = '\n';
    console_write(line, end);
}

bool may_tell(struct keeper *keeper) {
    uint64_t now = monotonic_usec();
    if (keeper->told_at && now < keeper->told_at + 1000000) return false;
    keeper->told_at = now;
    return true;
}

static int control(struct keeper *keeper, int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(keeper->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

int watch(struct keeper *keeper, int fd, uint32_t events, ready_function *ready, void *context) {
    if (fd >= keeper->watch_size) {
        int size = keeper->watch_size ? keeper->watch_size : 64;
        while (size <= fd) size *= 2;
        keeper->watches = grow(keeper->watches, (size_t)size * sizeof *keeper->watches);
        memset(keeper->watches + keeper->watch_size, 0, (size_t)(size - keeper->watch_size) * sizeof *keeper->watches);
        keeper->watch_size = size;
    }
    int result = control(keeper, EPOLL_CTL_ADD, fd, events);
    if (!result) keeper->watches[fd] = (struct watch){ready, context};
    return result;
}

int rewatch(struct keeper *keeper, int fd, uint32_t events) { return control(keeper, EPOLL_CTL_MOD, fd, events); }

/* A copy of the descriptor in a child would keep the epoll entry alive after close, so it is always deleted. */
void unwatch(struct keeper *keeper, int fd) {
    if (fd < 0 || fd >= keeper->watch_size || !keeper->watches[fd].ready) return;
    control(keeper, EPOLL_CTL_DEL, fd, 0);
    keeper->watches[fd] = (struct watch){0};
}

void unwatch_close(struct keeper *keeper, int *fd) {
    if (*fd < 0) return;
    unwatch(keeper, *fd);
    close(*fd);
    *fd = -1;
}

void wake_at(struct keeper *keeper, uint64_t usec) {
    if (usec < keeper->wake_usec) keeper->wake_usec = usec;
}

void signals_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    struct signalfd_siginfo info[16];
    ssize_t got = read(keeper->signal_fd, info, sizeof info);
    for (size_t i = 0; got > 0 && i < (size_t)got / sizeof *info; i++) {
        if (info[i].ssi_signo == SIGCHLD) {
            keeper->reap_needed = true;
            if (keeper->ended_count < MAX_ENDED) keeper->ended[keeper->ended_count++] = (pid_t)info[i].ssi_pid;
            continue;
        }
        struct buffer *out = event_begin(keeper, EVENT_SIGNALLED);
        put_u32(out, info[i].ssi_signo);
        put_u32(out, info[i].ssi_pid);
        put_u32(out, info[i].ssi_uid);
        event_end(keeper);
        servants_signalled(keeper, (int)info[i].ssi_signo);
    }
}

static int wait_milliseconds(const struct keeper *keeper) {
    if (keeper->wake_usec == UINT64_MAX) return -1;
    uint64_t now = monotonic_usec();
    if (now >= keeper->wake_usec) return 0;
    uint64_t wait = (keeper->wake_usec - now + 999) / 1000;
    return wait > 60000 ? 60000 : (int)wait;
}

void loop_take(struct keeper *keeper, int milliseconds) {
    struct epoll_event ready[256];
    int count = epoll_wait(keeper->epoll_fd, ready, 256, milliseconds);
    keeper->turn++;
    keeper->wake_usec = UINT64_MAX;
    for (int i = 0; i < count; i++) {
        int fd = ready[i].data.fd;
        /* An earlier one of this turn may have closed it. */
        struct watch seen = fd < keeper->watch_size ? keeper->watches[fd] : (struct watch){0};
        if (seen.ready) seen.ready(keeper, seen.context, ready[i].events);
    }
}

_Noreturn void loop_run(struct keeper *keeper) {
    for (;;) {
        loop_take(keeper, wait_milliseconds(keeper));
        if (keeper->reap_needed) children_reap(keeper);
        if (keeper->check_needed) groups_check(keeper);
        groups_check_memory(keeper);
        groups_retry_removal(keeper);
        servants_check(keeper);
        watchdog_check(keeper);
        journal_check(keeper);
        if (keeper->end_phase) end_step(keeper);
        if (keeper->replace_wanted || keeper->checker || keeper->replace_ready) replace_step(keeper);
        journal_flush(keeper);
        link_flush(keeper);
    }
}
