#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper.h"

enum { MAX_MESSAGE = 4096, MAX_MESSAGE_FDS = 253, DRAINED_AT_ONCE = 1024, PIDFS = 0x50494446 };

struct received {
    struct ucred sender;
    int fds[MAX_MESSAGE_FDS];
    int fd_count;
    bool has_sender, whole;
    ssize_t length;
    char text[MAX_MESSAGE];
};

static bool receive(int socket_fd, struct received *received) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int) * MAX_MESSAGE_FDS)];
    } control;
    struct iovec part = {received->text, sizeof received->text};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    received->fd_count = 0;
    received->has_sender = false;
    received->length = recvmsg(socket_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (received->length < 0) return false;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len == CMSG_LEN(sizeof received->sender)) {
            memcpy(&received->sender, CMSG_DATA(header), sizeof received->sender);
            received->has_sender = true;
        }
        if (header->cmsg_type != SCM_RIGHTS) continue;
        received->fd_count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(received->fds, CMSG_DATA(header), (size_t)received->fd_count * sizeof(int));
    }
    received->whole = !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    return true;
}

static void drop(struct keeper *keeper, const struct received *received) {
    if (may_tell(keeper)) say("a notification of %s%d was dropped: it is too long or has too many descriptors", received->has_sender ? "process " : "", received->has_sender ? received->sender.pid : 0);
    for (int i = 0; i < received->fd_count; i++) close_aside(received->fds[i]);
}

/* The process that a pidfd is of; 0 if it is none, or one that has ended or cannot be seen from here. */
static pid_t process_of(int fd) {
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *facts = file_open(path);
    int pid = 0;
    while (facts && fgets(line, sizeof line, facts) && sscanf(line, "Pid: %d", &pid) != 1) continue;
    if (facts) fclose(facts);
    return pid > 0 ? pid : 0;
}

/* The process that the text calls the main one, by its first MAINPID=; 0 for none. */
static pid_t named_main(const struct received *received) {
    static const char key[] = "\nMAINPID=";
    char text[MAX_MESSAGE + 2] = "\n";
    memcpy(text + 1, received->text, (size_t)received->length);
    const char *at = memmem(text, (size_t)received->length + 1, key, sizeof key - 1);
    long pid = at ? strtol(at + sizeof key - 1, NULL, 10) : 0;
    return pid > 1 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

/* The id of a process's pidfd, which no other has until the next boot; 0 where the kernel (before 6.9) has none. */
static uint64_t pidfd_id(pid_t pid) {
    int fd = pid > 1 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    struct statfs system;
    struct stat status;
    bool known = fd >= 0 && !fstatfs(fd, &system) && system.f_type == PIDFS && !fstat(fd, &status);
    if (fd >= 0) close(fd);
    return known ? status.st_ino : 0;
}

static void tell(struct keeper *keeper, const struct received *received) {
    struct group *group = group_of(keeper, received->sender.pid);
    char names[MAX_MESSAGE_FDS][40];
    int held = 0;
    bool by_fd = memmem(received->text, (size_t)received->length, "MAINPIDFD", 9);
    pid_t named_by_fd = by_fd && received->fd_count == 1 ? process_of(received->fds[0]) : 0;
    uint64_t id = by_fd ? pidfd_id(named_main(received)) : 0;
    for (int i = 0; i < received->fd_count; i++) {
        /* One that only names a path cannot be watched; systemd does not store it, either. */
        int flags = fcntl(received->fds[i], F_GETFL);
        if (flags < 0 || flags & O_PATH) {
            close(received->fds[i]);
            continue;
        }
        snprintf(names[held], sizeof names[held], "notify/%llu", (unsigned long long)++keeper->notify_count);
        if (descriptor_hold(keeper, names[held], received->fds[i])) held++;
    }
    struct buffer *out = event_begin(keeper, EVENT_NOTIFIED);
    put_string(out, group ? group->key : "");
    put_u32(out, (uint32_t)received->sender.pid);
    put_u32(out, received->sender.uid);
    put_u32(out, received->sender.gid);
    put_text(out, received->text, (size_t)received->length);
    put_u32(out, (uint32_t)held);
    for (int i = 0; i < held; i++) put_string(out, names[i]);
    put_u32(out, (uint32_t)named_by_fd);
    put_u64(out, id);
    event_end(keeper);
    if (keeper->notified_count >= MAX_NOTIFIED) notify_pause(keeper, true);
}

void notify_drain(struct keeper *keeper) {
    struct received received;
    for (int i = 0; i < DRAINED_AT_ONCE && !keeper->notify_paused && receive(keeper->notify_fd, &received); i++) {
        if (!received.whole || !received.has_sender)
            drop(keeper, &received);
        else
            tell(keeper, &received);
    }
}

static void notify_ready(struct keeper *keeper, void *context, uint32_t events) {
    (void)context, (void)events;
    notify_drain(keeper);
}

void notify_pause(struct keeper *keeper, bool pause) {
    if (keeper->notify_paused == pause) return;
    keeper->notify_paused = pause;
    rewatch(keeper, keeper->notify_fd, pause ? 0 : EPOLLIN);
}

void notify_resume(struct keeper *keeper) {
    if (keeper->notify_paused && !events_full(keeper) && keeper->notified_count < MAX_NOTIFIED) notify_pause(keeper, false);
}

void notify_start(struct keeper *keeper) {
    char path[108];
    keeper->notify_fd = servant_listen(keeper, "notify", SOCK_DGRAM, 0666, keeper->notify_fd, path);
    int on = 1, size = 8 << 20;
    setsockopt(keeper->notify_fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    if (setsockopt(keeper->notify_fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) setsockopt(keeper->notify_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    watch(keeper, keeper->notify_fd, EPOLLIN, notify_ready, NULL);
}
