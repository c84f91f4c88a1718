/* revive serve FILE: appends its pid and the time to FILE, and stays.
 * revive measure FILE COUNT: kills the process that FILE names last by SIGKILL and waits for the next one to be named, COUNT times; prints
 * JSON: from the kill until the successor runs. */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>

#include "stamp.h"

static int serve(const char *path) {
    char line[64];
    int length = snprintf(line, sizeof line, "%d %lld\n", getpid(), monotonic_ns());
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (write(fd, line, (size_t)length) != length) return 1;
    for (;;) pause();
}

/* The last line of the file. */
static int last(const char *path, int *pid, long long *at) {
    char text[128] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    off_t size = lseek(fd, 0, SEEK_END), from = size > (off_t)sizeof text - 1 ? size - (off_t)sizeof text + 1 : 0;
    ssize_t got = pread(fd, text, sizeof text - 1, from);
    close(fd);
    if (got < 2 || text[got - 1] != '\n') return -1;
    text[got - 1] = 0;
    const char *line = strrchr(text, '\n');
    return sscanf(line ? line + 1 : text, "%d %lld", pid, at) == 2 ? 0 : -1;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(const char *path, int count) {
    double *spent = malloc(sizeof(double) * (size_t)count);
    int inotify = inotify_init1(IN_CLOEXEC), failures = 0, pid;
    long long at;
    if (inotify_add_watch(inotify, path, IN_MODIFY) < 0 || last(path, &pid, &at)) return 1;
    for (int i = 0; i < count; i++) {
        int killed = pid;
        long long began = monotonic_ns();
        kill(killed, SIGKILL);
        while (pid == killed) {
            char events[4096];
            struct pollfd ready = {.fd = inotify, .events = POLLIN};
            if (poll(&ready, 1, 5000) <= 0) return 1;
            if (read(inotify, events, sizeof events) < 0) return 1;
            if (last(path, &pid, &at)) failures++;
        }
        spent[i] = (double)(at - began) / 1e3;
        /* So that the manager is at rest again. */
        usleep(20000);
    }
    qsort(spent, (size_t)count, sizeof *spent, ascending);
    printf("{\"n\":%d,\"fail\":%d,\"min_us\":%.1f,\"median_us\":%.1f,\"max_us\":%.1f}\n", count, failures, spent[0], spent[count / 2], spent[count - 1]);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "serve")) return serve(argv[2]);
    if (argc == 4 && !strcmp(argv[1], "measure") && atoi(argv[3]) > 0) return measure(argv[2], atoi(argv[3]));
    return 2;
}
