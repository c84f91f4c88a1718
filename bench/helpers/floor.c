/* floor COUNT PARALLEL wait|hold[-tracked|-managed] [COMMAND…]: COUNT × posix_spawn of COMMAND by PARALLEL processes, each waiting
 * for its child before the next (wait) or leaving it running (hold).
 * Tracked: each child is born in a cgroup of its own, which is removed after it; what no manager that knows its services' processes can do without.
 * Managed: besides, its output is a pipe that is read to its end, a pidfd tells of its exit, and before the first child every unit file is read
 * and /bench/runtime has started and ended, while a second one starts beside: the least that a manager like tysd can do, in C, deciding nothing.
 * As PID 1 it stamps when all are done, as every other init of the bench does (COMMAND is then /bin/true or /bin/sleep: the
 * arguments after it come from the boot script); else prints JSON. */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "stamp.h"

extern char **environ;

static pid_t spawn(char **command) {
    pid_t pid;
    return posix_spawn(&pid, command[0], 0, 0, command, environ) ? -1 : pid;
}

enum burden { BARE, TRACKED, MANAGED };

/* One child in its cgroup; managed, *output is the end of its pipe to read from. */
static pid_t spawn_tracked(const char *cgroup, char **command, int *output) {
    if (mkdir(cgroup, 0755)) return -1;
    int fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC), pidfd, ends[2] = {-1, -1};
    if (output && pipe2(ends, O_CLOEXEC)) return -1;
    struct clone_args arguments = {.flags = CLONE_INTO_CGROUP | CLONE_VFORK | (output ? CLONE_PIDFD : 0),
                                   .pidfd = (unsigned long)&pidfd,
                                   .exit_signal = SIGCHLD,
                                   .cgroup = (unsigned)fd};
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        if (output && (setsid() < 0 || dup2(ends[1], 1) < 0 || dup2(ends[1], 2) < 0)) _exit(1);
        _exit(execve(command[0], command, environ));
    }
    close(fd);
    if (output) {
        close(ends[1]);
        *output = ends[0];
    }
    return pid;
}

static void read_to_end(int fd) {
    char buffer[65536];
    while (read(fd, buffer, sizeof buffer) > 0);
    close(fd);
}

static void read_units(const char *directory) {
    DIR *listing = opendir(directory);
    if (!listing) _exit(1);
    for (struct dirent *entry; (entry = readdir(listing));)
        if (entry->d_type == DT_REG) read_to_end(openat(dirfd(listing), entry->d_name, O_RDONLY | O_CLOEXEC));
    closedir(listing);
}

static void spawn_one(int number, int hold, enum burden burden, char **command) {
    char cgroup[64];
    int output = -1;
    snprintf(cgroup, sizeof cgroup, "/sys/fs/cgroup/b-%d", number);
    pid_t pid = burden == BARE ? spawn(command) : spawn_tracked(cgroup, command, burden == MANAGED ? &output : NULL);
    if (pid < 0) _exit(1);
    if (hold) return;
    if (output >= 0) read_to_end(output);
    waitpid(pid, 0, 0);
    if (burden != BARE && rmdir(cgroup)) _exit(1);
}

static void spawn_all(int count, int parallel, int hold, enum burden burden, char **command) {
    pid_t workers[64], journal = -1;
    char *runtime[] = {"/bench/runtime", NULL};
    if (burden == MANAGED) {
        struct rlimit files = {65536, 65536};
        setrlimit(RLIMIT_NOFILE, &files);
        journal = spawn(runtime);
        pid_t manager = spawn(runtime);
        if (journal < 0 || manager < 0) _exit(1);
        waitpid(manager, 0, 0);
        read_units("/etc/systemd/system");
    }
    for (int worker = 0; worker < parallel; worker++) {
        if (parallel > 1 && (workers[worker] = fork())) continue;
        for (int i = worker; i < count; i += parallel) spawn_one(i, hold, burden, command);
        if (parallel > 1) _exit(0);
    }
    if (parallel > 1)
        for (int worker = 0; worker < parallel; worker++) waitpid(workers[worker], 0, 0);
    if (journal > 0) waitpid(journal, 0, 0);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    int count = atoi(argv[1]), parallel = atoi(argv[2]), hold = !strncmp(argv[3], "hold", 4);
    enum burden burden = strstr(argv[3], "-managed") ? MANAGED : strstr(argv[3], "-tracked") ? TRACKED : BARE;
    char *held[] = {"/bin/sleep", "100000", NULL}, *waited[] = {"/bin/true", NULL};
    if (parallel < 1 || parallel > 64) return 2;
    if (getpid() == 1) {
        spawn_all(count, parallel, hold, burden, hold ? held : waited);
        stamp("/run/host/done");
        int fd = open("/run/host/up", O_WRONLY);
        if (write(fd, "up\n", 3) != 3) return 1;
        close(fd);
        for (;;) pause();
    }
    long long began = monotonic_ns();
    spawn_all(count, parallel, hold, burden, argc > 4 ? argv + 4 : waited);
    double spent = (monotonic_ns() - began) / 1e3;
    printf("{\"count\":%d,\"parallel\":%d,\"each_us\":%.1f}\n", count, parallel, spent / count);
}
