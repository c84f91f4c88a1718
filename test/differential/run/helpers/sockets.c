/* What act does with sockets: it looks at those that it was passed, and is the client of others. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "act.h"

static const struct {
    const char *name;
    int level, option;
} integers[] = {
    {"domain", SOL_SOCKET, SO_DOMAIN},
    {"type", SOL_SOCKET, SO_TYPE},
    {"protocol", SOL_SOCKET, SO_PROTOCOL},
    {"accepts", SOL_SOCKET, SO_ACCEPTCONN},
    {"keepalive", SOL_SOCKET, SO_KEEPALIVE},
    {"broadcast", SOL_SOCKET, SO_BROADCAST},
    {"reuseaddr", SOL_SOCKET, SO_REUSEADDR},
    {"reuseport", SOL_SOCKET, SO_REUSEPORT},
    {"priority", SOL_SOCKET, SO_PRIORITY},
    {"rcvbuf", SOL_SOCKET, SO_RCVBUF},
    {"sndbuf", SOL_SOCKET, SO_SNDBUF},
    {"mark", SOL_SOCKET, SO_MARK},
    {"passcred", SOL_SOCKET, SO_PASSCRED},
    {"passsec", SOL_SOCKET, SO_PASSSEC},
    {"timestamp", SOL_SOCKET, SO_TIMESTAMP},
    {"timestampns", SOL_SOCKET, SO_TIMESTAMPNS},
    {"v6only", IPPROTO_IPV6, IPV6_V6ONLY},
    {"tos", IPPROTO_IP, IP_TOS},
    {"ttl", IPPROTO_IP, IP_TTL},
    {"tclass", IPPROTO_IPV6, IPV6_TCLASS},
    {"hops", IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    {"pktinfo", IPPROTO_IP, IP_PKTINFO},
    {"pktinfo6", IPPROTO_IPV6, IPV6_RECVPKTINFO},
    {"freebind", IPPROTO_IP, IP_FREEBIND},
    {"freebind6", IPPROTO_IPV6, 78},
    {"transparent", IPPROTO_IP, IP_TRANSPARENT},
    {"transparent6", IPPROTO_IPV6, 75},
    {"nodelay", IPPROTO_TCP, TCP_NODELAY},
    {"keepidle", IPPROTO_TCP, TCP_KEEPIDLE},
    {"keepintvl", IPPROTO_TCP, TCP_KEEPINTVL},
    {"keepcnt", IPPROTO_TCP, TCP_KEEPCNT},
    {"defer", IPPROTO_TCP, TCP_DEFER_ACCEPT},
};

/* One line with every option of the descriptor that can be read, and what it is bound to. */
void note_options(int fd) {
    char line[2000];
    int length = snprintf(line, sizeof line, "%d", fd), flags = fcntl(fd, F_GETFL);
    length += snprintf(line + length, sizeof line - (size_t)length, " mode=%d nonblock=%d", flags & O_ACCMODE, !!(flags & O_NONBLOCK));
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        int value = 0;
        socklen_t size = sizeof value;
        if (!getsockopt(fd, integers[i].level, integers[i].option, &value, &size))
            length += snprintf(line + length, sizeof line - (size_t)length, " %s=%d", integers[i].name, value);
    }
    char text[100] = "";
    socklen_t size = sizeof text - 1;
    if (!getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, text, &size)) length += snprintf(line + length, sizeof line - (size_t)length, " congestion=%s", text);
    memset(text, 0, size = sizeof text - 1);
    if (!getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, text, &size) && *text) length += snprintf(line + length, sizeof line - (size_t)length, " device=%s", text);
    int pipe_size = fcntl(fd, F_GETPIPE_SZ);
    if (pipe_size > 0) length += snprintf(line + length, sizeof line - (size_t)length, " pipe=%d", pipe_size);
    struct mq_attr queue;
    if (!mq_getattr(fd, &queue))
        length += snprintf(line + length, sizeof line - (size_t)length, " messages=%ld message=%ld", queue.mq_maxmsg, queue.mq_msgsize);
    note(line);
}

/* Reads a line from a connection, notes it and answers. */
void converse(int fd) {
    char text[200] = "", line[300];
    ssize_t length = read(fd, text, sizeof text - 1);
    while (length > 0 && text[length - 1] == '\n') text[--length] = 0;
    snprintf(line, sizeof line, "says %s", text);
    note(line);
    if (dprintf(fd, "hello\n") < 0) note(strerror(errno));
}

static int dial(const char *where) {
    union {
        struct sockaddr any;
        struct sockaddr_un un;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } address = {0};
    socklen_t length;
    const char *colon = strrchr(where, ':');
    char host[100];
    if (*where == '/' || *where == '@') {
        length = unix_address(&address.un, where);
    } else if (*where == '[') {
        snprintf(host, sizeof host, "%.*s", (int)(colon - where - 2), where + 1);
        address.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(colon + 1))};
        inet_pton(AF_INET6, host, &address.in6.sin6_addr);
        length = sizeof address.in6;
    } else {
        snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
        address.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(colon + 1))};
        inet_pton(AF_INET, host, &address.in.sin_addr);
        length = sizeof address.in;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, &address.any, length) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Opens so many connections one after the other and leaves them open; says something in each and tells what comes back. */
void crowd(const char *where, int count, const char *text) {
    for (int i = 1; i <= count; i++) {
        char answer[200] = "";
        int fd = dial(where);
        if (fd < 0) {
            printf("%d %s\n", i, strerror(errno));
            continue;
        }
        if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0 || send(fd, "\n", 1, MSG_NOSIGNAL) < 0) {
            /* It was closed at once. */
        }
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        ssize_t length = poll(&polled, 1, 5000) == 1 ? read(fd, answer, sizeof answer - 1) : -2;
        if (length > 0) printf("%d answer %s%s", i, answer, answer[length - 1] == '\n' ? "" : "\n");
        else printf("%d %s\n", i, length == -2 ? "no answer" : "closed");
        fflush(stdout);
    }
}

/* Sends a message to a POSIX message queue. */
void message(const char *queue, const char *text) {
    mqd_t fd = mq_open(queue, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || mq_send(fd, text, strlen(text), 0) < 0) printf("%s: %s\n", queue, strerror(errno));
}
