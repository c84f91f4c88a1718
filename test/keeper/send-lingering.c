/* Sends messages with a connection each that, when it is closed last, waits for an hour: send-lingering SOCKET HOW-MANY TEXT [stream], as datagrams or each on a connection of its own. Then stays, so that nobody reads. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int listener;

/* One that has more to send than is taken. */
static int connection(void) {
    static char bytes[1 << 16];
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    struct linger hour = {1, 3600};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (getsockname(listener, (struct sockaddr *)&address, &size) || connect(fd, (struct sockaddr *)&address, size)) return -1;
    while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) continue;
    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &hour, sizeof hour) ? -1 : fd;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    bool streams = argc > 4;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listen(listener, 100)) return 1;
    for (int left = atoi(argv[2]); left; left--) {
        /* A process that ends does not wait, so whoever it sent to does. */
        if (fork()) {
            if (accept(listener, NULL, NULL) < 0) return 1;
            continue;
        }
        union {
            struct cmsghdr header;
            char space[CMSG_SPACE(sizeof(int))];
        } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
        struct iovec part = {argv[3], strlen(argv[3])};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        int fd = connection(), to = socket(AF_UNIX, streams ? SOCK_STREAM : SOCK_DGRAM, 0);
        if (connect(to, (struct sockaddr *)&address, sizeof address)) return 1;
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
        _exit(fd < 0 || sendmsg(to, &message, MSG_NOSIGNAL) < 0);
    }
    while (wait(NULL) > 0) continue;
    puts("sent");
    fflush(stdout);
    pause();
}
