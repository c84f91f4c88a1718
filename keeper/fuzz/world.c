#define _GNU_SOURCE
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_PID = 1 << 22, MAX_PIDS = 256, JOURNAL_VERSION = 2 };

static struct keeper keeper;
static char directory[64];
/* Pids that no kernel gives: they are above the highest pid_max. */
static int born, ended, allowed_to_end, end_status;

uint8_t input_byte(struct input *input) { return input->at < input->end ? *input->at++ : 0; }

struct input input_part(struct input *input) {
    size_t length = input_byte(input);
    length |= (size_t)input_byte(input) << 8;
    if (length > input_left(input)) length = input_left(input);
    struct input part = {input->at, input->at + length};
    input->at = part.end;
    return part;
}

/* The doors (doors.h). */

int (*world_exit)(int status);

_Noreturn void fuzz_exit(int status);
_Noreturn void fuzz_exit(int status) { _exit(world_exit ? world_exit(status) : status); }

int fuzz_kill(pid_t pid, int signal);
int fuzz_kill(pid_t pid, int signal) {
    (void)pid, (void)signal;
    errno = ESRCH;
    return -1;
}

static pid_t give_birth(void) {
    if (born >= MAX_PIDS) {
        errno = EAGAIN;
        return -1;
    }
    return FIRST_PID + born++;
}

pid_t fuzz_fork(void);
pid_t fuzz_fork(void) { return give_birth(); }

/* It takes more arguments than most calls give. */
__attribute__((no_sanitize("address"))) long fuzz_syscall(long number, ...);
long fuzz_syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long), d = va_arg(list, long), e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    if (world_exit) return syscall(number, a, b, c, d, e, f);
    switch (number) {
        case SYS_clone3: return give_birth();
        /* Something that epoll can watch and that never becomes ready. */
        case SYS_pidfd_open: return epoll_create1(EPOLL_CLOEXEC);
        default: errno = ENOSYS; return -1;
    }
}

int fuzz_waitid(idtype_t type, id_t id, siginfo_t *info, int options);
int fuzz_waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
    (void)type, (void)id, (void)options;
    info->si_pid = ended < born && ended < allowed_to_end ? FIRST_PID + ended : 0;
    return 0;
}

pid_t fuzz_wait4(pid_t pid, int *status, int options, struct rusage *usage);
pid_t fuzz_wait4(pid_t pid, int *status, int options, struct rusage *usage) {
    (void)options;
    if (pid != FIRST_PID + ended || ended >= born) {
        errno = ECHILD;
        return -1;
    }
    ended++;
    *status = end_status;
    *usage = (struct rusage){.ru_maxrss = 1};
    return pid;
}

int fuzz_reboot(int command);
int fuzz_reboot(int command) {
    (void)command;
    errno = EPERM;
    return -1;
}

int fuzz_execve(const char *path, char *const argv[], char *const environment[]);
int fuzz_execve(const char *path, char *const argv[], char *const environment[]) {
    (void)path, (void)argv, (void)environment;
    errno = ENOENT;
    return -1;
}

int fuzz_execv(const char *path, char *const argv[]);
int fuzz_execv(const char *path, char *const argv[]) { return fuzz_execve(path, argv, NULL); }

/* Formats, since that reads what is told, and says nothing. */
void fuzz_say(const char *format, ...);
void fuzz_say(const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (getenv("FUZZ_SAY")) fprintf(stderr, "keeper: %s\n", line);
}

static void leave(void) {
    if (!*directory || world_exit) return;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    if (system(command)) return;
}

static void start(void) {
    static char *journal[] = {"journal", NULL}, *manager[] = {"manager", NULL};
    static char cgroups[80];
    snprintf(directory, sizeof directory, "/dev/shm/tysd-fuzz-XXXXXX");
    if (!mkdtemp(directory)) abort();
    atexit(leave);
    snprintf(cgroups, sizeof cgroups, "%s/cgroups", directory);
    mkdir(cgroups, 0755);
    state_none(&keeper);
    keeper.argv = manager;
    keeper.manager.name = "manager", keeper.manager.argv = manager, keeper.manager.argc = 1;
    keeper.journal.name = "journal", keeper.journal.argv = journal, keeper.journal.argc = 1;
    keeper.runtime_directory = directory;
    static char syslog[80], native[80];
    snprintf(syslog, sizeof syslog, "%s/log", directory);
    snprintf(native, sizeof native, "%s/native", directory);
    keeper.syslog_path = syslog;
    keeper.native_path = native;
    keeper.reserved_from = 4096;
    keeper.journal_patience = 1000000;
    keeper.cgroup_root = cgroups;
    snprintf(keeper.cgroup_path, sizeof keeper.cgroup_path, "/fuzz");
    keeper.stdio_null = open("/dev/null", O_RDWR | O_CLOEXEC);
    keeper.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    keeper.inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    getrlimit(RLIMIT_NOFILE, &keeper.descriptor_limit);
    arena_start(&keeper.arena);
    children_start(&keeper);
    link_start(&keeper);
    journal_start(&keeper);
    datagrams_start(&keeper);
    guests_start(&keeper);
    notify_start(&keeper);
    /* The peer that is this process is both. */
    keeper.manager.pid = keeper.journal.pid = getpid();
}

struct keeper *world(enum tracking tracking) {
    if (!*directory) start();
    keeper.tracking = tracking;
    born = ended = allowed_to_end = end_status = 0;
    return &keeper;
}

void world_turn(struct keeper *keeper) {
    loop_take(keeper, 0);
    if (keeper->reap_needed) children_reap(keeper);
    if (keeper->check_needed) groups_check(keeper);
    groups_retry_removal(keeper);
    journal_check(keeper);
    journal_flush(keeper);
    link_flush(keeper);
}

void world_end_children(unsigned int count, int status) {
    allowed_to_end += (int)count;
    end_status = status;
    keeper.reap_needed = true;
    keeper.sweep_next = 0;
    keeper.orphans_next = 0;
}

int world_connect(const char *name, int type) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", directory, name);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof address)) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static void throw_away(int fd) {
    char bytes[65536];
    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {}
}

void world_send(struct keeper *keeper, int fd, const uint8_t *bytes, size_t length) {
    world_turn(keeper);
    for (int tries = 0; length && tries < 64; tries++) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN) break;
        if (sent > 0) bytes += sent, length -= (size_t)sent;
        world_turn(keeper);
        throw_away(fd);
    }
    world_turn(keeper);
    throw_away(fd);
}

void world_say_hello(struct keeper *keeper, int fd) {
    uint8_t hello[13] = {9, 0, 0, 0, 1};
    store_u32(hello + 5, WIRE_VERSION);
    store_u32(hello + 9, OPS_HASH);
    world_send(keeper, fd, hello, sizeof hello);
}

/* As a journal that has committed all that it was sent. */
static void commit(struct keeper *keeper) {
    uint8_t hello[17] = {13, 0, 0, 0, 1};
    int fd = world_connect("journal.sock", SOCK_STREAM);
    if (fd < 0) return;
    store_u32(hello + 5, JOURNAL_VERSION);
    store_u64(hello + 9, keeper->journal_sequence);
    world_send(keeper, fd, hello, sizeof hello);
    close(fd);
    world_turn(keeper);
}

void world_empty(struct keeper *keeper) {
    link_close(keeper);
    FOR_TABLE(&keeper->children_by_pid, node) child_free(keeper, OF(struct child, by_pid, node));
    while (keeper->groups_by_key.count)
        FOR_TABLE(&keeper->groups_by_key, node) {
            char *key = copy_text(node->text, strlen(node->text));
            group_remove(keeper, key);
            free(key);
            break;
        }
    while (keeper->removal_count) free(keeper->removals[--keeper->removal_count]);
    descriptors_close_all(keeper);
    FOR_TABLE(&keeper->blobs, node) blob_delete(keeper, OF(struct blob, by_key, node)->key);
    if (keeper->blob_bytes) abort();
    for (int i = 0; keeper->streams || keeper->closed_first || buffer_length(&keeper->journal_frames); i++) {
        if (i == 64) abort();
        commit(keeper);
    }
    journal_close(keeper);
    buffer_clear(&keeper->events);
    keeper->events_sent = 0;
    keeper->event_count = 0;
    notify_pause(keeper, false);
    world_turn(keeper);
    buffer_clear(&keeper->events);
    keeper->event_count = keeper->event_sequence = 0;
    keeper->last_child = 0;
    keeper->end_phase = 0;
    keeper->reap_needed = keeper->check_needed = false;
    keeper->journal_dropped = 0;
    if (keeper->free_slot_count != MAX_CHILDREN || keeper->watched_count || keeper->foreign_count) abort();
}
