/* Sends on what the journal passes to others, such as a syslog daemon: JavaScript has no datagram sockets of this kind.
 *
 *   tysd-keeper --relay
 *
 * Standard input has a frame for each datagram, until its end: u32 length of what follows; u32 pid, uid and gid of the sender; u8 whether to
 * wait for room; u8 length of the path; the path; the bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

enum { HEADER = 3 * 4 + 2, LONGEST = 16 << 20, SOCKET_ROOM = 8 << 20, WAIT_SEC = 1, TELL_USEC = 30000000 };

struct relay {
    int fd;
    uint64_t missed, told_usec;
};

static bool read_whole(void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t got = read(0, (char *)bytes + done, length - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        done += (size_t)got;
    }
    return true;
}

static int send_as(struct relay *relay, struct msghdr *message, const struct ucred *sender, int flags) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof *sender)];
    } control = {0};
    message->msg_control = sender ? &control : NULL;
    message->msg_controllen = sender ? sizeof control : 0;
    if (sender) {
        control.header = (struct cmsghdr){CMSG_LEN(sizeof *sender), SOL_SOCKET, SCM_CREDENTIALS};
        memcpy(CMSG_DATA(&control.header), sender, sizeof *sender);
    }
    return sendmsg(relay->fd, message, MSG_NOSIGNAL | flags) < 0 ? -errno : 0;
}

/* In the name of who wrote it, where that is allowed; of one that is gone, of its user. */
static int pass_on(struct relay *relay, struct msghdr *message, struct ucred sender, int flags) {
    int result = sender.pid ? send_as(relay, message, &sender, flags) : -ESRCH;
    if (result == -ESRCH) {
        sender.pid = getpid();
        result = send_as(relay, message, &sender, flags);
    }
    return result == -EPERM ? send_as(relay, message, NULL, flags) : result;
}

/* That nobody listens is no loss, but that they do not read is. */
static void tell_missed(struct relay *relay, int result) {
    uint64_t now = monotonic_usec();
    relay->missed += result == -EAGAIN || result == -ENOBUFS || result == -EMSGSIZE;
    if (!relay->missed || (relay->told_usec && now - relay->told_usec < TELL_USEC)) return;
    fprintf(stderr, "tysd-journal: %llu messages could not be passed on, as they are not read or too long\n", (unsigned long long)relay->missed);
    relay->missed = 0;
    relay->told_usec = now;
}

static bool relay_one(struct relay *relay, const uint8_t *frame, size_t length) {
    struct ucred sender = {(pid_t)load_u32(frame), load_u32(frame + 4), load_u32(frame + 8)};
    bool waits = frame[12];
    size_t path = frame[13];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path >= sizeof address.sun_path || HEADER + path > length) return false;
    memcpy(address.sun_path, frame + HEADER, path);
    struct iovec part = {(void *)(frame + HEADER + path), length - HEADER - path};
    struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1};
    tell_missed(relay, pass_on(relay, &message, sender, waits ? 0 : MSG_DONTWAIT));
    return true;
}

int relay_datagrams(int argc, char **argv) {
    (void)argv;
    if (argc) return 2;
    struct relay relay = {.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    int room = SOCKET_ROOM;
    struct timeval patience = {.tv_sec = WAIT_SEC};
    if (relay.fd < 0) return 1;
    if (setsockopt(relay.fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0) setsockopt(relay.fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(relay.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    uint8_t head[4], *frame = NULL;
    size_t size = 0;
    bool good = true;
    while (good && read_whole(head, sizeof head)) {
        size_t length = load_u32(head);
        if (length < HEADER || length > LONGEST) return 1;
        if (length > size) frame = grow(frame, size = length);
        if (!read_whole(frame, length)) break;
        good = relay_one(&relay, frame, length);
    }
    free(frame);
    return good ? 0 : 1;
}
