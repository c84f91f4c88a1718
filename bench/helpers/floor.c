/* floor COUNT PARALLEL wait|hold [COMMAND…]: COUNT × posix_spawn of COMMAND by PARALLEL processes, each waiting for its
 * child before the next (wait) or leaving it running (hold). As PID 1 it stamps when all are done, as every other init of the
 * bench does (COMMAND is then /bin/true or /bin/sleep: the arguments after it come from the boot script); else prints JSON. */
#define _GNU_SOURCE
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "stamp.h"

extern char **environ;

static void spawn_all(int count, int parallel, int hold, char **command) {
    pid_t workers[64];
    for (int worker = 0; worker < parallel; worker++) {
        if (parallel > 1 && (workers[worker] = fork())) continue;
        for (int i = worker; i < count; i += parallel) {
            pid_t pid;
            if (posix_spawn(&pid, command[0], 0, 0, command, environ)) _exit(1);
            if (!hold) waitpid(pid, 0, 0);
        }
        if (parallel > 1) _exit(0);
    }
    if (parallel > 1)
        for (int worker = 0; worker < parallel; worker++) waitpid(workers[worker], 0, 0);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    int count = atoi(argv[1]), parallel = atoi(argv[2]), hold = !strcmp(argv[3], "hold");
    char *held[] = {"/bin/sleep", "100000", NULL}, *waited[] = {"/bin/true", NULL};
    if (parallel < 1 || parallel > 64) return 2;
    if (getpid() == 1) {
        spawn_all(count, parallel, hold, hold ? held : waited);
        stamp("/run/host/done");
        int fd = open("/run/host/up", O_WRONLY);
        if (write(fd, "up\n", 3) != 3) return 1;
        close(fd);
        for (;;) pause();
    }
    long long began = monotonic_ns();
    spawn_all(count, parallel, hold, argc > 4 ? argv + 4 : waited);
    double spent = (monotonic_ns() - began) / 1e3;
    printf("{\"count\":%d,\"parallel\":%d,\"each_us\":%.1f}\n", count, parallel, spent / count);
}
