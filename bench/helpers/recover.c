/* recover kill|reexec|reload NAME COUNT SOCKET UNIT: has the manager begin anew COUNT times, and each time asks for the state of UNIT until the
 * answer is "active"; prints "NAME<TAB>JSON" lines: the wall time until the answer, and the CPU time of the manager meanwhile and until it rests. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "stamp.h"

enum { REST_USEC = 600000 };

static const char *socket_path;

static int dial(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

/* Who listened last on the control socket, which the kernel tells: the manager, and no other that may run on this machine. */
static int manager_pid(void) {
    struct ucred peer = {.pid = -1};
    socklen_t length = sizeof peer;
    int fd = dial();
    if (fd < 0) return -1;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
    close(fd);
    char path[300], line[4096];
    snprintf(path, sizeof path, "/proc/%d/cmdline", peer.pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof line);
    if (fd >= 0) close(fd);
    static const char wanted[] = "--process=manager";
    return got > (ssize_t)sizeof wanted && !memcmp(line + got - sizeof wanted, wanted, sizeof wanted) ? peer.pid : -1;
}

/* schedstat counts one thread; the ticks of stat would be too coarse. */
static double cpu_ms(int pid) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    double sum = 0;
    for (struct dirent *entry; threads && (entry = readdir(threads));) {
        char text[100] = "";
        if (!isdigit(*entry->d_name)) continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) continue;
        if (read(fd, text, sizeof text - 1) > 0) sum += (double)atoll(text) / 1e6;
        close(fd);
    }
    if (threads) closedir(threads);
    return sum;
}

/* One question on a connection; false where the manager went before it answered. */
static bool ask(int fd, const char *request, char *answer, size_t room) {
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0) return false;
    size_t length = 0;
    while (length < room - 1) {
        ssize_t got = recv(fd, answer + length, room - 1 - length, 0);
        if (got <= 0) return false;
        answer[length += (size_t)got] = 0;
        if (strchr(answer, '\n')) return true;
    }
    return false;
}

static bool is_active(const char *unit) {
    char request[400], answer[8192];
    snprintf(request, sizeof request, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"units.get\",\"params\":{\"units\":[\"%s\"]}}\n", unit);
    for (int fd; (fd = dial()) >= 0; close(fd)) {
        if (!ask(fd, request, answer, sizeof answer)) continue;
        close(fd);
        return strstr(answer, "\"active\":\"active\"") != NULL;
    }
    return false;
}

static void tell(const char *method) {
    char request[200], answer[8192];
    snprintf(request, sizeof request, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"%s\",\"params\":{}}\n", method);
    int fd = dial();
    if (fd < 0) return;
    ask(fd, request, answer, sizeof answer);
    close(fd);
}

/* Until the manager that this connection leads to is gone. */
static void wait_for_end(int fd) {
    char byte;
    while (recv(fd, &byte, 1, 0) > 0) continue;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *label, const char *what, double *values, int count, int failures) {
    qsort(values, (size_t)count, sizeof *values, ascending);
    printf("%s%s\t{\"n\":%d,\"fail\":%d,\"min_ms\":%.3f,\"median_ms\":%.3f,\"max_ms\":%.3f}\n", label, what, count, failures, values[0], values[count / 2],
        values[count - 1]);
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    const char *way = argv[1], *label = argv[2], *unit = argv[5];
    int count = atoi(argv[3]), failures = 0;
    socket_path = argv[4];
    if (count < 1) return 1;
    double *wall = malloc(sizeof(double) * (size_t)count), *cpu = malloc(sizeof(double) * (size_t)count), *all = malloc(sizeof(double) * (size_t)count);
    for (int i = 0; i < count; i++) {
        usleep(REST_USEC);
        int old = manager_pid();
        for (int tries = 0; old < 0 && tries < 100; tries++) {
            usleep(REST_USEC / 10);
            old = manager_pid();
        }
        if (old < 0) return 1;
        double used = !strcmp(way, "reload") ? cpu_ms(old) : 0;
        int witness = dial();
        long long began = monotonic_ns();
        if (!strcmp(way, "kill")) kill(old, SIGKILL);
        else tell(!strcmp(way, "reload") ? "manager.reload" : "manager.reexecute");
        /* The old one may answer yet; it has taken this connection, since it answered on a later one. */
        if (!strcmp(way, "reexec")) wait_for_end(witness);
        close(witness);
        bool good = is_active(unit);
        wall[i] = (double)(monotonic_ns() - began) / 1e6;
        int new = manager_pid();
        cpu[i] = cpu_ms(new) - used;
        usleep(REST_USEC);
        all[i] = cpu_ms(new) - used;
        if (!good || (new == old) != !strcmp(way, "reload")) failures++;
    }
    print(label, "", wall, count, failures);
    print(label, ", CPU of the manager", cpu, count, 0);
    print(label, ", CPU until it rests", all, count, 0);
}
