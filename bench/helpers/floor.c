/* floor COUNT PARALLEL wait|hold|wait-tracked|hold-tracked [COMMAND…]: COUNT × posix_spawn of COMMAND by PARALLEL processes, each
 * waiting for its child before the next (wait) or leaving it running (hold). Tracked, each child is born in a cgroup of its own,
 * which is removed after it: what no manager that knows its services' processes can do without. As PID 1 it stamps when all are done, as every other init of the
 * bench does (COMMAND is then /bin/true or /bin/sleep: the arguments after it come from the boot script); else prints JSON. */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "stamp.h"

extern char **environ;

static pid_t spawn(char **command) {
    pid_t pid;
    return posix_spawn(&pid, command[0], 0, 0, command, environ) ? -1 : pid;
}

static pid_t spawn_tracked(const char *cgroup, char **command) {
    if (mkdir(cgroup, 0755)) return -1;
    int fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct clone_args arguments = {.flags = CLONE_INTO_CGROUP | CLONE_VFORK, .exit_signal = SIGCHLD, .cgroup = (unsigned)fd};
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) _exit(execve(command[0], command, environ));
    close(fd);
    return pid;
}

static void spawn_all(int count, int parallel, int hold, int tracked, char **command) {
    pid_t workers[64];
    for (int worker = 0; worker < parallel; worker++) {
        if (parallel > 1 && (workers[worker] = fork())) continue;
        for (int i = worker; i < count; i += parallel) {
            char cgroup[64];
            snprintf(cgroup, sizeof cgroup, "/sys/fs/cgroup/b-%d", i);
            pid_t pid = tracked ? spawn_tracked(cgroup, command) : spawn(command);
            if (pid < 0) _exit(1);
            if (!hold) waitpid(pid, 0, 0);
            if (tracked && !hold && rmdir(cgroup)) _exit(1);
        }
        if (parallel > 1) _exit(0);
    }
    if (parallel > 1)
        for (int worker = 0; worker < parallel; worker++) waitpid(workers[worker], 0, 0);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    int count = atoi(argv[1]), parallel = atoi(argv[2]), hold = !strncmp(argv[3], "hold", 4), tracked = strstr(argv[3], "-tracked") != NULL;
    char *held[] = {"/bin/sleep", "100000", NULL}, *waited[] = {"/bin/true", NULL};
    if (parallel < 1 || parallel > 64) return 2;
    if (getpid() == 1) {
        spawn_all(count, parallel, hold, tracked, hold ? held : waited);
        stamp("/run/host/done");
        int fd = open("/run/host/up", O_WRONLY);
        if (write(fd, "up\n", 3) != 3) return 1;
        close(fd);
        for (;;) pause();
    }
    long long began = monotonic_ns();
    spawn_all(count, parallel, hold, tracked, argc > 4 ? argv + 4 : waited);
    double spent = (monotonic_ns() - began) / 1e3;
    printf("{\"count\":%d,\"parallel\":%d,\"each_us\":%.1f}\n", count, parallel, spent / count);
}
