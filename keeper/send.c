/* sd_notify(3) for the systemd-notify command: JavaScript has no datagram sockets of this kind.
 *
 *   tysd-keeper --notify [--pid=N] [--uid=N --gid=N] [--no-block] [--] KEY=VALUE...
 *
 * The message is sent in the name of process N where that is allowed, then a barrier tells when the manager has read it:
 * until then this process must live, for the manager looks up who sent a message. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper.h"

enum { BARRIER_MS = 5000, LONGEST = 4096 };

static int notify_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || length >= sizeof address.sun_path) return -EINVAL;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    /* A path ends with a NUL; an abstract name has none. */
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '/'));
    if (connect(fd, (struct sockaddr *)&address, size) == 0) return fd;
    int error = errno;
    close(fd);
    return -error;
}

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(3 * sizeof(int))];
};

static int send_with(int fd, const char *text, size_t length, int type, const void *data, size_t size) {
    union control control = {0};
    struct iovec part = {(void *)text, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (size) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(size);
        control.header = (struct cmsghdr){CMSG_LEN(size), SOL_SOCKET, type};
        memcpy(CMSG_DATA(&control.header), data, size);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int send_message(int fd, const char *text, size_t length, pid_t pid) {
    struct ucred sender = {pid, getuid(), getgid()};
    int result = send_with(fd, text, length, SCM_CREDENTIALS, &sender, pid > 0 ? sizeof sender : 0);
    /* Only root may speak for another process; as itself everybody may. */
    return result == -EPERM && pid > 0 ? send_with(fd, text, length, 0, NULL, 0) : result;
}

static int wait_until_read(int fd) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    int result = send_with(fd, "BARRIER=1", 9, SCM_RIGHTS, &ends[1], sizeof ends[1]);
    close(ends[1]);
    struct pollfd closed = {.fd = ends[0]};
    if (!result && poll(&closed, 1, BARRIER_MS) == 0) result = -ETIMEDOUT;
    close(ends[0]);
    return result;
}

static int notify_fails(const char *what, int error) {
    fprintf(stderr, "Failed to %s: %s\n", what, strerror(error));
    return 1;
}

int send_notification(int argc, char **argv) {
    char text[LONGEST + 1];
    size_t length = 0;
    pid_t pid = 0;
    long long uid = -1, gid = -1;
    bool block = true, reloading = false, stamped = false, options = true;
    for (int i = 0; i < argc; i++) {
        if (options && strncmp(argv[i], "--pid=", 6) == 0) {
            pid = (pid_t)strtol(argv[i] + 6, NULL, 10);
        } else if (options && strncmp(argv[i], "--uid=", 6) == 0) {
            uid = strtoll(argv[i] + 6, NULL, 10);
        } else if (options && strncmp(argv[i], "--gid=", 6) == 0) {
            gid = strtoll(argv[i] + 6, NULL, 10);
        } else if (options && strcmp(argv[i], "--no-block") == 0) {
            block = false;
        } else if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else {
            int wrote = snprintf(text + length, sizeof text - length, "%s\n", argv[i]);
            if (wrote < 0 || (size_t)wrote >= sizeof text - length) {
                fprintf(stderr, "systemd-notify: the message is longer than %d bytes\n", LONGEST);
                return 1;
            }
            length += (size_t)wrote;
            reloading |= strcmp(argv[i], "RELOADING=1") == 0;
            stamped |= strncmp(argv[i], "MONOTONIC_USEC=", 15) == 0;
        }
    }
    /* Type=notify-reload wants to know when: sd_notify(3). */
    if (reloading && !stamped && length < sizeof text - 64)
        length += (size_t)sprintf(text + length, "MONOTONIC_USEC=%llu\n", (unsigned long long)monotonic_usec());
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path) {
        fprintf(stderr, "systemd-notify: $NOTIFY_SOCKET is not set: nobody is there to be notified\n");
        return 1;
    }
    if (gid >= 0 && setresgid((gid_t)gid, (gid_t)gid, (gid_t)gid) < 0) return notify_fails("change GID", errno);
    if (uid >= 0 && setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) < 0) return notify_fails("change UID", errno);
    int fd = notify_socket(path);
    int result = fd < 0 ? fd : send_message(fd, text, length, pid);
    if (!result && block) result = wait_until_read(fd);
    return result ? notify_fails("notify init system", -result) : 0;
}

/* Standard input, output and error for a transient unit:
 *
 *   tysd-keeper --pass SOCKET TOKEN
 */
int send_descriptors(int argc, char **argv) {
    static const int streams[] = {0, 1, 2};
    char text[128];
    if (argc != 2) return 2;
    int length = snprintf(text, sizeof text, "TYSD_DESCRIPTORS=%s", argv[1]);
    int fd = notify_socket(argv[0]);
    int result = fd < 0 ? fd : send_with(fd, text, (size_t)length, SCM_RIGHTS, streams, sizeof streams);
    /* The manager has them when this is over. */
    if (!result) result = wait_until_read(fd);
    if (result) fprintf(stderr, "Failed to pass file descriptors to %s: %s\n", argv[0], strerror(-result));
    return result ? 1 : 0;
}
