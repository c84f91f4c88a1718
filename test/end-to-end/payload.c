/* A service for tests: carries out its arguments one after the other. */
#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(99);
}

/* Exactly these bytes, with no newline behind them. */
static void notify_with(const char *text, int passed) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path) fail("NOTIFY_SOCKET");
    strcpy(address.sun_path, path);
    if (*path == '@') address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    struct iovec part = {(char *)text, strlen(text)};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct msghdr message = {.msg_name = &address, .msg_namelen = length, .msg_iov = &part, .msg_iovlen = 1};
    if (passed >= 0) {
        memcpy(CMSG_DATA(&control.header), &passed, sizeof passed);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
    }
    if (fd < 0 || sendmsg(fd, &message, 0) < 0) fail("notify");
    close(fd);
}

static void notify(const char *text) { notify_with(text, -1); }

/* Stores a file in memory, or tells how many were passed and what the first holds. */
static void hold(void) {
    const char *count = getenv("LISTEN_FDS");
    if (!count) {
        int fd = memfd_create("held", 0);
        if (fd < 0 || write(fd, "treasure", 8) != 8) fail("memfd");
        notify_with("FDSTORE=1\nFDNAME=held", fd);
        notify("STATUS=stored");
        return;
    }
    char content[32] = "", text[64];
    if (pread(3, content, sizeof content - 1, 0) < 0) fail("pread");
    snprintf(text, sizeof text, "STATUS=%s %s", count, content);
    notify(text);
}

/* A child that waits is to be the main process: it is named by its pid and the id of its pidfd plus `off`, or off is 2: by the pidfd, 3: by a descriptor that is none, 4: by none. */
static void hand_over(int off) {
    pid_t child = fork();
    if (!child) for (;;) pause();
    int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    struct stat status;
    char text[128];
    if (pidfd < 0 || fstat(pidfd, &status) < 0) fail("pidfd");
    if (off == 0 || off == 1) snprintf(text, sizeof text, "MAINPID=%d\nMAINPIDFDID=%llu\nSTATUS=%d\nREADY=1", child, (unsigned long long)status.st_ino + (unsigned)off, child);
    else snprintf(text, sizeof text, "MAINPIDFD=1\nFDSTORE=1\nSTATUS=%d\nREADY=1", child);
    notify_with(text, off == 2 ? pidfd : off == 3 ? 0 : -1);
}

/* One line for each open descriptor: its number and what it leads to. */
static void print_descriptors(void) {
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char path[64], target[4096];
        if (*entry->d_name == '.' || atoi(entry->d_name) == dirfd(directory)) continue;
        snprintf(path, sizeof path, "/proc/self/fd/%.32s", entry->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        printf("%s %s\n", entry->d_name, target);
    }
    fflush(stdout);
    if (directory) closedir(directory);
}

static void write_all(int fd, const char *bytes, size_t length) {
    while (length) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0) fail("write");
        bytes += written;
        length -= (size_t)written;
    }
}

static void flood(size_t bytes) {
    char line[100];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (; bytes > sizeof line; bytes -= sizeof line) write_all(1, line, sizeof line);
    write_all(1, line + sizeof line - bytes, bytes);
}

enum { MOST = 64 };

/* Tells each client our pid and repeats what it says; ends on "quit". */
static void serve(void) {
    const char *count = getenv("LISTEN_FDS");
    int listening = count ? atoi(count) : 0, used = listening;
    struct pollfd polled[MOST];
    for (int i = 0; i < listening; i++) polled[i] = (struct pollfd){.fd = 3 + i, .events = POLLIN};
    while (poll(polled, (nfds_t)used, -1) >= 0) {
        for (int i = 0; i < used; i++) {
            if (!polled[i].revents) continue;
            if (i < listening) {
                int fd = accept(polled[i].fd, NULL, NULL);
                if (fd < 0 || used == MOST) fail("accept");
                dprintf(fd, "%d\n", getpid());
                polled[used++] = (struct pollfd){.fd = fd, .events = POLLIN};
                continue;
            }
            char text[4096];
            ssize_t length = read(polled[i].fd, text, sizeof text);
            if (length > 0 && !strncmp(text, "quit", 4)) exit(0);
            if (length > 0) write_all(polled[i].fd, text, (size_t)length);
            else {
                close(polled[i].fd);
                polled[i--] = polled[--used];
            }
        }
    }
}

/* Numbered lines, each third of them in two pieces, until there is a file of that name; then "over" and their number. */
static void count_until(const char *path) {
    struct timespec pause = {0, 1000000};
    long number = 0;
    while (access(path, F_OK)) {
        char line[64];
        int length = snprintf(line, sizeof line, "line %ld\n", ++number), first = number % 3 ? length : 4;
        write_all(1, line, (size_t)first);
        nanosleep(&pause, NULL);
        write_all(1, line + first, (size_t)(length - first));
    }
    dprintf(1, "over %ld\n", number);
}

static void feed_watchdog(void) {
    const char *usec = getenv("WATCHDOG_USEC");
    long half = usec ? atol(usec) / 2 : 1000000;
    struct timespec pause = {half / 1000000, half % 1000000 * 1000};
    for (;;) {
        notify("WATCHDOG=1");
        nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *verb = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(verb, "wait")) for (;;) pause();
        else if (!strcmp(verb, "serve")) serve();
        else if (!strcmp(verb, "hold")) hold();
        else if (!strcmp(verb, "descriptors")) print_descriptors();
        else if (!strcmp(verb, "watchdog")) feed_watchdog();
        else if (i++, !strcmp(verb, "notify")) notify(value);
        else if (!strcmp(verb, "ignore")) signal(atoi(value), SIG_IGN);
        else if (!strcmp(verb, "flood")) flood((size_t)atol(value));
        else if (!strcmp(verb, "count")) count_until(value);
        else if (!strcmp(verb, "say")) dprintf(1, "%s\n", value);
        else if (!strcmp(verb, "hand-over")) hand_over(atoi(value));
        else if (!strcmp(verb, "exit")) return atoi(value);
        else return fprintf(stderr, "payload: no verb %s\n", verb), 98;
    }
    return 0;
}
