/* A service for tests, static so that it runs in any root directory: carries out its arguments one after the other. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>
#include <netinet/in.h>
#include <unistd.h>

#include "act.h"

static const char *notes = "/dev/null";

static void fail(const char *what) {
    perror(what);
    exit(99);
}

/* Appends one line to the file of notes, in one write. */
void note(const char *text) {
    int fd = open(notes, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) fail(notes);
    dprintf(fd, "%s\n", text);
    close(fd);
}

socklen_t unix_address(struct sockaddr_un *address, const char *path) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path) fail(path);
    strcpy(address->sun_path, path);
    if (*path != '@') return sizeof *address;
    address->sun_path[0] = 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
}

/* Sends a notification, `\n` being a new line, with one descriptor if it is not -1. */
static void notify(const char *text, int sent) {
    struct sockaddr_un address;
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path) return note("no NOTIFY_SOCKET");
    socklen_t length = unix_address(&address, path);
    char message[1024], *end = message;
    for (; *text && end < message + sizeof message - 1; text++)
        if (*text == '\\' && text[1] == 'n') *end++ = '\n', text++;
        else *end++ = *text;
    struct iovec iov = {message, (size_t)(end - message)};
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr header = {.msg_name = &address, .msg_namelen = length, .msg_iov = &iov, .msg_iovlen = 1};
    if (sent >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
        cmsg->cmsg_level = SOL_SOCKET, cmsg->cmsg_type = SCM_RIGHTS, cmsg->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(cmsg), &sent, sizeof sent);
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || sendmsg(fd, &header, MSG_NOSIGNAL) < 0) note(strerror(errno));
    if (fd >= 0) close(fd);
}

/* Stores a memory file with this content under this name. */
static void store(const char *name, const char *content) {
    char text[256];
    int fd = memfd_create("stored", 0);
    if (fd < 0 || write(fd, content, strlen(content)) < 0) fail("memfd");
    snprintf(text, sizeof text, "FDSTORE=1\\nFDNAME=%s", name);
    notify(text, fd);
    close(fd);
}

/* A descriptor that few would pass, or -1. */
static int odd(const char *kind) {
    int pair[2];
    if (!strcmp(kind, "path")) return open("/etc", O_PATH | O_CLOEXEC);
    if (!strcmp(kind, "directory")) return open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!strcmp(kind, "process")) return (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (!strcmp(kind, "null")) return open("/dev/null", O_RDWR | O_CLOEXEC);
    if (!strcmp(kind, "epoll")) {
        /* It watches one that watches what never ends. */
        int inner = epoll_create1(EPOLL_CLOEXEC), outer = epoll_create1(EPOLL_CLOEXEC), zero = eventfd(1, EFD_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN};
        return epoll_ctl(inner, EPOLL_CTL_ADD, zero, &event) || epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event) ? -1 : outer;
    }
    if (!strcmp(kind, "sealed")) {
        int fd = memfd_create("sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
        return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0 ? -1 : fd;
    }
    if (strcmp(kind, "circle") || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair)) return -1;
    /* In the queue of the one lies the other, and in that one's the first. */
    for (int i = 0; i < 2; i++) {
        char control[CMSG_SPACE(sizeof(int))] = {0};
        struct iovec iov = {"x", 1};
        struct msghdr header = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
        cmsg->cmsg_level = SOL_SOCKET, cmsg->cmsg_type = SCM_RIGHTS, cmsg->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(cmsg), &pair[i], sizeof(int));
        if (sendmsg(pair[i], &header, 0) < 0) return -1;
    }
    return pair[0];
}

static void store_odd(const char *kind) {
    char text[256];
    int fd = odd(kind);
    if (fd < 0) fail(kind);
    snprintf(text, sizeof text, "FDSTORE=1\\nFDNAME=%s", kind);
    notify(text, fd);
    if (strcmp(kind, "circle")) close(fd);
}

/* Sets the machine's clock by less than a second; what is known of how exact it is stays as it was. */
static void jump(long usec) {
    struct timex known = {0}, moved = {.modes = ADJ_SETOFFSET, .time = {usec < 0 ? -1 : 0, usec < 0 ? usec + 1000000 : usec}};
    if (adjtimex(&known) < 0 || adjtimex(&moved) < 0) fail("adjtimex");
    known.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR;
    if (adjtimex(&known) < 0) fail("adjtimex");
}

/* One line for each descriptor that was passed: its name and what it is. */
static void passed(void) {
    const char *count = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID"), *names = getenv("LISTEN_FDNAMES");
    char line[512];
    snprintf(line, sizeof line, "LISTEN_FDS=%s LISTEN_PID=%s LISTEN_FDNAMES=%s", count ? count : "-",
             !pid ? "-" : atoi(pid) == getpid() ? "mine" : "other", names ? names : "-");
    note(line);
    for (int fd = 3; count && fd < 3 + atoi(count); fd++) {
        struct stat status;
        if (fstat(fd, &status) < 0) fail("fstat");
        int flags = fcntl(fd, F_GETFL), cloexec = fcntl(fd, F_GETFD) & FD_CLOEXEC;
        const char *mode = flags & O_NONBLOCK ? "nonblocking" : "blocking";
        if (S_ISSOCK(status.st_mode)) {
            union { struct sockaddr any; struct sockaddr_un un; struct sockaddr_in in; struct sockaddr_in6 in6; } name = {0};
            socklen_t length = sizeof name, size = sizeof(int);
            int type = 0, accepting = 0;
            getsockname(fd, &name.any, &length);
            getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
            getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &size);
            int path = (int)length - (int)offsetof(struct sockaddr_un, sun_path);
            if (name.any.sa_family == AF_UNIX && !name.un.sun_path[0] && path > 0) name.un.sun_path[0] = '@';
            else if (name.any.sa_family == AF_UNIX) path = (int)strlen(name.un.sun_path);
            int port = name.any.sa_family == AF_INET ? ntohs(name.in.sin_port) : name.any.sa_family == AF_INET6 ? ntohs(name.in6.sin6_port) : 0;
            snprintf(line, sizeof line, "%d socket family %d type %d accepting %d %.*s%d %s cloexec %d", fd, name.any.sa_family, type, accepting,
                     name.any.sa_family == AF_UNIX ? path : 0, name.un.sun_path, port, mode, cloexec);
        } else if (S_ISFIFO(status.st_mode)) {
            snprintf(line, sizeof line, "%d fifo mode %o access %d %s cloexec %d", fd, status.st_mode & 0777, flags & O_ACCMODE, mode, cloexec);
        } else {
            char content[200] = "";
            ssize_t length = pread(fd, content, sizeof content - 1, 0);
            content[length < 0 ? 0 : length] = 0;
            snprintf(line, sizeof line, "%d file %s access %d %s cloexec %d", fd, content, flags & O_ACCMODE, mode, cloexec);
        }
        note(line);
    }
}

/* Takes one connection or datagram from the first passed descriptor that has one, notes what it says and answers. */
static void serve(void) {
    const char *count = getenv("LISTEN_FDS");
    int number = count ? atoi(count) : 0;
    struct pollfd polled[16];
    for (int i = 0; i < number && i < 16; i++) polled[i] = (struct pollfd){.fd = 3 + i, .events = POLLIN};
    if (poll(polled, (nfds_t)number, -1) < 0) fail("poll");
    for (int i = 0; i < number; i++) {
        if (!polled[i].revents) continue;
        char text[200] = "", line[300];
        int accepting = 0, fd = polled[i].fd;
        socklen_t size = sizeof accepting;
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &size);
        if (accepting && (fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) < 0) fail("accept");
        ssize_t length = read(fd, text, sizeof text - 1);
        while (length > 0 && text[length - 1] == '\n') text[--length] = 0;
        snprintf(line, sizeof line, "%d says %s", polled[i].fd, text);
        note(line);
        if (accepting) dprintf(fd, "hello\n"), close(fd);
        return;
    }
}

/* Connects to a unix socket and says something. */
static void call(int type, const char *path, const char *text) {
    struct sockaddr_un address;
    char answer[200] = "";
    socklen_t length = unix_address(&address, path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, length) < 0) {
        printf("connect: %s\n", strerror(errno));
        exit(1);
    }
    if (write(fd, text, strlen(text)) < 0) printf("write: %s\n", strerror(errno));
    if (type == SOCK_DGRAM) return;
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    if (poll(&polled, 1, 5000) == 1 && read(fd, answer, sizeof answer - 1) > 0) printf("answer %s", answer);
    else printf("no answer\n");
    fflush(stdout);
}

/* Sends what a file has to the journal, in the journal's own protocol. */
static void tell_journal(const char *path) {
    static char content[4096];
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, "/run/systemd/journal/socket");
    int file = open(path, O_RDONLY | O_CLOEXEC), fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ssize_t size = read(file, content, sizeof content);
    if (size < 0 || sendto(fd, content, (size_t)size, 0, (struct sockaddr *)&address, length) < 0) fail(path);
    close(file);
    close(fd);
}

/* Says something to a unix socket that takes connections, and leaves. */
static void knock(const char *path) {
    static const int types[] = {SOCK_STREAM, SOCK_SEQPACKET};
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        int fd = socket(AF_UNIX, types[i] | SOCK_CLOEXEC, 0);
        if (fd < 0) fail("socket");
        if (connect(fd, (struct sockaddr *)&address, length) == 0) {
            /* Who closes it at once does so before or after. */
            if (send(fd, "hi\n", 3, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET) fail("send");
            close(fd);
            printf("knocked\n");
            return;
        }
        int why = errno;
        close(fd);
        if (why == EPROTOTYPE) continue;
        printf("connect: %s\n", strerror(why));
        return;
    }
}

/* Sends a message of the journal's protocol as a sealed file in memory: this text, and a field of many bytes. */
static void send_large(const char *path, const char *text) {
    static char big[300000];
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, path);
    int file = memfd_create("large", MFD_ALLOW_SEALING), fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memset(big, 'x', sizeof big);
    if (file < 0 || dprintf(file, "MESSAGE=%s\nBIG=%.*s\n", text, (int)sizeof big, big) < 0) fail("memfd");
    if (fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) fail("seal");
    union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control = {0};
    struct msghdr message = {.msg_name = &address, .msg_namelen = length, .msg_control = &control, .msg_controllen = sizeof control};
    control.head.cmsg_level = SOL_SOCKET, control.head.cmsg_type = SCM_RIGHTS, control.head.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.head), &file, sizeof file);
    if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0) fail(path);
    close(file), close(fd);
}

/* A call to the message bus, as it is put together (the D-Bus specification, "Message Format"). */
struct call {
    unsigned char data[1024];
    size_t length;
};

static void pad(struct call *call, size_t to) {
    while (call->length % to) call->data[call->length++] = 0;
}

static void put_number(struct call *call, uint32_t number) {
    pad(call, 4);
    memcpy(call->data + call->length, &number, 4);
    call->length += 4;
}

static void put_string(struct call *call, const char *text) {
    put_number(call, (uint32_t)strlen(text));
    memcpy(call->data + call->length, text, strlen(text) + 1);
    call->length += strlen(text) + 1;
}

static void put_field(struct call *call, unsigned char code, char type, const char *value) {
    pad(call, 8);
    unsigned char head[] = {code, 1, (unsigned char)type, 0};
    memcpy(call->data + call->length, head, sizeof head);
    call->length += sizeof head;
    if (type != 'g') return put_string(call, value);
    call->data[call->length++] = (unsigned char)strlen(value);
    memcpy(call->data + call->length, value, strlen(value) + 1);
    call->length += strlen(value) + 1;
}

static void read_whole(int fd, void *buffer, size_t length) {
    for (char *at = buffer; length > 0;) {
        ssize_t got = read(fd, at, length);
        if (got <= 0) exit(97);
        at += got, length -= (size_t)got;
    }
}

/* Calls a method of the bus itself; gives the number with which the answer ends, or -1 for an error. */
static long call_bus(int fd, const char *member, const char *name, int flags) {
    static uint32_t serial;
    struct call call = {.data = {'l', 1, 0, 1}, .length = 8}, body = {.length = 0};
    if (name) put_string(&body, name);
    if (flags >= 0) put_number(&body, (uint32_t)flags);
    put_number(&call, ++serial);
    put_number(&call, 0);
    put_field(&call, 1, 'o', "/org/freedesktop/DBus");
    put_field(&call, 2, 's', "org.freedesktop.DBus");
    put_field(&call, 3, 's', member);
    put_field(&call, 6, 's', "org.freedesktop.DBus");
    if (name) put_field(&call, 8, 'g', flags >= 0 ? "su" : "s");
    uint32_t fields = (uint32_t)call.length - 16, size = (uint32_t)body.length;
    memcpy(call.data + 12, &fields, 4);
    memcpy(call.data + 4, &size, 4);
    pad(&call, 8);
    memcpy(call.data + call.length, body.data, body.length);
    if (write(fd, call.data, call.length + body.length) < 0) fail("bus");
    for (;;) {
        unsigned char head[16], rest[4096];
        uint32_t lengths[2], number = 0;
        read_whole(fd, head, sizeof head);
        memcpy(lengths, head + 4, 4), memcpy(lengths + 1, head + 12, 4);
        size_t left = ((lengths[1] + 7) & ~7u) + lengths[0];
        if (left > sizeof rest) fail("bus");
        read_whole(fd, rest, left);
        if (head[1] == 4) continue;
        if (left >= 4) memcpy(&number, rest + left - 4, 4);
        return head[1] == 2 ? (long)number : -1;
    }
}

/* Connects to the system's bus. */
static int connect_bus(void) {
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, "/run/dbus/system_bus_socket");
    char line[100], uid[20], *at = line;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, length) < 0) fail("bus");
    snprintf(uid, sizeof uid, "%d", getuid());
    at += sprintf(at, "%cAUTH EXTERNAL ", 0);
    for (char *digit = uid; *digit; digit++) at += sprintf(at, "%02x", *digit);
    at += sprintf(at, "\r\n");
    if (write(fd, line, (size_t)(at - line)) < 0) fail("bus");
    for (*line = 0; *line != '\n';) read_whole(fd, line, 1);
    if (write(fd, "BEGIN\r\n", 7) < 0 || call_bus(fd, "Hello", NULL, -1) < 0) fail("bus");
    return fd;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Notes the names of all variables of the environment, in one line; but for those of memory pressure, which systemd has since 254. */
static void name_variables(void) {
    char *names[200], line[4000] = "";
    size_t count = 0;
    for (char **at = environ; *at && count < 200; at++)
        if (strncmp(*at, "MEMORY_PRESSURE_", 16)) names[count++] = strndup(*at, strcspn(*at, "="));
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) strncat(line, " ", sizeof line - strlen(line) - 1), strncat(line, names[i], sizeof line - strlen(line) - 1);
    note(line);
}

static void rest(long ms) {
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&left, &left) < 0) ;
}

static void noted_signal(int number) {
    char line[40];
    snprintf(line, sizeof line, "got %d", number);
    note(line);
}

static void noted_and_exit(int number) {
    noted_signal(number);
    _exit(0);
}

int main(int argc, char **argv) {
    char line[2000];
    int bus = -1;
    for (int i = 1; i < argc; i++) {
        const char *verb = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(verb, "}")) return 0;
        else if (!strcmp(verb, "child{")) {
            fflush(stdout);
            if (fork() == 0) continue;
            for (int depth = 1; depth && ++i < argc;) depth += !strcmp(argv[i], "child{") - !strcmp(argv[i], "}");
        }
        else if (!strcmp(verb, "wait")) for (;;) pause();
        else if (!strcmp(verb, "session")) setsid();
        else if (!strcmp(verb, "passed")) passed();
        else if (!strcmp(verb, "serve")) serve();
        else if (!strcmp(verb, "filters")) tell_filters();
        else if (!strcmp(verb, "devices")) tell_devices();
        else if (!strcmp(verb, "packets")) tell_packets();
        else if (!strcmp(verb, "binds")) tell_binds();
        else if (!strcmp(verb, "names")) name_variables();
        else if (!strcmp(verb, "converse")) converse(3);
        else if (!strcmp(verb, "bus")) bus = connect_bus();
        else if (!strcmp(verb, "leave-bus")) close(bus);
        else if (!strcmp(verb, "main-pid")) snprintf(line, sizeof line, "MAINPID=%d", getpid()), notify(line, -1);
        else if (!strcmp(verb, "arguments")) {
            for (i++; i < argc; i++) snprintf(line, sizeof line, "[%s]", argv[i]), note(line);
        }
        else if (i++, !strcmp(verb, "to")) notes = value;
        else if (!strcmp(verb, "note")) note(value);
        else if (!strcmp(verb, "journal")) tell_journal(value);
        else if (!strcmp(verb, "pin")) pin_filter(value);
        else if (!strcmp(verb, "env")) snprintf(line, sizeof line, "%s=%s", value, getenv(value) ? getenv(value) : "-"), note(line);
        else if (!strcmp(verb, "mine")) snprintf(line, sizeof line, "%s is %s", value, getenv(value) && atoi(getenv(value)) == getpid() ? "mine" : "not mine"), note(line);
        else if (!strcmp(verb, "until")) while (access(value, F_OK)) rest(20);
        else if (!strcmp(verb, "notify")) notify(value, -1);
        else if (!strcmp(verb, "knock")) knock(value);
        else if (!strcmp(verb, "sleep")) rest(atol(value));
        else if (!strcmp(verb, "jump")) jump(atol(value));
        else if (!strcmp(verb, "ignore")) signal(atoi(value), SIG_IGN);
        else if (!strcmp(verb, "catch")) signal(atoi(value), noted_signal);
        else if (!strcmp(verb, "quit-on")) signal(atoi(value), noted_and_exit);
        else if (!strcmp(verb, "options")) note_options(atoi(value));
        else if (!strcmp(verb, "raise")) raise(atoi(value));
        else if (!strcmp(verb, "own")) snprintf(line, sizeof line, "own %ld", call_bus(bus, "RequestName", value, 0)), note(line);
        else if (!strcmp(verb, "release")) snprintf(line, sizeof line, "release %ld", call_bus(bus, "ReleaseName", value, -1)), note(line);
        else if (!strcmp(verb, "exit")) return atoi(value);
        else if (!strcmp(verb, "pid-file")) {
            FILE *file = fopen(value, "we");
            if (!file || fprintf(file, "%d\n", getpid()) < 0 || fclose(file)) fail(value);
        }
        else if (!strcmp(verb, "store-odd")) store_odd(value);
        else if (i++, !strcmp(verb, "store")) store(value, i < argc ? argv[i] : "");
        else if (!strcmp(verb, "stream")) call(SOCK_STREAM, value, i < argc ? argv[i] : "");
        else if (!strcmp(verb, "datagram")) call(SOCK_DGRAM, value, i < argc ? argv[i] : "");
        else if (!strcmp(verb, "large")) send_large(value, i < argc ? argv[i] : "");
        else if (!strcmp(verb, "seqpacket")) call(SOCK_SEQPACKET, value, i < argc ? argv[i] : "");
        else if (!strcmp(verb, "message")) message(value, i < argc ? argv[i] : "");
        else if (!strcmp(verb, "crowd")) crowd(value, i < argc ? atoi(argv[i]) : 1, "hi");
        else return fprintf(stderr, "act: no verb %s\n", verb), 98;
    }
    return 0;
}
