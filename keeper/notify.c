#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper.h"

enum { MAX_MESSAGE = 4096, MAX_MESSAGE_FDS = 253, DRAINED_AT_ONCE = 1024 };

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
    for (int i = 0; i < received->fd_count; i++) close(received->fds[i]);
}

static void tell(struct keeper *keeper, const struct received *received) {
    struct group *group = group_of(keeper, received->sender.pid);
    char names[MAX_MESSAGE_FDS][40];
    int held = 0;
    for (int i = 0; i < received->fd_count; i++) {
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
